"""An unusual spike: far more calls in an hour than the key makes at this hour of the week.

The measure is the key's own past: in each of the last eight weeks the busiest of the same hour and its two neighbours
(a job that starts a little sooner or later, or an hour off since the clocks changed, is no news). Calls that were
refused count too: a loop or a stolen key runs into the limit.

Silent, though there are more calls than usual, where it is no surprise: for keys without three such weeks; for growth,
when the hours of the last days were as far from the pattern already; for a job that ran a month or a quarter ago at
this hour; for a key that often bursts; and for an hour that makes up for calls that were missing in the day before.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from statistics import median

from ss_admin.backend.signals.history import EVENT_DAYS, Evidence, History, hour_of, moment_of_hour
from ss_admin.contract.documents import utc_text
from ss_admin.contract.signals import Severity

__all__ = ["HISTORY_HOURS", "SPIKE_FLOOR", "find_spike", "is_beyond", "slot_hours"]

SPIKE_FLOOR = 100
"""Calls in an hour, below which nobody is troubled: fewer than two a minute."""

TIMES_USUAL = 4.0
"""A busy Monday makes twice the calls of a quiet one; four times the median of weeks is no Monday."""

TIMES_HIGHEST = 2.5
"""And not even the highest of those weeks comes near: keys that double are growing."""

WEEKS = 8
LEAST_WEEKS = 3
"""Fewer weeks in use tell no pattern."""

ALIKE = 0.5
"""An earlier burst of at least half of the calls is of the same kind."""

_WEEK = 168
_DAY = 24
_SAME_BURST_HOURS = 20
"""What began within so many hours before belongs to the same burst, and does not explain it."""

_HABIT_DAYS, _HABIT_WITHIN = 3, 28 * _DAY
_MONTHS = ((27 * _DAY, 35 * _DAY), (57 * _DAY, 66 * _DAY), (87 * _DAY, 96 * _DAY))
_MADE_UP = 0.8
HISTORY_HOURS = (EVENT_DAYS + 96 + 30) * _DAY
"""How much of the past is looked at: three months, and the weeks before them."""

Hours = Mapping[int, int]


def find_spike(history: History, now: datetime) -> Evidence | None:
    """The latest spike of the last seven days; hours of one spike that follow each other are one evidence."""
    hours, first_use = history.hours, history.first_use
    if first_use is None:
        return None
    last = hour_of(now)
    recent = range(last, last - EVENT_DAYS * _DAY - 1, -1)
    latest = next((hour for hour in recent if _is_spike(hours, hour, first_use)), None)
    return None if latest is None else _evidence(hours, _burst(hours, latest, first_use), first_use)


def _burst(hours: Hours, latest: int, first_use: int) -> list[int]:
    """The hours of one spike, back to its first, however long ago: it stays the same evidence as time goes on."""
    burst, hour = [latest], latest - 1
    while burst[0] - hour <= 2:  # an hour between may just not have reached it
        if _is_spike(hours, hour, first_use):
            burst.insert(0, hour)
        hour -= 1
    return burst


def is_beyond(calls: int, highest: int) -> bool:
    """Whether an hour of so many calls can be a spike at all, where the weeks before had at most `highest`."""
    return calls >= SPIKE_FLOOR and calls >= TIMES_HIGHEST * highest


def slot_hours(hour: int) -> list[int]:
    """The hours of the weeks before that an hour is measured by."""
    return [hour - _WEEK * week + near for week in range(1, WEEKS + 1) for near in (-1, 0, 1)]


def _is_spike(hours: Hours, hour: int, first_use: int) -> bool:
    calls = hours.get(hour, 0)
    if calls < SPIKE_FLOOR:
        return False
    weeks = _weeks(hours, hour, first_use)
    if len(weeks) < LEAST_WEEKS or not is_beyond(calls, max(weeks)) or calls < TIMES_USUAL * median(weeks):
        return False
    return not (_came_before(hours, hour, first_use) or _makes_up(hours, hour, first_use))


def _weeks(hours: Hours, hour: int, first_use: int) -> list[int]:
    """The busiest hour around this one in each week before, in which the key was in use already."""
    starts = (hour - _WEEK * week for week in range(1, WEEKS + 1))
    return [max(hours.get(start + near, 0) for near in (-1, 0, 1)) for start in starts if start >= first_use]


def _came_before(hours: Hours, hour: int, first_use: int) -> bool:
    """Whether bursts like this one have been seen: since some days, every month, or now and then."""
    days = set()
    for earlier in _earlier_bursts(hours, hour):
        weeks = _weeks(hours, earlier, first_use) + _weeks_between(hours, earlier, hour)
        if not weeks or hours[earlier] < TIMES_USUAL * median(weeks):
            continue  # as usual for that hour of the week
        ago = hour - earlier
        same_time = min(ago % _DAY, -ago % _DAY) <= 1
        if same_time and any(begin <= ago <= end for begin, end in _MONTHS):
            return True
        if same_time and ago <= _WEEK:
            return True
        if ago <= _HABIT_WITHIN:
            days.add(earlier // _DAY)
    return len(days) >= _HABIT_DAYS


def _weeks_between(hours: Hours, earlier: int, hour: int) -> list[int]:
    """The same for the weeks that followed an earlier hour: so that a young key's usual hours are known as such."""
    starts = range(earlier + _WEEK, hour - _SAME_BURST_HOURS, _WEEK)
    return [max(hours.get(start + near, 0) for near in (-1, 0, 1)) for start in starts]


def _earlier_bursts(hours: Hours, hour: int) -> Iterator[int]:
    least = max(hours[hour] * ALIKE, 1)
    oldest = hour - _MONTHS[-1][1]
    return (
        earlier for earlier, calls in hours.items() if calls >= least and oldest <= earlier <= hour - _SAME_BURST_HOURS
    )


def _makes_up(hours: Hours, hour: int, first_use: int) -> bool:
    """Whether about as many calls were missing in the day before: a partner comes back and sends what has waited."""
    more = hours[hour] - _usual(hours, hour, first_use)
    missing = sum(
        max(0.0, _usual(hours, earlier, first_use) - hours.get(earlier, 0)) for earlier in range(hour - _DAY, hour)
    )
    return missing >= _MADE_UP * more


def _usual(hours: Hours, hour: int, first_use: int) -> float:
    past = [hours.get(hour - _WEEK * week, 0) for week in range(1, WEEKS + 1) if hour - _WEEK * week >= first_use]
    return median(past) if past else 0.0


def _evidence(hours: Hours, burst: list[int], first_use: int) -> Evidence:
    peak = max(burst, key=lambda hour: hours[hour])
    usual, begin = round(median(_weeks(hours, peak, first_use))), moment_of_hour(peak)
    end = moment_of_hour(peak + 1)
    calls = sum(hours[hour] for hour in burst)
    text = (
        f"{hours[peak]:,} calls on {begin:%Y-%m-%d} between {begin:%H:%M} and {end:%H:%M} UTC; "
        f"about {usual:,} are usual at this hour of the week."
    )
    facts = {
        "peak_hour": utc_text(begin),
        "peak_calls": hours[peak],
        "usual_calls": usual,
        "began_at": utc_text(moment_of_hour(burst[0])),
        "hours": burst[-1] - burst[0] + 1,
        "calls": calls,
    }
    return Evidence(Severity.ALERT, f"hour:{burst[0]}", moment_of_hour(burst[-1]), text, facts)
