"""From a row of the table to the key as administrators see it. The digest stays in the table."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, select

from ss_admin.backend.store.tables import ApiKeyRow, UserRow
from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus, Permissions, RateLimit
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.signals import SignalBadge

__all__ = ["is_well_formed_id", "permissions_text", "select_api_keys", "to_api_key", "to_rate_limit", "with_badges"]

_ID = re.compile(r"[0-9A-Za-z-]{1,36}", re.ASCII)

_SELECT_API_KEYS = select(
    ApiKeyRow.number,
    ApiKeyRow.id,
    ApiKeyRow.name,
    ApiKeyRow.user_id,
    UserRow.name.label("user_name"),
    ApiKeyRow.masked_key,
    ApiKeyRow.permissions,
    ApiKeyRow.allowed_addresses,
    ApiKeyRow.expires_at,
    ApiKeyRow.rate_max_requests,
    ApiKeyRow.rate_window_seconds,
    ApiKeyRow.status,
    ApiKeyRow.last_used_at,
    ApiKeyRow.last_used_address,
    ApiKeyRow.created_at,
    ApiKeyRow.created_by_id,
    ApiKeyRow.created_by_name,
    ApiKeyRow.updated_at,
    ApiKeyRow.version,
).outerjoin(UserRow, UserRow.id == ApiKeyRow.user_id)
# An outer join, though every key has its user: it keeps SQLite from beginning with the users.


def is_well_formed_id(text: str) -> bool:
    """Whether `text` can be an object's id at all; others, U+0000 among them, are not shown to the database."""
    return _ID.fullmatch(text) is not None


def select_api_keys() -> Select[Any]:
    """The columns that `to_api_key` reads, together with `number`; the caller adds the conditions."""
    return _SELECT_API_KEYS


def to_api_key(row: Row[Any]) -> ApiKey:
    """The key that `row` holds."""
    return ApiKey(
        id=row.id,
        name=row.name,
        user=ObjectRef(id=row.user_id, name=row.user_name or ""),
        masked_key=row.masked_key,
        permissions=Permissions.model_validate(row.permissions),
        allowed_addresses=row.allowed_addresses,
        expires_at=row.expires_at,
        rate_limit=to_rate_limit(row.rate_max_requests, row.rate_window_seconds),
        status=ApiKeyStatus(row.status),
        last_used_at=row.last_used_at,
        last_used_address=row.last_used_address,
        created_at=row.created_at,
        created_by=ObjectRef(id=row.created_by_id, name=row.created_by_name),
        updated_at=row.updated_at,
        version=row.version,
    )


def with_badges(key: ApiKey, badges: Mapping[str, Sequence[SignalBadge]]) -> ApiKey:
    """The key with its open signals, of `signals.badges.read_badges`."""
    return key.model_copy(update={"signals": list(badges[key.id])}) if key.id in badges else key


def to_rate_limit(max_requests: int | None, window_seconds: int | None) -> RateLimit | None:
    """The limit of the two columns; None: no limit."""
    if max_requests is None or window_seconds is None:
        return None
    return RateLimit(max_requests=max_requests, window_seconds=window_seconds)


def permissions_text(permissions: Permissions) -> str:
    """What the permissions column sorts by: “read, write”, “read, write · 002 rule chains” with the number padded."""
    entities = ", ".join(entity.value for entity in permissions.entities)
    if permissions.rulechains is None:
        return entities
    return f"{entities} · {len(permissions.rulechains):03} rule chains"
