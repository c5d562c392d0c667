"""Every table of the product. Indexes serve the list: each begins with the tenant and ends with the row number."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ss_admin.backend.store.types import NEVER_EXPIRES, NEVER_USED, Instant, OptionalInstant

__all__ = [
    "ActivityRow",
    "ApiKeyCountRow",
    "ApiKeyRow",
    "RuleChainRow",
    "SessionRow",
    "SignInFailureRow",
    "Table",
    "TenantRow",
    "TombstoneRow",
    "UserRow",
]

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def _sorted_text(length: int) -> String:
    """Text that both databases sort by code point: no index breaks when the system's collation changes."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Table(DeclarativeBase):
    """The base of all tables; its metadata is what the migrations bring about."""


class TenantRow(Table):
    """A customer of SignalSync; everything else belongs to exactly one."""

    __tablename__ = "tenants"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class UserRow(Table):
    """A person. `username` is unique over all tenants and stored casefolded; the password as argon2id hash."""

    __tablename__ = "users"
    __table_args__ = (Index("ix_users_tenant_name", "tenant_id", "name_folded", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    username: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    name_folded: Mapped[str] = mapped_column(String(400))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Instant)


class SessionRow(Table):
    """A signed-in person. The token itself is never stored, only its SHA-256."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_user", "user_id"), Index("ix_sessions_expires", "expires_at"))

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    address: Mapped[str] = mapped_column(String(45))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class SignInFailureRow(Table):
    """One wrong password for a user name from an address; counted for the lock-out."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index("ix_sign_in_failures_who", "username", "address", "at"),)

    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    username: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime] = mapped_column(Instant)


class ApiKeyRow(Table):
    """An API key. `digest` is HMAC-SHA256 of the key under the pepper; the key itself is stored nowhere.

    `version` counts administrators' changes (it is the ETag); a use of the key does not move it. `search_text` is
    what the trigram index holds and `name_folded` what sorting goes by, see `api_keys/search.py`.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        Index("ix_api_keys_name", "tenant_id", "name_folded", "number"),
        Index("ix_api_keys_user", "tenant_id", "user_name_folded", "number"),
        Index("ix_api_keys_user_id", "tenant_id", "user_id", "number"),
        Index("ix_api_keys_masked_key", "tenant_id", "masked_key", "number"),
        Index("ix_api_keys_permissions", "tenant_id", "permissions_text", "number"),
        Index("ix_api_keys_expires_at", "tenant_id", "expires_at", "number"),
        Index("ix_api_keys_last_used_at", "tenant_id", "last_used_at", "number"),
        Index("ix_api_keys_status", "tenant_id", "status", "number"),
        Index("ix_api_keys_created_at", "tenant_id", "created_at", "number"),
    )

    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    masked_key: Mapped[str] = mapped_column(_sorted_text(20))
    name: Mapped[str] = mapped_column(String(100))
    name_folded: Mapped[str] = mapped_column(_sorted_text(400))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    user_name_folded: Mapped[str] = mapped_column(_sorted_text(400))
    search_text: Mapped[str] = mapped_column(Text)
    permissions: Mapped[dict[str, Any]] = mapped_column(JSON)
    permissions_text: Mapped[str] = mapped_column(_sorted_text(200))
    expires_at: Mapped[datetime | None] = mapped_column(OptionalInstant(NEVER_EXPIRES), nullable=False)
    rate_max_requests: Mapped[int | None] = mapped_column(Integer)
    rate_window_seconds: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(10))
    last_used_at: Mapped[datetime | None] = mapped_column(OptionalInstant(NEVER_USED), nullable=False)
    last_used_address: Mapped[str | None] = mapped_column(String(45))
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by_id: Mapped[str] = mapped_column(String(36))
    created_by_name: Mapped[str] = mapped_column(String(100))
    updated_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer)


class ApiKeyCountRow(Table):
    """How many keys a tenant has, kept by triggers: the total of a long list without counting through it."""

    __tablename__ = "api_key_counts"

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    api_keys: Mapped[int] = mapped_column(Integer)


class TombstoneRow(Table):
    """What stays of a deleted key, so that a later use of it can be told from a key that never was."""

    __tablename__ = "api_key_tombstones"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    api_key_id: Mapped[str] = mapped_column(String(36))
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(String(100))
    masked_key: Mapped[str] = mapped_column(String(20))
    deleted_by_id: Mapped[str] = mapped_column(String(36))
    deleted_by_name: Mapped[str] = mapped_column(String(100))
    deleted_at: Mapped[datetime] = mapped_column(Instant)
    last_tried_at: Mapped[datetime | None] = mapped_column(Instant)
    last_tried_address: Mapped[str | None] = mapped_column(String(45))


class RuleChainRow(Table):
    """A rule chain: an input schema (JSON Schema 2020-12) and a decision graph (GoRules JSON)."""

    __tablename__ = "rule_chains"
    __table_args__ = (Index("ix_rule_chains_tenant_name", "tenant_id", "name_folded", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(String(100))
    name_folded: Mapped[str] = mapped_column(String(400))
    description: Mapped[str] = mapped_column(Text)
    is_external: Mapped[bool]
    enabled: Mapped[bool]
    input_schema: Mapped[dict[str, Any]] = mapped_column(JSON)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    sample_payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer)


class ActivityRow(Table):
    """One entry of the audit trail, written in the transaction of what it tells of."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_tenant", "tenant_id", "number"),)

    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    action: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[str | None] = mapped_column(String(36))
    actor_name: Mapped[str | None] = mapped_column(String(100))
    address: Mapped[str | None] = mapped_column(String(45))
    object_id: Mapped[str] = mapped_column(String(36))
    object_name: Mapped[str] = mapped_column(String(200))
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    request_id: Mapped[str | None] = mapped_column(String(36))
