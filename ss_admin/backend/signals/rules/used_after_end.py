"""Use after the end: calls with a key that was disabled, has expired or was deleted.

Calls within two minutes after the end are no sign: whoever is told only by the refusal finds out by one, and what was
on its way or is tried again at once still comes. Who calls after that has not noticed, or has no business to call.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ss_admin.backend.signals.history import (
    EVENT_DAYS,
    Attempt,
    End,
    Evidence,
    History,
    day_of_minute,
    moment_of_minute,
)
from ss_admin.backend.signals.rules.failed_authentications import MANY_FAILURES
from ss_admin.contract.documents import utc_text
from ss_admin.contract.signals import Severity

__all__ = ["GRACE", "REFUSED_KEY_CODES", "find_use_after_end"]

GRACE = timedelta(minutes=2)
REFUSED_KEY_CODES = ("disabled_api_key", "expired_api_key", "invalid_api_key")
"""What a call with a key on record is refused by that works no more; the last one: by a deleted key."""

_MINUTE = timedelta(minutes=1)
_SINCE = {
    End.DISABLED: "although it is disabled",
    End.EXPIRED: "although it has expired",
    End.DELETED: "although it was deleted",
}


def find_use_after_end(history: History, now: datetime) -> Evidence | None:
    """The calls of the last seven days. Each day with some is evidence of its own, and so are many where were few."""
    end = history.key.end(now)
    if end is None:
        return None
    ended_at = history.key.ended_at(end)
    first = now - timedelta(days=EVENT_DAYS)
    tried = [attempt for attempt in history.attempts if moment_of_minute(attempt.minute) >= first]
    counted = [attempt for attempt in tried if not _is_in_grace(attempt, ended_at)]
    if not counted or _was_a_stray(counted, ended_at):
        return None
    return _evidence(history, end, counted)


def _is_in_grace(attempt: Attempt, ended_at: datetime | None) -> bool:
    begin = moment_of_minute(attempt.minute)
    return ended_at is not None and ended_at - _MINUTE < begin < ended_at + GRACE


def _was_a_stray(counted: Sequence[Attempt], ended_at: datetime | None) -> bool:
    """The moment of disabling is not known once the key was changed again: then the grace is counted from the first."""
    begin, last = (moment_of_minute(pick(a.minute for a in counted)) for pick in (min, max))
    return ended_at is not None and last < ended_at and last - begin < GRACE


def _evidence(history: History, end: End, counted: Sequence[Attempt]) -> Evidence:
    last = max(attempt.minute for attempt in counted)
    at, calls = moment_of_minute(last), sum(attempt.calls for attempt in counted)
    on_last_day = sum(a.calls for a in counted if day_of_minute(a.minute) == day_of_minute(last))
    address = _address(history, at)
    text = (
        f"{calls:,} {'call' if calls == 1 else 'calls'} in 7 days {_SINCE[end]}, the last on "
        f"{at:%Y-%m-%d at %H:%M} UTC{f' from {address}' if address else ''}."
    )
    facts = {
        "ended": end.value,
        "calls": calls,
        "last_at": utc_text(at),
        "address": address,
    }
    is_forgotten = end is End.EXPIRED and on_last_day < MANY_FAILURES
    day = f"day:{day_of_minute(last).isoformat()}"
    if is_forgotten:
        return Evidence(Severity.WARNING, f"{day}:few", at, text, facts)
    return Evidence(Severity.ALERT, day, at, text, facts)


def _address(history: History, at: datetime) -> str | None:
    latest = max(history.addresses, key=lambda seen: seen.last_seen_at, default=None)
    return latest.address if latest is not None and latest.last_seen_at >= at else None
