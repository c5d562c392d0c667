"""Which executions the list shows, as a value: what is chosen, the query that it makes, and its words. No Qt."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ss_admin.client.executions import ExecutionQuery
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.executions import ExecutionOutcome
from ss_admin.desktop.moments import local_minute

__all__ = ["OUTCOME_WORDS", "ExecutionFilter", "Period", "TimeSpan"]

OUTCOME_WORDS = {ExecutionOutcome.SUCCEEDED: "Succeeded", ExecutionOutcome.FAILED: "Failed"}


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


@dataclass(frozen=True)
class ExecutionFilter:
    """What is chosen; None, and any time, filter nothing."""

    outcome: ExecutionOutcome | None = None
    api_key: ObjectRef | None = None
    period: Period = Period()

    @property
    def is_empty(self) -> bool:
        """Whether everything is shown."""
        return self == ExecutionFilter()

    def query(self, now: datetime) -> ExecutionQuery:
        """What to ask the server for."""
        since, until = self.period.bounds(now)
        return ExecutionQuery(self.outcome, self.api_key.id if self.api_key else None, since, until)

    def words(self) -> str:
        """What is chosen, to be told where nothing matches: “outcome “Failed” and time “Last hour””."""
        parts = []
        if self.outcome is not None:
            parts.append(f"outcome “{OUTCOME_WORDS[self.outcome]}”")
        if self.api_key is not None:
            parts.append(f"API key “{self.api_key.name}”")
        if self.period.span is not TimeSpan.ANY:
            parts.append(f"time “{self.period.words()}”")
        return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
