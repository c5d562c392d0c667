"""The audit trail becomes a hash chain per tenant that only grows: triggers refuse to change or delete an entry."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BATCH = 5000
_GENESIS = "0" * 64
_FACTS = ("action", "actor_id", "actor_name", "address", "id", "object_id", "object_name", "request_id", "tenant_id")

_ACTIVITY = sa.table(
    "activity",
    sa.column("number", sa.BigInteger),
    sa.column("at", sa.BigInteger),
    sa.column("changes", sa.JSON),
    *(sa.column(name, sa.String) for name in _FACTS),
)
_HEADS = sa.table(
    "activity_heads",
    sa.column("tenant_id", sa.String),
    sa.column("sequence", sa.BigInteger),
    sa.column("hash", sa.String),
)


def upgrade() -> None:
    """Chain the entries that are there, in their order; then let nobody change them."""
    op.create_table(
        "activity_heads",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.add_column("activity", sa.Column("sequence", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("activity", sa.Column("previous_hash", sa.String(length=64), server_default="", nullable=False))
    op.add_column("activity", sa.Column("hash", sa.String(length=64), server_default="", nullable=False))
    connection = op.get_bind()
    in_postgresql = connection.dialect.name == "postgresql"
    if in_postgresql:
        op.execute(
            "CREATE TEMPORARY TABLE new_links (number BIGINT, sequence BIGINT, previous_hash TEXT, hash TEXT) "
            "ON COMMIT DROP"
        )
    for tenant_id in connection.execute(sa.text("SELECT DISTINCT tenant_id FROM activity")).scalars().all():
        _chain(connection, tenant_id)
    if in_postgresql:
        _store_links_in_postgresql()
    op.create_index("ix_activity_sequence", "activity", ["tenant_id", "sequence"], unique=True)
    op.create_index("ix_activity_object", "activity", ["tenant_id", "object_id", "number"])
    op.create_index("ix_activity_actor", "activity", ["tenant_id", "actor_id", "number"])
    if in_postgresql:
        _refuse_in_postgresql()
    else:
        _refuse_in_sqlite()


def _chain(connection: sa.Connection, tenant_id: str) -> None:
    """Give the tenant's entries their places and hashes, some thousand at a time, and note the last."""
    number, sequence, last = 0, 0, _GENESIS
    query = sa.select(_ACTIVITY).where(_ACTIVITY.c.tenant_id == tenant_id).order_by(_ACTIVITY.c.number).limit(_BATCH)
    while rows := connection.execute(query.where(_ACTIVITY.c.number > number)).mappings().all():
        links = []
        for row in rows:
            sequence += 1
            digest = _hash(row, sequence, last)
            links.append((row["number"], sequence, last, digest))
            number, last = row["number"], digest
        _store_links(connection, links)
    connection.execute(sa.insert(_HEADS).values(tenant_id=tenant_id, sequence=sequence, hash=last))


def _hash(row: Any, sequence: int, previous: str) -> str:  # noqa: ANN401 - a row's mapping
    """The rule as it is when this revision is made; `activity/chain.py` has it in words."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=row["at"])
    document = {
        **{name: row[name] for name in _FACTS},
        "at": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "changes": row["changes"],
        "format": "signalsync.audit.v1",
        "previous_hash": previous,
        "sequence": sequence,
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _store_links(connection: sa.Connection, links: Sequence[tuple[int, int, str, str]]) -> None:
    """One by one in SQLite; PostgreSQL is given them all first, and joins them in the end."""
    if connection.dialect.name == "postgresql":
        with (
            connection.connection.cursor() as cursor,  # type: ignore[attr-defined]
            cursor.copy("COPY new_links (number, sequence, previous_hash, hash) FROM STDIN") as copying,
        ):
            for link in links:
                copying.write_row(link)
        return
    connection.exec_driver_sql(
        "UPDATE activity SET sequence = ?2, previous_hash = ?3, hash = ?4 WHERE number = ?1", list(links)
    )


def _store_links_in_postgresql() -> None:
    op.execute(
        "UPDATE activity SET sequence = new.sequence, previous_hash = new.previous_hash, hash = new.hash "
        "FROM new_links AS new WHERE activity.number = new.number"
    )
    for column in ("sequence", "previous_hash", "hash"):
        op.alter_column("activity", column, server_default=None)


def _refuse_in_sqlite() -> None:
    """REPLACE deletes without asking a trigger, so the insertion is asked whether something is there already."""
    refuse = "BEGIN SELECT RAISE(ABORT, 'entries of the audit trail are never changed or deleted'); END"
    op.execute(f"CREATE TRIGGER activity_is_not_updated BEFORE UPDATE ON activity {refuse}")
    op.execute(f"CREATE TRIGGER activity_is_not_deleted BEFORE DELETE ON activity {refuse}")
    op.execute(
        "CREATE TRIGGER activity_is_not_replaced BEFORE INSERT ON activity WHEN EXISTS (SELECT 1 FROM activity "
        "WHERE number = NEW.number OR id = NEW.id OR (tenant_id = NEW.tenant_id AND sequence = NEW.sequence)) "
        f"{refuse}"
    )
    back = "BEGIN SELECT RAISE(ABORT, 'the head of an audit trail only goes forward'); END"
    op.execute(f"CREATE TRIGGER activity_heads_stay BEFORE DELETE ON activity_heads {back}")
    op.execute(
        "CREATE TRIGGER activity_heads_go_forward BEFORE UPDATE ON activity_heads "
        f"WHEN NEW.tenant_id <> OLD.tenant_id OR NEW.sequence <= OLD.sequence {back}"
    )


def _refuse_in_postgresql() -> None:
    op.execute("""
        CREATE FUNCTION refuse_change_of_activity() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'entries of the audit trail are never changed or deleted'
            USING ERRCODE = 'integrity_constraint_violation';
        END $$
    """)
    op.execute("""
        CREATE FUNCTION let_head_go_forward() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF NEW.tenant_id = OLD.tenant_id AND NEW.sequence > OLD.sequence THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'the head of an audit trail only goes forward'
            USING ERRCODE = 'integrity_constraint_violation';
        END $$
    """)
    op.execute(
        "CREATE TRIGGER activity_is_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON activity "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_activity()"
    )
    op.execute(
        "CREATE TRIGGER activity_heads_go_forward BEFORE UPDATE OR DELETE ON activity_heads "
        "FOR EACH ROW EXECUTE FUNCTION let_head_go_forward()"
    )
    op.execute(
        "CREATE TRIGGER activity_heads_stay BEFORE TRUNCATE ON activity_heads "
        "FOR EACH STATEMENT EXECUTE FUNCTION let_head_go_forward()"
    )
