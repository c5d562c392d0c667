"""What many workers stand on: the order of changes, who has seen which, journals, and the history of use."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CHANGES_LOCK = 0x5516_6E61_1518  # any number of our own; it names the right to append to the changes
_SQLITE_NOW = "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"


def upgrade() -> None:
    """Add the tables, and the triggers that note each change."""
    _create_changes()
    _create_workers()
    _create_journals()
    _create_history()
    op.create_index("ix_api_key_tombstones_key", "api_key_tombstones", ["api_key_id"])
    if op.get_bind().dialect.name == "postgresql":
        _note_changes_in_postgresql()
    else:
        _note_changes_in_sqlite()


def _create_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("revision", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("object_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("revision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_object", "changes", ["object_id", "revision"])


def _create_workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sightings",
        sa.Column("worker_id", sa.String(length=36), nullable=False),
        sa.Column("revision", _NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("worker_id", "revision"),
    )
    op.create_index("ix_sightings_revision", "sightings", ["revision"])


def _create_journals() -> None:
    op.create_table(
        "journals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("position", _NUMBER, nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _create_history() -> None:
    op.create_table(
        "api_key_minutes",
        sa.Column("api_key_id", sa.String(length=36), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("api_key_id", "minute", "code"),
    )
    op.create_index("ix_api_key_minutes_minute", "api_key_minutes", ["minute"])
    op.create_table(
        "api_key_addresses",
        sa.Column("api_key_id", sa.String(length=36), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("calls", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("api_key_id", "address"),
    )
    op.create_table(
        "address_refusals",
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "address", "code"),
    )


def _note_changes_in_sqlite() -> None:
    for table, kind, digest in (("api_keys", "api_key", "digest"), ("rule_chains", "rule_chain", None)):
        for event, row in (("INSERT", "new"), ("UPDATE OF version", "new"), ("DELETE", "old")):
            name = f"{table}_changed_{event.split(maxsplit=1)[0].lower()}"
            op.execute(
                f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN "
                "INSERT INTO changes (kind, object_id, digest, at) "
                f"VALUES ('{kind}', {row}.id, {f'{row}.{digest}' if digest else 'NULL'}, {_SQLITE_NOW}); END"
            )


def _note_changes_in_postgresql() -> None:
    """The lock makes revisions visible in their order. It is always the last lock that a transaction takes.

    So services lock the rows that they mean to change before they change the first one.
    """
    op.execute(f"""
        CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock({_CHANGES_LOCK});
            IF TG_TABLE_NAME = 'api_keys' AND TG_OP = 'DELETE' THEN
                INSERT INTO changes (kind, object_id, digest, at) VALUES
                ('api_key', OLD.id, OLD.digest, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
            ELSIF TG_TABLE_NAME = 'api_keys' THEN
                INSERT INTO changes (kind, object_id, digest, at) VALUES
                ('api_key', NEW.id, NEW.digest, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
            ELSIF TG_OP = 'DELETE' THEN
                INSERT INTO changes (kind, object_id, digest, at) VALUES
                ('rule_chain', OLD.id, NULL, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
            ELSE
                INSERT INTO changes (kind, object_id, digest, at) VALUES
                ('rule_chain', NEW.id, NULL, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('ss_changes', '');
            RETURN NULL;
        END $$
    """)
    for table in ("api_keys", "rule_chains"):
        op.execute(
            f"CREATE TRIGGER {table}_changed AFTER INSERT OR DELETE OR UPDATE OF version ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION note_change()"
        )
    op.execute(
        "CREATE TRIGGER changes_announced AFTER INSERT ON changes FOR EACH STATEMENT EXECUTE FUNCTION announce_change()"
    )
