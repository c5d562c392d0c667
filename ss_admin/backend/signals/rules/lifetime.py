"""What a key's dates tell: it expires soon, never expires, is older than 90 days, was not used for 90 days."""

from datetime import UTC, date, datetime, time, timedelta

from ss_admin.backend.signals.history import Evidence, WatchedKey
from ss_admin.contract.documents import utc_text
from ss_admin.contract.signals import Severity
from ss_admin.contract.working_days import working_days_until

__all__ = [
    "OLD_AFTER",
    "UNUSED_AFTER",
    "find_expiring",
    "find_never_expiring",
    "find_old",
    "find_unused",
]

OLD_AFTER = timedelta(days=90)
"""The article's advice: rotate keys every 90 days."""

UNUSED_AFTER = timedelta(days=90)
NOTICE_WORKING_DAYS = 7
_LAST_DAY = 1


def find_expiring(key: WatchedKey, now: datetime) -> Evidence | None:
    """It expires within seven working days, by dates in UTC.

    A key that was made for no longer than that is told of on its last working day only: its end is no surprise.
    """
    if key.expires_at is None or key.expires_at <= now:
        return None
    day = key.expires_at.date()
    is_short = working_days_until(key.created_at.date(), day) <= NOTICE_WORKING_DAYS
    notice = _LAST_DAY if is_short else NOTICE_WORKING_DAYS
    if working_days_until(now.date(), day) > notice:
        return None
    at = max(_notice_begins(day, notice), key.created_at)
    text = f"Expires on {key.expires_at:%A, %Y-%m-%d at %H:%M} UTC."
    expires_at = utc_text(key.expires_at)
    return Evidence(Severity.WARNING, f"expires:{expires_at}", at, text, {"expires_at": expires_at})


def _notice_begins(day: date, notice: int) -> datetime:
    first = day
    while working_days_until(first - timedelta(days=1), day) <= notice:
        first -= timedelta(days=1)
    return datetime.combine(first, time(), UTC)


def find_never_expiring(key: WatchedKey) -> Evidence | None:
    """It has no date. Acknowledged, it stays so."""
    if key.expires_at is not None:
        return None
    return Evidence(Severity.NOTE, "never", key.created_at, "It has no expiry date.")


def find_old(key: WatchedKey, now: datetime) -> Evidence | None:
    """It was created more than 90 days ago."""
    if key.created_at > now - OLD_AFTER:
        return None
    text = f"Created on {key.created_at:%Y-%m-%d}."
    facts = {"created_at": utc_text(key.created_at)}
    return Evidence(Severity.NOTE, "old", key.created_at + OLD_AFTER, text, facts)


def find_unused(key: WatchedKey, now: datetime) -> Evidence | None:
    """Its last use, or its creation if it never was used, is more than 90 days ago."""
    last = key.last_used_at or key.created_at
    if last > now - UNUSED_AFTER:
        return None
    used = key.last_used_at
    text = f"Last used on {used:%Y-%m-%d}." if used else f"Never used since it was created on {last:%Y-%m-%d}."
    facts = {"last_used_at": utc_text(used) if used else None}
    return Evidence(Severity.NOTE, f"used:{last:%Y-%m-%d}", last + UNUSED_AFTER, text, facts)
