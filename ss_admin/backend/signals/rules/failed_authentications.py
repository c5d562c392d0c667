"""Many failed authentications: unknown or malformed keys, from an address that this key is used from.

Calls with the key itself that are refused by 401 are no part of it: a key that works is refused only for the time in
which an administrator had it off, and of one that works no more `used_after_end` tells.
"""

from datetime import UTC, datetime, time, timedelta

from ss_admin.backend.signals.history import EVENT_DAYS, BadKeys, Evidence, History
from ss_admin.contract.signals import Severity

__all__ = ["BAD_KEY_CODES", "MANY_FAILURES", "find_failed_authentications"]

MANY_FAILURES = 50
"""In a day (UTC). Somebody who tries out a new key mistypes it a few times; a job with a wrong key goes on and on."""

SHARED_BY_MANY = 4
"""Keys that an address is used with, from which on its failures say nothing about one of them."""

BAD_KEY_CODES = ("invalid_api_key", "malformed_api_key")


def find_failed_authentications(history: History, now: datetime) -> Evidence | None:
    """The last day with so many. Each day is evidence of its own."""
    first = (now - timedelta(days=EVENT_DAYS)).date()
    telling = [bad for bad in history.bad_keys if bad.keys < SHARED_BY_MANY and bad.day > first]
    for day in sorted({bad.day for bad in telling}, reverse=True):
        of_day = [bad for bad in telling if bad.day == day]
        calls = sum(bad.calls for bad in of_day)
        if calls >= MANY_FAILURES:
            return _evidence(of_day, calls, now)
    return None


def _evidence(of_day: list[BadKeys], calls: int, now: datetime) -> Evidence:
    most, day = max(of_day, key=lambda bad: bad.calls), of_day[0].day
    where = most.address if len(of_day) == 1 else f"{most.address} and {len(of_day) - 1} more"
    text = f"{calls:,} calls with a wrong key on {day:%Y-%m-%d}, from {where}, where this key is used."
    facts = {"day": day.isoformat(), "calls": calls, "addresses": sorted(bad.address for bad in of_day)}
    at = min(datetime.combine(day, time.max, UTC).replace(microsecond=0), now)
    return Evidence(Severity.ALERT, f"day:{day.isoformat()}", at, text, facts)
