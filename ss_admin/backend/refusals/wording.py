"""How facts read in an explanation: moments, lengths of time, lists, numbers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

__all__ = ["by_whom", "in_words", "moment", "quoted", "several", "times"]

_SHOWN = 10


def moment(at: datetime) -> str:
    """Such as “23 Nov 2026, 14:05:12 UTC”; `at` is in UTC."""
    return f"{at.day} {at:%b %Y, %H:%M:%S} UTC"


def by_whom(name: str | None) -> str:
    """“ by Ada Admin”, nothing where nobody is known."""
    return f" by {name}" if name else ""


def quoted(name: str) -> str:
    """A name as it stands in a sentence."""
    return f"“{name}”"


def times(count: int) -> str:
    """“once”, “100 times”."""
    return "once" if count == 1 else f"{count:,} times"


def several(items: Sequence[str]) -> str:
    """The first ten of a list, and how many more there are."""
    shown = ", ".join(items[:_SHOWN])
    return shown if len(items) <= _SHOWN else f"{shown} and {len(items) - _SHOWN:,} more"


def in_words(length: timedelta) -> str:
    """A length of time as people say it, in its largest whole unit."""
    seconds = int(length.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}{'' if seconds // size == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
