"""Moments in words: how long ago, how soon, and exactly when, in local time and in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ss_admin.contract.api_keys import SOON_DAYS, ExpiryState

__all__ = [
    "Clock",
    "ago",
    "exact_moment",
    "expiry_state",
    "expiry_words",
    "local_date",
    "local_minute",
    "utc_now",
]

Clock = Callable[[], datetime]
"""Gives the present moment, aware and in UTC; a test gives a part another one."""

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_SPANS = ((365 * _DAY, "year"), (30 * _DAY, "month"), (_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"))


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago `moment` was: “2 minutes ago”, “Just now” under a minute or with clocks apart, “Never” for None."""
    if moment is None:
        return "Never"
    words = _span((now - moment).total_seconds())
    return f"{words} ago" if words else "Just now"


def _span(seconds: float) -> str:
    for length, name in _SPANS:
        if seconds >= length:
            number = int(seconds // length)
            return f"{number:,} {name}{'' if number == 1 else 's'}"
    return ""


def expiry_state(expires_at: datetime | None, now: datetime) -> ExpiryState:
    """Where a key with this expiry stands at `now`; it is expired from the very instant on."""
    if expires_at is None:
        return ExpiryState.NEVER
    if expires_at <= now:
        return ExpiryState.EXPIRED
    return ExpiryState.SOON if expires_at - now <= timedelta(days=SOON_DAYS) else ExpiryState.ACTIVE


def expiry_words(expires_at: datetime | None, now: datetime) -> str:
    """What the badge says: “Expires in 42 days” (begun days count), “Expires soon”, “Expired”, “Never expires”."""
    state = expiry_state(expires_at, now)
    if expires_at is not None and state is ExpiryState.ACTIVE:
        return f"Expires in {-((now - expires_at) // timedelta(days=1)):,} days"
    words = {ExpiryState.SOON: "Expires soon", ExpiryState.EXPIRED: "Expired", ExpiryState.NEVER: "Never expires"}
    return words[state]


def local_date(moment: datetime) -> str:
    """The day in local time: “2026-12-23”."""
    return f"{_local(moment):%Y-%m-%d}"


def local_minute(moment: datetime) -> str:
    """Day and minute in local time: “2026-12-23 14:00”."""
    return f"{_local(moment):%Y-%m-%d %H:%M}"


def exact_moment(moment: datetime) -> str:
    """The moment to the second: local time with its zone, and on a second line UTC, unless that is the local zone."""
    local, utc = f"{_local(moment):%Y-%m-%d %H:%M:%S %Z}", f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return local if local == utc else f"{local}\n{utc}"


def _local(moment: datetime) -> datetime:
    try:
        return moment.astimezone()
    except (OverflowError, OSError, ValueError):  # the calendar's last day has no local time east of Greenwich
        return moment.astimezone(UTC)
