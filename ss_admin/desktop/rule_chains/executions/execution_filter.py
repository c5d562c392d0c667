"""Which executions the list shows, as a value: what is chosen, the query that it makes, and its words. No Qt."""

from dataclasses import dataclass
from datetime import datetime

from ss_admin.client.executions import ExecutionQuery
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.executions import ExecutionOutcome
from ss_admin.desktop.widgets.choosing.period import ANY_TIME, Period, TimeSpan

__all__ = ["OUTCOME_WORDS", "ExecutionFilter"]

OUTCOME_WORDS = {ExecutionOutcome.SUCCEEDED: "Succeeded", ExecutionOutcome.FAILED: "Failed"}


@dataclass(frozen=True)
class ExecutionFilter:
    """What is chosen; None, and any time, filter nothing."""

    outcome: ExecutionOutcome | None = None
    api_key: ObjectRef | None = None
    period: Period = ANY_TIME

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
