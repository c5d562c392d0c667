"""Every table of the product. Indexes serve the list: each begins with the tenant and ends with the row number."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ss_admin.backend.store.serving_tables import (
    AddressRefusalRow,
    ApiKeyAddressRow,
    ApiKeyMinuteRow,
    ChangeRow,
    JournalRow,
    SightingRow,
    WorkerRow,
)
from ss_admin.backend.store.table_base import NUMBER, Table, sorted_text
from ss_admin.backend.store.types import NEVER_EXPIRES, NEVER_USED, Instant, OptionalInstant
from ss_admin.backend.store.watching_tables import ApiKeyHourRow, ApiKeyPeakRow, RefusalRow, SignalRow

__all__ = [
    "ActivityHeadRow",
    "ActivityRow",
    "AddressRefusalRow",
    "ApiKeyAddressRow",
    "ApiKeyCountRow",
    "ApiKeyHourRow",
    "ApiKeyMinuteRow",
    "ApiKeyPeakRow",
    "ApiKeyRow",
    "ChangeRow",
    "DeliveryRow",
    "ExecutionRow",
    "JournalRow",
    "RecordRow",
    "RefusalRow",
    "RuleChainDayRow",
    "RuleChainRow",
    "RuleChainVersionRow",
    "ScopedKeyRow",
    "SessionRow",
    "SightingRow",
    "SignInFailureRow",
    "SignalRow",
    "Table",
    "TenantRow",
    "TombstoneRow",
    "UserRow",
    "WorkerRow",
]


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

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True)
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

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    masked_key: Mapped[str] = mapped_column(sorted_text(20))
    name: Mapped[str] = mapped_column(String(100))
    name_folded: Mapped[str] = mapped_column(sorted_text(400))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    user_name_folded: Mapped[str] = mapped_column(sorted_text(400))
    search_text: Mapped[str] = mapped_column(Text)
    permissions: Mapped[dict[str, Any]] = mapped_column(JSON)
    permissions_text: Mapped[str] = mapped_column(sorted_text(200))
    allowed_addresses: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
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
    __table_args__ = (Index("ix_api_key_tombstones_key", "api_key_id"),)

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


class ScopedKeyRow(Table):
    """A key that is narrowed to a rule chain: which keys a chain is named by, without reading every key.

    The chain may be gone: a key narrowed to it stays narrowed.
    """

    __tablename__ = "api_key_rule_chains"

    rulechain_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    api_key_number: Mapped[int] = mapped_column(
        ForeignKey("api_keys.number", ondelete="CASCADE"), primary_key=True, index=True
    )


class RuleChainRow(Table):
    """A rule chain: an input schema (JSON Schema 2020-12) and a decision graph (GoRules JSON).

    `version` counts every change, `definition_version` is the version at which schema or graph last changed.
    `signing_generation` counts the secrets that the chain's webhooks were signed with; the secrets are not stored.
    """

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
    definition_version: Mapped[int] = mapped_column(Integer, server_default="1")
    signing_generation: Mapped[int] = mapped_column(Integer, server_default="1")


class RuleChainVersionRow(Table):
    """What a chain was at one of its versions, so that an execution can be read against the graph that ran."""

    __tablename__ = "rule_chain_versions"

    rulechain_id: Mapped[str] = mapped_column(ForeignKey("rule_chains.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    input_schema: Mapped[dict[str, Any]] = mapped_column(JSON)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(Instant)


class RuleChainDayRow(Table):
    """How often a chain ran on a day (UTC), and how it ended: last run and success rate without counting runs.

    Nothing that a call writes refers to the chain by a foreign key: a chain that is deleted meanwhile fails no call.
    """

    __tablename__ = "rule_chain_days"

    rulechain_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    succeeded: Mapped[int] = mapped_column(Integer)
    failed: Mapped[int] = mapped_column(Integer)
    last_run_at: Mapped[datetime] = mapped_column(Instant)


class ExecutionRow(Table):
    """One run of a chain for a partner, written before the partner gets the answer."""

    __tablename__ = "executions"
    __table_args__ = (
        Index("ix_executions_chain", "rulechain_id", "number"),
        Index("ix_executions_outcome", "rulechain_id", "outcome", "number"),
        Index("ix_executions_key", "rulechain_id", "api_key_id", "number"),
        Index("ix_executions_at", "at"),
    )

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    rulechain_id: Mapped[str] = mapped_column(String(36))
    definition_version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(10))
    api_key_id: Mapped[str] = mapped_column(String(36))
    api_key_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(45))
    request_id: Mapped[str] = mapped_column(String(36))
    duration_ms: Mapped[float]
    input: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    error: Mapped[str | None] = mapped_column(Text)
    failed_node_id: Mapped[str | None] = mapped_column(String(200))
    trace: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class RecordRow(Table):
    """A document that a chain saved into a named collection of its tenant (`saveRecord`)."""

    __tablename__ = "records"
    __table_args__ = (
        Index("ix_records_collection", "tenant_id", "collection", "number"),
        Index("ix_records_execution", "execution_id"),
    )

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    collection: Mapped[str] = mapped_column(sorted_text(64))
    execution_id: Mapped[str] = mapped_column(String(36))
    node_id: Mapped[str] = mapped_column(String(200))
    document: Mapped[Any] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)


class DeliveryRow(Table):
    """A webhook in the outbox (`callWebhook`): written with its execution, sent until it is taken or given up.

    `next_attempt_at` null: nothing more will be sent. `leased_until`: a process is sending it until then at most.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_due", "next_attempt_at"),
        Index("ix_deliveries_execution", "execution_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    rulechain_id: Mapped[str] = mapped_column(String(36))
    execution_id: Mapped[str] = mapped_column(String(36))
    node_id: Mapped[str] = mapped_column(String(200))
    node_name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Instant)
    next_attempt_at: Mapped[datetime | None] = mapped_column(Instant)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    last_status: Mapped[int | None] = mapped_column(Integer)
    last_error: Mapped[str | None] = mapped_column(Text)


class ActivityRow(Table):
    """One entry of the audit trail, written in the transaction of what it tells of; triggers keep it as it is.

    The hashes bind it to the tenant's entries before it; see `activity/chain.py`.
    """

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_tenant", "tenant_id", "number"),
        Index("ix_activity_sequence", "tenant_id", "sequence", unique=True),
        Index("ix_activity_object", "tenant_id", "object_id", "number"),
        Index("ix_activity_actor", "tenant_id", "actor_id", "number"),
    )

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True)
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
    sequence: Mapped[int] = mapped_column(BigInteger)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ActivityHeadRow(Table):
    """The last entry of a tenant's audit trail: so that one missing at the end is missed. It only goes forward."""

    __tablename__ = "activity_heads"

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
