"""A span of time that a list is narrowed to, as a value: what is chosen, its bounds, and its words. No Qt."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ss_admin.desktop.moments import local_minute

__all__ = ["ANY_TIME", "Period", "TimeSpan"]


class TimeSpan(StrEnum):
    """The entries of “Time”, in their words."""

    ANY = "Any time"
    HOUR = "Last hour"
    DAY = "Last 24 hours"
    WEEK = "Last 7 days"
    MONTH = "Last 30 days"
    CUSTOM = "Custom…"


_LENGTHS = {
    TimeSpan.HOUR: timedelta(hours=1),
    TimeSpan.DAY: timedelta(hours=24),
    TimeSpan.WEEK: timedelta(days=7),
    TimeSpan.MONTH: timedelta(days=30),
}


@dataclass(frozen=True)
class Period:
    """A span of time. `since` (within) and `until` (not within) are aware, and count with `CUSTOM` only."""

    span: TimeSpan = TimeSpan.ANY
    since: datetime | None = None
    until: datetime | None = None

    def bounds(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """From when and until when, seen from `now`; None: no bound."""
        if self.span is TimeSpan.CUSTOM:
            return self.since, self.until
        return (now - _LENGTHS[self.span], None) if self.span in _LENGTHS else (None, None)

    def words(self) -> str:
        """“Last hour”, or a custom span from minute to minute in local time; nothing for any time."""
        if self.span is TimeSpan.ANY:
            return ""
        if self.span is not TimeSpan.CUSTOM:
            return self.span.value
        if self.since is not None and self.until is not None:
            return f"{local_minute(self.since)} to {local_minute(self.until)}"
        if self.since is not None:
            return f"since {local_minute(self.since)}"
        return f"before {local_minute(self.until)}" if self.until is not None else ""


ANY_TIME = Period()
