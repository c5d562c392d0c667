"""Trims the execution log: what is older than it is kept for goes, a little at a time.

A batch is one short transaction, and between two batches as much time is left to others as the batch took: on the
embedded database a call that is to be recorded waits for one batch at most.
"""

import logging
import time
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.orm import Session, aliased
from typing_extensions import override

from ss_admin.backend.rule_chains.statistics import first_counted_day
from ss_admin.backend.store.chunks import chunks
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.recurring import RecurringWork
from ss_admin.backend.store.tables import (
    DeliveryRow,
    ExecutionRow,
    RuleChainDayRow,
    RuleChainRow,
    RuleChainVersionRow,
)
from ss_admin.contract.executions import DeliveryStatus

__all__ = ["Trimmer"]

_log = logging.getLogger(__name__)

BATCH = 1000
INTERVAL_SECONDS = 3600.0
_UNSYNCED = {"synchronize_session": False}
_SLACK = timedelta(days=1)
"""How long a superseded version may still be run by somebody, generously."""


class Trimmer(RecurringWork):
    """Removes executions older than `days` days with their webhooks, every hour.

    An execution whose webhook is still to be sent stays until that is done. Saved documents stay: they are the
    tenant's. Day counters and superseded versions go with the last executions that they tell of.
    """

    def __init__(
        self, store: Store, days: int, *, interval_seconds: float = INTERVAL_SECONDS, batch: int = BATCH
    ) -> None:
        super().__init__(name="trimmer", fault="old executions could not be removed", away_level=logging.WARNING)
        self._store = store
        self._days = days
        self._interval_seconds = interval_seconds
        self._batch = batch

    def trim(self) -> int:
        """Remove all that is too old now; how many executions that were. Raises `StoreUnavailable`."""
        kept_since = datetime.now(UTC) - timedelta(days=self._days)
        trimmed = 0
        while not self.is_closing:
            began = time.monotonic()
            with self._store.writing() as session:
                removed = _trim_executions(session, kept_since, self._batch)
            trimmed += removed
            if removed < self._batch:
                break
            self._wait(time.monotonic() - began)
        if not self.is_closing:
            with self._store.writing() as session:
                _trim_days(session, first_counted_day(self._days))
                _trim_versions(session, kept_since - _SLACK, self._batch)
        return trimmed

    @override
    def do_once(self) -> None:
        trimmed = self.trim()
        if trimmed:
            _log.info("old executions were removed", extra={"removed": trimmed})

    @override
    def pause_after(self, seconds: float) -> float:
        return self._interval_seconds


def _trim_executions(session: Session, kept_since: datetime, batch: int) -> int:
    found = session.execute(_old_executions(kept_since, batch)).all()
    for chunk in chunks(found):
        of_executions = DeliveryRow.execution_id.in_([row.id for row in chunk])
        session.execute(delete(DeliveryRow).where(of_executions).execution_options(**_UNSYNCED))
        numbers = ExecutionRow.number.in_([row.number for row in chunk])
        session.execute(delete(ExecutionRow).where(numbers).execution_options(**_UNSYNCED))
    return len(found)


def _old_executions(kept_since: datetime, batch: int) -> Select[int, str]:
    """The oldest first. Another housekeeper that trims at the same time takes others, instead of waiting for these."""
    is_sending = exists().where(
        DeliveryRow.execution_id == ExecutionRow.id, DeliveryRow.status == DeliveryStatus.PENDING.value
    )
    query = select(ExecutionRow.number, ExecutionRow.id).where(ExecutionRow.at < kept_since, ~is_sending)
    return query.order_by(ExecutionRow.at).limit(batch).with_for_update(of=ExecutionRow, skip_locked=True)


def _trim_days(session: Session, first_day: date) -> None:
    """Days before those that count, and days that a call has counted for a chain that was deleted meanwhile."""
    is_there = exists().where(RuleChainRow.id == RuleChainDayRow.rulechain_id)
    too_old = RuleChainDayRow.day < first_day
    session.execute(delete(RuleChainDayRow).where(too_old | ~is_there).execution_options(**_UNSYNCED))


def _trim_versions(session: Session, superseded_before: datetime, batch: int) -> None:
    """Versions that were followed by another one so long ago that no execution tells of them any more."""
    later = aliased(RuleChainVersionRow)
    was_followed = exists().where(
        later.rulechain_id == RuleChainVersionRow.rulechain_id,
        later.version > RuleChainVersionRow.version,
        later.saved_at < superseded_before,
    )
    key = (RuleChainVersionRow.rulechain_id, RuleChainVersionRow.version)
    for rulechain_id, version in session.execute(select(*key).where(was_followed).limit(batch)).all():
        gone = delete(RuleChainVersionRow).where(key[0] == rulechain_id, key[1] == version)
        session.execute(gone.execution_options(**_UNSYNCED))
