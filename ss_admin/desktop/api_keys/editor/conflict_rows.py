"""Two versions of a key side by side: what the editor holds and what somebody else saved meanwhile. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from ss_admin.contract.api_keys import ApiKey, RateLimit
from ss_admin.desktop.api_keys.editor.editor_draft import ApiKeyDraft, EditorField
from ss_admin.desktop.api_keys.editor.expiry_choice import ExpiryOption, short_moment
from ss_admin.desktop.api_keys.table.cells import status_words
from ss_admin.desktop.rate_sentence import describe_rate

__all__ = ["ConflictRow", "Difference", "compare_versions"]


class Difference(StrEnum):
    """Who changed a field since the editor was opened, in the words of the conflict view."""

    NONE = "Same"
    YOURS = "You changed it"
    THEIRS = "They changed it"
    BOTH = "Both changed it"
    BOTH_ALIKE = "Both changed it alike"

    @property
    def matters(self) -> bool:
        """Whether the two versions differ in the field."""
        return self in {Difference.YOURS, Difference.THEIRS, Difference.BOTH}


@dataclass(frozen=True)
class ConflictRow:
    """One field: what it is in the editor and what it is on the server, in words."""

    label: str
    yours: str
    theirs: str
    difference: Difference


def compare_versions(
    base: ApiKey, draft: ApiKeyDraft, theirs: ApiKey, *, now: datetime, zone: tzinfo
) -> list[ConflictRow]:
    """Every field of the editor in its order. `base`: the version that the editor was opened with."""
    kept = draft.expiry.option is ExpiryOption.KEEP
    expires_at = base.expires_at if kept else draft.expiry.moment(now=now, zone=zone)
    user = draft.user or base.user
    return [
        _row(EditorField.NAME, [(name, name) for name in (base.name, draft.name.strip(), theirs.name)]),
        _row(EditorField.USER, [(person.id, person.name) for person in (base.user, user, theirs.user)]),
        _row(EditorField.EXPIRES, [_expiry(at, zone) for at in (base.expires_at, expires_at, theirs.expires_at)]),
        _row("Rate limit", [_limit(limit) for limit in (base.rate_limit, draft.rate_limit, theirs.rate_limit)]),
        _row(EditorField.STATUS, [(each, status_words(each)) for each in (base.status, draft.status, theirs.status)]),
    ]


def _row(label: str, versions: Sequence[tuple[str, str]]) -> ConflictRow:
    """The row of a field. `versions`: what is compared and the words for it, before, yours and theirs."""
    before, yours, theirs = versions
    return ConflictRow(label, yours[1], theirs[1], _difference(before[0], yours[0], theirs[0]))


def _difference(before: str, yours: str, theirs: str) -> Difference:
    if yours == theirs:
        return Difference.NONE if yours == before else Difference.BOTH_ALIKE
    if theirs == before:
        return Difference.YOURS
    return Difference.THEIRS if yours == before else Difference.BOTH


def _expiry(expires_at: datetime | None, zone: tzinfo) -> tuple[str, str]:
    words = "Never expires" if expires_at is None else short_moment(expires_at, zone)
    return words, words  # what falls into the same minute is the same to a reader


def _limit(limit: RateLimit | None) -> tuple[str, str]:
    words = describe_rate(limit.max_requests, limit.window_seconds) if limit else "No limit"
    return repr(limit), words
