"""The audit trail on the wire: who did what to which object, from where, and when."""

from enum import StrEnum
from typing import Any

from ss_admin.contract.documents import Document, ObjectRef, Page, UtcInstant

__all__ = [
    "EXPORT_MAX_ENTRIES",
    "ActivityAction",
    "ActivityEntry",
    "ActivityObject",
    "ActivityObjectPage",
    "ActivityPage",
    "ActivityPeoplePage",
    "ActivityPerson",
    "FieldChange",
]

EXPORT_MAX_ENTRIES = 50_000
"""Of one export; where the filters let more through, it is refused rather than cut."""


class ActivityAction(StrEnum):
    """What was done, `object.verb`."""

    SIGNED_IN = "session.signed_in"
    SIGN_IN_FAILED = "session.failed"
    SIGN_IN_LOCKED = "session.locked"
    SIGNED_OUT = "session.signed_out"
    PASSWORD_CHANGED = "user.password_changed"
    ROLE_CHANGED = "user.role_changed"
    USER_CREATED = "user.created"
    API_KEY_CREATED = "api_key.created"
    API_KEY_CHANGED = "api_key.changed"
    API_KEY_DELETED = "api_key.deleted"
    API_KEY_LOOKED_UP = "api_key.looked_up"
    INVENTORY_EXPORTED = "api_key.inventory_exported"
    EXPIRIES_EXPORTED = "api_key.expiries_exported"
    SIGNAL_ACKNOWLEDGED = "signal.acknowledged"
    RULE_CHAIN_CREATED = "rule_chain.created"
    RULE_CHAIN_CHANGED = "rule_chain.changed"
    RULE_CHAIN_DELETED = "rule_chain.deleted"
    RULE_CHAIN_TESTED = "rule_chain.tested"
    SIGNING_SECRET_SHOWN = "rule_chain.signing_secret_shown"
    SIGNING_SECRET_REPLACED = "rule_chain.signing_secret_replaced"
    ACTIVITY_EXPORTED = "activity.exported"


class FieldChange(Document):
    """One field that changed, from what to what; never a secret."""

    field: str
    before: Any
    after: Any


class ActivityEntry(Document):
    """One entry of the audit trail. `actor` is null where nobody was signed in (a failed sign-in, the operator).

    `sequence` counts the tenant's entries from 1, and `hash` (SHA-256, hexadecimal) binds the entry to all before it.
    `tenant` is told to whom all tenants' entries are open, and null otherwise.
    """

    id: str
    at: UtcInstant
    action: ActivityAction
    actor: ObjectRef | None
    address: str | None
    object: ObjectRef
    changes: list[FieldChange]
    request_id: str | None
    sequence: int
    hash: str
    tenant: ObjectRef | None = None


ActivityPage = Page[ActivityEntry]


class ActivityPerson(Document):
    """Somebody who did something that is on record, by the name they had when they last did."""

    id: str
    name: str


ActivityPeoplePage = Page[ActivityPerson]


class ActivityObject(Document):
    """Something that something was done to; it may be gone. `action` is the last one that is on record."""

    id: str
    name: str
    action: ActivityAction


ActivityObjectPage = Page[ActivityObject]
