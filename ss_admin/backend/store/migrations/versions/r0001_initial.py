"""The first tables, the trigram index that the key list searches by, and the triggers that count a tenant's keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _sorted_text(length: int) -> sa.String:
    """Text that both databases sort by code point: no index breaks when the system's collation changes."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Create everything."""
    _create_tenants()
    _create_users()
    _create_sessions()
    _create_sign_in_failures()
    _create_rule_chains()
    _create_api_keys()
    _create_api_key_counts()
    _create_api_key_tombstones()
    _create_activity()
    if op.get_bind().dialect.name == "sqlite":
        _index_search_text_with_fts5()
        _count_api_keys_row_by_row()
    else:
        _index_search_text_with_pg_trgm()
        _count_api_keys_by_statement()


def _create_tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_folded", sa.String(length=400), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("username"),
    )
    op.create_index("ix_users_tenant_name", "users", ["tenant_id", "name_folded", "id"])


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("token_digest"),
    )
    op.create_index("ix_sessions_expires", "sessions", ["expires_at"])
    op.create_index("ix_sessions_user", "sessions", ["user_id"])


def _create_sign_in_failures() -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_sign_in_failures_who", "sign_in_failures", ["username", "address", "at"])


def _create_rule_chains() -> None:
    op.create_table(
        "rule_chains",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_folded", sa.String(length=400), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_external", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("input_schema", sa.JSON(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("sample_payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rule_chains_tenant_name", "rule_chains", ["tenant_id", "name_folded", "id"])


def _create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("masked_key", _sorted_text(20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_folded", _sorted_text(400), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("user_name_folded", _sorted_text(400), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("permissions_text", _sorted_text(200), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("rate_max_requests", sa.Integer(), nullable=True),
        sa.Column("rate_window_seconds", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_address", sa.String(length=45), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by_id", sa.String(length=36), nullable=False),
        sa.Column("created_by_name", sa.String(length=100), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("digest"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_api_keys_created_at", "api_keys", ["tenant_id", "created_at", "number"])
    op.create_index("ix_api_keys_expires_at", "api_keys", ["tenant_id", "expires_at", "number"])
    op.create_index("ix_api_keys_last_used_at", "api_keys", ["tenant_id", "last_used_at", "number"])
    op.create_index("ix_api_keys_masked_key", "api_keys", ["tenant_id", "masked_key", "number"])
    op.create_index("ix_api_keys_name", "api_keys", ["tenant_id", "name_folded", "number"])
    op.create_index("ix_api_keys_permissions", "api_keys", ["tenant_id", "permissions_text", "number"])
    op.create_index("ix_api_keys_status", "api_keys", ["tenant_id", "status", "number"])
    op.create_index("ix_api_keys_user", "api_keys", ["tenant_id", "user_name_folded", "number"])
    op.create_index("ix_api_keys_user_id", "api_keys", ["tenant_id", "user_id", "number"])


def _create_api_key_counts() -> None:
    op.create_table(
        "api_key_counts",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("api_keys", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.PrimaryKeyConstraint("tenant_id"),
    )


def _create_api_key_tombstones() -> None:
    op.create_table(
        "api_key_tombstones",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("api_key_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("masked_key", sa.String(length=20), nullable=False),
        sa.Column("deleted_by_id", sa.String(length=36), nullable=False),
        sa.Column("deleted_by_name", sa.String(length=100), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=False),
        sa.Column("last_tried_at", sa.BigInteger(), nullable=True),
        sa.Column("last_tried_address", sa.String(length=45), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.PrimaryKeyConstraint("digest"),
    )


def _create_activity() -> None:
    op.create_table(
        "activity",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.String(length=36), nullable=True),
        sa.Column("actor_name", sa.String(length=100), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("object_id", sa.String(length=36), nullable=False),
        sa.Column("object_name", sa.String(length=200), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_activity_tenant", "activity", ["tenant_id", "number"])


def _index_search_text_with_fts5() -> None:
    """The index holds no text of its own; triggers keep it with the table. `search_text` is casefolded already."""
    op.execute(
        "CREATE VIRTUAL TABLE api_key_search USING fts5("
        "search_text, tokenize='trigram case_sensitive 1', content='api_keys', content_rowid='number')"
    )
    forget = (
        "INSERT INTO api_key_search(api_key_search, rowid, search_text) VALUES ('delete', old.number, old.search_text)"
    )
    learn = "INSERT INTO api_key_search(rowid, search_text) VALUES (new.number, new.search_text)"
    op.execute(f"CREATE TRIGGER api_keys_search_insert AFTER INSERT ON api_keys BEGIN {learn}; END")
    op.execute(f"CREATE TRIGGER api_keys_search_delete AFTER DELETE ON api_keys BEGIN {forget}; END")
    op.execute(
        "CREATE TRIGGER api_keys_search_update AFTER UPDATE OF search_text ON api_keys "
        f"WHEN old.search_text IS NOT new.search_text BEGIN {forget}; {learn}; END"
    )


def _index_search_text_with_pg_trgm() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_index(
        "ix_api_keys_search_text",
        "api_keys",
        ["search_text"],
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )


def _count_api_keys_row_by_row() -> None:
    """SQLite has no triggers by statement; with one writer at a time there is nothing to wait for."""
    op.execute(
        "CREATE TRIGGER api_keys_count_insert AFTER INSERT ON api_keys BEGIN "
        "INSERT INTO api_key_counts (tenant_id, api_keys) VALUES (new.tenant_id, 1) "
        "ON CONFLICT (tenant_id) DO UPDATE SET api_keys = api_keys + 1; END"
    )
    op.execute(
        "CREATE TRIGGER api_keys_count_delete AFTER DELETE ON api_keys BEGIN "
        "UPDATE api_key_counts SET api_keys = api_keys - 1 WHERE tenant_id = old.tenant_id; END"
    )


def _count_api_keys_by_statement() -> None:
    """One update of the count per statement, after its rows: so no two writers wait for each other crosswise."""
    op.execute("""
        CREATE FUNCTION count_api_keys() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO api_key_counts AS known (tenant_id, api_keys)
                SELECT tenant_id, count(*) FROM changed_rows GROUP BY tenant_id ORDER BY tenant_id
                ON CONFLICT (tenant_id) DO UPDATE SET api_keys = known.api_keys + excluded.api_keys;
            ELSIF TG_OP = 'DELETE' THEN
                UPDATE api_key_counts AS known SET api_keys = known.api_keys - gone.api_keys
                FROM (SELECT tenant_id, count(*) AS api_keys FROM changed_rows GROUP BY tenant_id) AS gone
                WHERE known.tenant_id = gone.tenant_id;
            ELSE
                DELETE FROM api_key_counts;
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute(
        "CREATE TRIGGER api_keys_count_insert AFTER INSERT ON api_keys REFERENCING NEW TABLE AS changed_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION count_api_keys()"
    )
    op.execute(
        "CREATE TRIGGER api_keys_count_delete AFTER DELETE ON api_keys REFERENCING OLD TABLE AS changed_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION count_api_keys()"
    )
    op.execute(
        "CREATE TRIGGER api_keys_count_truncate AFTER TRUNCATE ON api_keys "
        "FOR EACH STATEMENT EXECUTE FUNCTION count_api_keys()"
    )
