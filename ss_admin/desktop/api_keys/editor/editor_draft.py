"""What stands in the editor: its faults, and the orders to create or change a key that it makes. No Qt."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ss_admin.contract.api_keys import ApiKey, ApiKeyChange, ApiKeyStatus, NewApiKey, RateLimit
from ss_admin.contract.documents import LABEL_MAX_CHARACTERS, Label, ObjectRef
from ss_admin.desktop.api_keys.editor.expiry_choice import (
    DEFAULT_CHOICE,
    ExpiryChoice,
    ExpiryOption,
    find_expiry_fault,
    resolve_wall_time,
)
from ss_admin.desktop.api_keys.editor.scope_draft import ScopeDraft

__all__ = [
    "MAX_REQUESTS_LIMIT",
    "TIME_WINDOW_LIMIT",
    "ApiKeyDraft",
    "EditorField",
    "field_of_pointer",
    "without_what_is_there",
]

MAX_REQUESTS_LIMIT = 1_000_000
TIME_WINDOW_LIMIT = 86_400
_DEFAULT_LIMIT = RateLimit()
_EVERYTHING = ScopeDraft()
_SAME_MOMENT = timedelta(minutes=1)
_LABEL = TypeAdapter[str](Label)


class EditorField(StrEnum):
    """The fields of the editor, in the order in which they stand; the value is the field's label."""

    NAME = "Name"
    USER = "User"
    EXPIRES = "Expires"
    MAX_REQUESTS = "Max Requests"
    TIME_WINDOW = "Time Window (seconds)"
    PERMISSIONS = "Permissions"
    RULE_CHAINS = "Rule chains"
    ADDRESSES = "Addresses"
    STATUS = "Status"


_POINTERS = {
    "/name": EditorField.NAME,
    "/user_id": EditorField.USER,
    "/expires_at": EditorField.EXPIRES,
    "/expires_in_days": EditorField.EXPIRES,
    "/rate_limit": EditorField.MAX_REQUESTS,
    "/rate_limit/max_requests": EditorField.MAX_REQUESTS,
    "/rate_limit/window_seconds": EditorField.TIME_WINDOW,
    "/permissions": EditorField.PERMISSIONS,
    "/permissions/rulechains": EditorField.RULE_CHAINS,
    "/allowed_addresses": EditorField.ADDRESSES,
    "/status": EditorField.STATUS,
}


def field_of_pointer(pointer: str) -> EditorField | None:
    """The field that a JSON pointer of the server's answer speaks of; None where it is no field of the editor."""
    while pointer:
        if pointer in _POINTERS:
            return _POINTERS[pointer]
        pointer = pointer.rpartition("/")[0]
    return None


