"""What keys are watched by: calls per hour, the nearest to the limit, refusals one by one, and signals."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; the hours are made from the minutes that are on record."""
    _create_history()
    _create_refusals()
    _create_signals()
    op.execute(
        "INSERT INTO api_key_hours (api_key_id, hour, code, calls) "
        "SELECT api_key_id, minute / 60, code, sum(calls) FROM api_key_minutes GROUP BY api_key_id, minute / 60, code"
    )


def _create_history() -> None:
    op.create_table(
        "api_key_hours",
        sa.Column("api_key_id", sa.String(length=36), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("api_key_id", "hour", "code"),
    )
    op.create_index("ix_api_key_hours_hour", "api_key_hours", ["hour"])
    op.create_table(
        "api_key_peaks",
        sa.Column("api_key_id", sa.String(length=36), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("max_requests", sa.Integer(), nullable=False),
        sa.Column("window_seconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("api_key_id", "hour"),
    )
    op.create_index("ix_api_key_peaks_hour", "api_key_peaks", ["hour"])


def _create_refusals() -> None:
    op.create_table(
        "refusals",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("api_key_id", sa.String(length=36), nullable=True),
        sa.Column("rulechain_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_index("ix_refusals_at", "refusals", ["at"])
    op.create_index("ix_refusals_key", "refusals", ["api_key_id", "at"])


def _create_signals() -> None:
    op.create_table(
        "signals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("api_key_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("evidence_key", sa.String(length=100), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("evidence_at", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by_id", sa.String(length=36), nullable=True),
        sa.Column("acknowledged_by_name", sa.String(length=100), nullable=True),
        sa.Column("acknowledged_note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_signals_key", "signals", ["api_key_id", "kind"], unique=True)
    op.create_index("ix_signals_tenant", "signals", ["tenant_id", "acknowledged_at", "kind"])
