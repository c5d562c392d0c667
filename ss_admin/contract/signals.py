"""Signals: what is worth an administrator's attention about a key, worked out from its settings and its use."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ss_admin.contract.documents import Document, ObjectRef, Page, Request, UtcInstant, refuse_unprintable

__all__ = [
    "Acknowledgement",
    "Severity",
    "Signal",
    "SignalAcknowledgement",
    "SignalBadge",
    "SignalCounts",
    "SignalKey",
    "SignalKind",
    "SignalPage",
]

NOTE_MAX_CHARACTERS = 500


class SignalKind(StrEnum):
    """What there is to see, after the article's monitoring indicators and its rules for rotation."""

    USED_AFTER_END = "used_after_end"
    SPIKE = "unusual_spike"
    NEW_ADDRESS = "new_address"
    FAILED_AUTHENTICATIONS = "failed_authentications"
    OFTEN_LIMITED = "often_limited"
    EXPIRES_SOON = "expires_soon"
    NEVER_EXPIRES = "never_expires"
    OLD = "older_than_90_days"
    UNUSED = "unused_90_days"


class Severity(StrEnum):
    """How soon it wants to be looked at: now, in these days, when there is time."""

    ALERT = "alert"
    WARNING = "warning"
    NOTE = "note"


class SignalKey(Document):
    """The key that a signal is about; it may be deleted."""

    id: str
    name: str
    masked_key: str
    is_deleted: bool


class Acknowledgement(Document):
    """Somebody has seen to it."""

    at: UtcInstant
    by: ObjectRef
    note: str


class Signal(Document):
    """One signal of one key. `since`: when it was first seen; `evidence_at`: the moment of the latest evidence.

    `evidence`: the figures as one sentence; `facts`: the same, by name. An acknowledged signal is open again as soon
    as there is new evidence.
    """

    id: str
    kind: SignalKind
    severity: Severity
    api_key: SignalKey
    since: UtcInstant
    evidence_at: UtcInstant
    evidence: str
    facts: dict[str, Any]
    acknowledged: Acknowledgement | None


SignalPage = Page[Signal]


class SignalBadge(Document):
    """An open signal of a key, as the list shows it."""

    kind: SignalKind
    severity: Severity


class SignalCounts(Document):
    """How many keys have an open signal, altogether and by kind; kinds that no key has are left out.

    Deleted keys count too, as somebody may still call with one; how many of each number they are is told apart, since
    the list of keys does not hold them.
    """

    api_keys: int
    by_kind: dict[SignalKind, int]
    deleted_api_keys: int
    deleted_by_kind: dict[SignalKind, int]


def _trimmed(text: str) -> str:
    return refuse_unprintable(text.strip(), except_for="\n")


class SignalAcknowledgement(Request):
    """The order to acknowledge a signal. `note` may be empty.

    `evidence_at`: of the signal as it was read. Where newer evidence has come since, the order is refused, so that
    nobody acknowledges what nobody saw; without it whatever is the latest is acknowledged.
    """

    evidence_at: UtcInstant | None = None
    note: Annotated[str, Field(strict=True, max_length=NOTE_MAX_CHARACTERS), AfterValidator(_trimmed)] = ""
