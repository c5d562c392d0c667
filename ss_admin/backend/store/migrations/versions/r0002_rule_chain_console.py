"""What the console of rule chains and narrowed keys stand on: versions, executions, records and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _sorted_text(length: int) -> sa.String:
    """Text that both databases sort by code point: no index breaks when the system's collation changes."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Add the tables, and keep what each chain is now as its first known version."""
    _add_columns()
    _create_api_key_rule_chains()
    _create_rule_chain_versions()
    _create_rule_chain_days()
    _create_executions()
    _create_records()
    _create_deliveries()
    op.execute("UPDATE rule_chains SET definition_version = version")
    op.execute(
        "INSERT INTO rule_chain_versions (rulechain_id, version, input_schema, definition, saved_at)"
        " SELECT id, version, input_schema, definition, updated_at FROM rule_chains"
    )


def _add_columns() -> None:
    op.add_column("api_keys", sa.Column("allowed_addresses", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("rule_chains", sa.Column("definition_version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("rule_chains", sa.Column("signing_generation", sa.Integer(), nullable=False, server_default="1"))


def _create_api_key_rule_chains() -> None:
    op.create_table(
        "api_key_rule_chains",
        sa.Column("rulechain_id", sa.String(length=36), nullable=False),
        sa.Column("api_key_number", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["api_key_number"], ["api_keys.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("rulechain_id", "api_key_number"),
    )
    op.create_index("ix_api_key_rule_chains_api_key_number", "api_key_rule_chains", ["api_key_number"])


def _create_rule_chain_versions() -> None:
    op.create_table(
        "rule_chain_versions",
        sa.Column("rulechain_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("input_schema", sa.JSON(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["rulechain_id"], ["rule_chains.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("rulechain_id", "version"),
    )


def _create_rule_chain_days() -> None:
    op.create_table(
        "rule_chain_days",
        sa.Column("rulechain_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("succeeded", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("last_run_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rulechain_id", "day"),
    )


def _create_executions() -> None:
    op.create_table(
        "executions",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("rulechain_id", sa.String(length=36), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("api_key_id", sa.String(length=36), nullable=False),
        sa.Column("api_key_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("duration_ms", sa.Double(), nullable=False),
        sa.Column("input", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("failed_node_id", sa.String(length=200), nullable=True),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_executions_at", "executions", ["at"])
    op.create_index("ix_executions_chain", "executions", ["rulechain_id", "number"])
    op.create_index("ix_executions_key", "executions", ["rulechain_id", "api_key_id", "number"])
    op.create_index("ix_executions_outcome", "executions", ["rulechain_id", "outcome", "number"])


def _create_records() -> None:
    op.create_table(
        "records",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("collection", _sorted_text(64), nullable=False),
        sa.Column("execution_id", sa.String(length=36), nullable=False),
        sa.Column("node_id", sa.String(length=200), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_records_collection", "records", ["tenant_id", "collection", "number"])
    op.create_index("ix_records_execution", "records", ["execution_id"])


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("rulechain_id", sa.String(length=36), nullable=False),
        sa.Column("execution_id", sa.String(length=36), nullable=False),
        sa.Column("node_id", sa.String(length=200), nullable=False),
        sa.Column("node_name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_deliveries_due", "deliveries", ["next_attempt_at"])
    op.create_index("ix_deliveries_execution", "deliveries", ["execution_id"])
