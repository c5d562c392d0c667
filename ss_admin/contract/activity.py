"""The audit trail on the wire: who did what to which object, from where, and when."""

from enum import StrEnum
from typing import Any

from ss_admin.contract.documents import Document, ObjectRef, Page, UtcInstant

__all__ = ["ActivityAction", "ActivityEntry", "ActivityPage", "FieldChange"]


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
    """One entry of the audit trail. `actor` is null where nobody was signed in (a failed sign-in, the operator)."""

    id: str
    at: UtcInstant
    action: ActivityAction
    actor: ObjectRef | None
    address: str | None
    object: ObjectRef
    changes: list[FieldChange]


ActivityPage = Page[ActivityEntry]
