"""Often at its limit: calls refused by 429 in several hours of the last days, and not just a few of many.

Only hours under the present limit count: once it was raised, the matter is seen to.
"""

from datetime import datetime

from ss_admin.backend.signals.history import Evidence, History, hour_of, moment_of_hour
from ss_admin.contract.signals import Severity

__all__ = ["LIMITED_HOURS", "find_often_limited"]

LIMITED_HOURS = 72
"""How far back: three days, so that a weekend without calls does not end it."""

SEVERAL_HOURS = 4
"""One busy hour is what a limit is for."""

SHARE = 0.05
"""Of the calls of such an hour: partners that try again after a refusal lose nothing by one in twenty."""

LEAST_REFUSED = 5


def find_often_limited(history: History, now: datetime) -> Evidence | None:
    """Each day on which it goes on is evidence of its own."""
    limit = history.key.rate_limit
    if limit is None:
        return None
    first = hour_of(now) - LIMITED_HOURS
    hours = [
        hour
        for hour in history.limited
        if hour.hour > first and hour.limit in {None, limit} and hour.limited >= max(LEAST_REFUSED, SHARE * hour.calls)
    ]
    if len(hours) < SEVERAL_HOURS:
        return None
    at = moment_of_hour(max(hour.hour for hour in hours))
    refused, calls = sum(hour.limited for hour in hours), sum(hour.calls for hour in hours)
    text = (
        f"{refused:,} of {calls:,} calls ({refused / calls:.0%}) were refused in {len(hours)} hours of the last "
        f"3 days: the limit is {limit[0]:,} in {limit[1]:,} s."
    )
    facts = {
        "hours": len(hours),
        "calls": calls,
        "refused": refused,
        "max_requests": limit[0],
        "window_seconds": limit[1],
    }
    return Evidence(Severity.WARNING, f"day:{at.date().isoformat()}", at, text, facts)
