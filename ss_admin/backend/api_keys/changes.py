"""What a change does to a key: the new values, and what the audit trail tells of it, from what to what."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ss_admin.backend.api_keys.errors import ExpiryInThePast, SecretInName
from ss_admin.backend.api_keys.rows import permissions_text
from ss_admin.backend.api_keys.search import indexed_text, sorting_text
from ss_admin.contract.activity import FieldChange
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.api_keys import ApiKey, ApiKeyChange, ApiKeyStatus, NewApiKey, Permissions, RateLimit
from ss_admin.contract.documents import ObjectRef, utc_text

__all__ = ["KeySettings", "changed_settings", "column_values", "find_changes", "new_settings", "settings_of"]

_TAKEN_OVER = {"name", "rate_limit", "permissions", "allowed_addresses", "status"}


@dataclass(frozen=True)
class KeySettings:
    """All of a key that an administrator can set. `allowed_addresses` None: from everywhere."""

    name: str
    user: ObjectRef
    expires_at: datetime | None
    rate_limit: RateLimit | None
    permissions: Permissions
    status: ApiKeyStatus
    allowed_addresses: list[str] | None = None


def new_settings(order: NewApiKey, user: ObjectRef, now: datetime) -> KeySettings:
    """What a new key is set to. Raises `SecretInName` and `ExpiryInThePast`."""
    return KeySettings(
        name=_without_secret(order.name),
        user=user,
        expires_at=_expiry(order.expires_at, order.expires_in_days, now),
        rate_limit=order.rate_limit,
        permissions=order.permissions,
        status=ApiKeyStatus.ACTIVE,
        allowed_addresses=order.allowed_addresses,
    )


def settings_of(key: ApiKey) -> KeySettings:
    """What the key is set to now."""
    return KeySettings(
        key.name, key.user, key.expires_at, key.rate_limit, key.permissions, key.status, key.allowed_addresses
    )


def changed_settings(before: KeySettings, change: ApiKeyChange, user: ObjectRef, now: datetime) -> KeySettings:
    """`before` with the fields that were given; `user` is the one meant by `change.user_id`.

    Raises `SecretInName` and `ExpiryInThePast`; an expiry that stays as it is may lie in the past.
    """
    given = change.model_fields_set
    after = replace(before, **{field: getattr(change, field) for field in given & _TAKEN_OVER})
    if "name" in given and change.name != before.name:
        after = replace(after, name=_without_secret(change.name))
    if "user_id" in given:
        after = replace(after, user=user)
    if "expires_in_days" in given or ("expires_at" in given and change.expires_at != before.expires_at):
        after = replace(after, expires_at=_expiry(change.expires_at, change.expires_in_days, now))
    return after


def find_changes(before: KeySettings | None, after: KeySettings | None) -> Sequence[FieldChange]:
    """The fields that differ; None stands for a key that is not there yet, or no more."""
    old, new = _facts(before), _facts(after)
    return [
        FieldChange(field=field, before=old.get(field), after=new.get(field))
        for field in old | new
        if old.get(field) != new.get(field)
    ]


def column_values(settings: KeySettings, masked_key: str) -> dict[str, Any]:
    """The columns of `ApiKeyRow` that follow from the settings, those for searching and sorting among them."""
    limit = settings.rate_limit
    return {
        "name": settings.name,
        "name_folded": sorting_text(settings.name),
        "user_id": settings.user.id,
        "user_name_folded": sorting_text(settings.user.name),
        "search_text": indexed_text(name=settings.name, user_name=settings.user.name, masked_key=masked_key),
        "permissions": settings.permissions.model_dump(mode="json"),
        "permissions_text": permissions_text(settings.permissions),
        "allowed_addresses": settings.allowed_addresses,
        "expires_at": settings.expires_at,
        "rate_max_requests": limit.max_requests if limit else None,
        "rate_window_seconds": limit.window_seconds if limit else None,
        "status": settings.status.value,
    }


def _facts(settings: KeySettings | None) -> dict[str, Any]:
    if settings is None:
        return {}
    return {
        "name": settings.name,
        "user": settings.user.model_dump(mode="json"),
        "expires_at": None if settings.expires_at is None else utc_text(settings.expires_at),
        "rate_limit": None if settings.rate_limit is None else settings.rate_limit.model_dump(mode="json"),
        "permissions": settings.permissions.model_dump(mode="json"),
        "allowed_addresses": settings.allowed_addresses,
        "status": settings.status.value,
    }


def _expiry(expires_at: datetime | None, expires_in_days: int | None, now: datetime) -> datetime | None:
    if expires_in_days is not None:
        return now + timedelta(days=expires_in_days)
    if expires_at is not None and expires_at <= now:
        raise ExpiryInThePast
    return expires_at


def _without_secret(name: str) -> str:
    if mask_api_keys_within(name) != name:
        raise SecretInName
    return name