@dataclass(frozen=True)
class ApiKeyDraft:
    """Everything that can be entered. A number is None where its field is empty.

    `user_text` is what was typed into the user field while nobody is chosen.
    """

    name: str = ""
    user: ObjectRef | None = None
    user_text: str = ""
    expiry: ExpiryChoice = DEFAULT_CHOICE
    limit_enabled: bool = True
    max_requests: int | None = _DEFAULT_LIMIT.max_requests
    window_seconds: int | None = _DEFAULT_LIMIT.window_seconds
    scope: ScopeDraft = _EVERYTHING
    status: ApiKeyStatus = ApiKeyStatus.ACTIVE

    @classmethod
    def of(cls, api_key: ApiKey) -> "ApiKeyDraft":
        """The draft that changes nothing about `api_key`."""
        limit = api_key.rate_limit or _DEFAULT_LIMIT
        return cls(
            name=api_key.name,
            user=api_key.user,
            expiry=ExpiryChoice(ExpiryOption.KEEP),
            limit_enabled=api_key.rate_limit is not None,
            max_requests=limit.max_requests,
            window_seconds=limit.window_seconds,
            scope=ScopeDraft.of(api_key),
            status=api_key.status,
        )

    @classmethod
    def replacing(cls, api_key: ApiKey) -> "ApiKeyDraft":
        """The draft of a key that takes the place of `api_key`: all that it may do, with an expiry of its own."""
        ending = " (replacement)"
        name = api_key.name if api_key.name.endswith(ending) else api_key.name[: LABEL_MAX_CHARACTERS - len(ending)]
        return replace(
            cls.of(api_key),
            name=name if name.endswith(ending) else name.rstrip() + ending,
            expiry=DEFAULT_CHOICE,
            status=ApiKeyStatus.ACTIVE,
        )

    @property
    def rate_limit(self) -> RateLimit | None:
        """The rate limit, None where limiting is off. Asked of a draft without faults only."""
        if not self.limit_enabled:
            return None
        return RateLimit.model_validate({"max_requests": self.max_requests, "window_seconds": self.window_seconds})

    def find_faults(self, *, now: datetime, zone: tzinfo) -> dict[EditorField, str]:
        """What is wrong, field by field in the order of the form, each as one sentence."""
        faults: dict[EditorField, str | None] = {
            EditorField.NAME: _find_name_fault(self.name),
            EditorField.USER: self._find_user_fault(),
            EditorField.EXPIRES: find_expiry_fault(self.expiry, now=now, zone=zone),
        }
        if self.limit_enabled:
            faults[EditorField.MAX_REQUESTS] = _find_number_fault(self.max_requests, MAX_REQUESTS_LIMIT, "requests")
            faults[EditorField.TIME_WINDOW] = _find_number_fault(self.window_seconds, TIME_WINDOW_LIMIT, "seconds")
        faults |= {
            EditorField.PERMISSIONS: self.scope.find_entities_fault(),
            EditorField.RULE_CHAINS: self.scope.find_chains_fault(),
            EditorField.ADDRESSES: self.scope.find_addresses_fault(),
        }
        return {field: fault for field, fault in faults.items() if fault}

    def to_new_api_key(self, zone: tzinfo) -> NewApiKey:
        """The order to create the key. Only for a draft without faults."""
        user_id = self.user.id if self.user else None
        order = {
            "name": self.name,
            "user_id": user_id,
            "rate_limit": self.rate_limit,
            "permissions": self.scope.permissions,
            "allowed_addresses": self.scope.allowed_addresses,
        }
        return NewApiKey.model_validate(order | _expiry_order(self.expiry, zone))

    def to_change(self, base: ApiKey, zone: tzinfo) -> ApiKeyChange | None:
        """The order that turns `base` into this draft, with nothing in it but what differs; None where nothing does."""
        order: dict[str, Any] = {}
        if _LABEL.validate_python(self.name) != base.name:
            order["name"] = self.name
        if self.user is not None and self.user.id != base.user.id:
            order["user_id"] = self.user.id
        if self.rate_limit != base.rate_limit:
            order["rate_limit"] = self.rate_limit
        order |= self._scope_order(base)
        if self.status != base.status:
            order["status"] = self.status
        expiry = _expiry_order(self.expiry, zone)
        if expiry.get("expires_at", ...) != base.expires_at:
            order |= expiry
        return ApiKeyChange.model_validate(order) if order else None

    def rebased(self, base: ApiKey, theirs: ApiKey) -> "ApiKeyDraft":
        """This draft over somebody else's version: what was not changed here becomes theirs."""
        mine, before, after = self, ApiKeyDraft.of(base), ApiKeyDraft.of(theirs)
        changes: dict[str, Any] = {
            name: getattr(after, name) for name in ("name", "status") if getattr(mine, name) == getattr(before, name)
        }
        if mine.user == before.user:
            changes |= {"user": after.user, "user_text": ""}
        limit = ("limit_enabled", "max_requests", "window_seconds")
        if all(getattr(mine, name) == getattr(before, name) for name in limit):
            changes |= {name: getattr(after, name) for name in limit}
        return replace(mine, **changes, scope=mine.scope.rebased(before.scope, after.scope))

    def _scope_order(self, base: ApiKey) -> dict[str, Any]:
        same_permissions, same_addresses = self.scope.allows_the_same_as(base)
        order: dict[str, Any] = {} if same_permissions else {"permissions": self.scope.permissions}
        return order if same_addresses else order | {"allowed_addresses": self.scope.allowed_addresses}

    def _find_user_fault(self) -> str | None:
        if self.user is not None:
            return None
        if self.user_text.strip():
            return "Choose a person from the list."
        return "Choose the person this key is for."


def without_what_is_there(change: ApiKeyChange, theirs: ApiKey, now: datetime) -> ApiKeyChange | None:
    """`change` without what `theirs` already has; None where that leaves nothing to save.

    An expiry given in days counts as there when `theirs` expires within a minute of it.
    """
    present: Mapping[str, object] = {
        "name": theirs.name,
        "user_id": theirs.user.id,
        "expires_at": theirs.expires_at,
        "rate_limit": theirs.rate_limit,
        "permissions": theirs.permissions,
        "allowed_addresses": theirs.allowed_addresses,
        "status": theirs.status,
    }
    left = {
        name: getattr(change, name)
        for name in change.model_fields_set
        if name not in present or getattr(change, name) != present[name]
    }
    days, expires_at = left.get("expires_in_days"), theirs.expires_at
    if days is not None and expires_at and abs(now + timedelta(days=days) - expires_at) < _SAME_MOMENT:
        del left["expires_in_days"]
    return ApiKeyChange.model_validate(left) if left else None


def _expiry_order(expiry: ExpiryChoice, zone: tzinfo) -> dict[str, Any]:
    """The order's expiry field; none for an expiry that is kept. Days are counted by the server's clock."""
    if expiry.option is ExpiryOption.KEEP:
        return {}
    if expiry.option.days is not None:
        return {"expires_in_days": expiry.option.days}
    if expiry.option is ExpiryOption.CUSTOM and expiry.wall_time is not None:
        return {"expires_at": resolve_wall_time(expiry.wall_time, zone).moment}
    return {"expires_at": None}


def _find_name_fault(name: str) -> str | None:
    trimmed = unicodedata.normalize("NFC", name.strip())
    if not trimmed:
        return "Enter a name for this key."
    if len(trimmed) > LABEL_MAX_CHARACTERS:
        return f"At most {LABEL_MAX_CHARACTERS} characters; this name has {len(trimmed)}."
    try:
        _LABEL.validate_python(name)
    except ValidationError:
        return "No line breaks or control characters."
    return None


def _find_number_fault(number: int | None, largest: int, unit: str) -> str | None:
    if number is None:
        return f"Enter a number of {unit}."
    if not 1 <= number <= largest:
        return f"Enter 1 to {largest:,} {unit}."
    return None
