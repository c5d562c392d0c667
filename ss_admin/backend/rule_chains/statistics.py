"""How chains fared lately: last run and success rate, added up from the counters of their days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ss_admin.backend.store.chunks import chunks
from ss_admin.backend.store.tables import RuleChainDayRow

__all__ = ["ChainRuns", "first_counted_day", "runs_of_chains"]


@dataclass(frozen=True)
class ChainRuns:
    """The runs of one chain within the days that count."""

    runs: int = 0
    succeeded: int = 0
    last_run_at: datetime | None = None

    @property
    def success_rate(self) -> float | None:
        """The share of runs that succeeded, 0 to 1; None without runs."""
        return self.succeeded / self.runs if self.runs else None


def first_counted_day(days: int) -> date:
    """The day (UTC) on which the oldest execution that is still kept may have run."""
    return (datetime.now(UTC) - timedelta(days=days)).date()


def runs_of_chains(session: Session, rulechain_ids: Sequence[str], days: int) -> dict[str, ChainRuns]:
    """The runs of these chains within the last `days` days; a chain that did not run is not among them."""
    found = {}
    succeeded, failed = func.sum(RuleChainDayRow.succeeded), func.sum(RuleChainDayRow.failed)
    columns = (RuleChainDayRow.rulechain_id, succeeded, failed, func.max(RuleChainDayRow.last_run_at))
    for chunk in chunks(rulechain_ids):
        of_chains = RuleChainDayRow.rulechain_id.in_(chunk)
        query = select(*columns).where(of_chains, RuleChainDayRow.day >= first_counted_day(days))
        for rulechain_id, good, bad, last in session.execute(query.group_by(RuleChainDayRow.rulechain_id)):
            found[rulechain_id] = ChainRuns(runs=int(good) + int(bad), succeeded=int(good), last_run_at=last)
    return found
