"""The time under the bars: whole hours and days of local time, as many as have room. No Qt."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

__all__ = ["Tick", "time_ticks"]

_STEPS = tuple(timedelta(hours=hours) for hours in (1, 2, 3, 6, 12, 24, 48, 120, 168, 240, 360))
_DAY = timedelta(days=1)
_DATES_FROM = timedelta(days=10)
"""From this span on a day is named by its month, below by its day of the week."""


@dataclass(frozen=True)
class Tick:
    """A mark on the axis: `place` from 0 to 1, and what stands under it."""

    place: float
    label: str


def time_ticks(start: datetime, end: datetime, most: int) -> tuple[Tick, ...]:
    """At most `most` marks at equal steps of local time between two instants; days where the clock changes too."""
    span = end - start
    step = next((step for step in _STEPS if span / step <= max(1, most)), _STEPS[-1])
    marks = []
    for moment in _local_steps(start, end, step):
        place = (moment - start) / span
        marks.append(Tick(place, _label(moment, step, span)))
    return tuple(marks[:most])


def _local_steps(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    """Counts from a local midnight on the wall clock, so that a day of 23 or 25 hours ends where it should."""
    wall = start.astimezone().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    before = start - timedelta(microseconds=1)
    while (moment := wall.astimezone(UTC)) < end:
        if moment > before:
            before = moment
            yield moment
        wall += step


def _label(moment: datetime, step: timedelta, span: timedelta) -> str:
    local = moment.astimezone()
    if span >= _DATES_FROM:
        return f"{local.day} {local:%b}"
    if step >= _DAY or (local.hour, local.minute) == (0, 0):
        return f"{local:%a} {local.day}"
    return f"{local:%H:%M}"
