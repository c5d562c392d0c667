"""The ledger of a partner's calls, and its comparison with what the backend has stored of them."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import (
    ApiKeyAddressRow,
    ApiKeyHourRow,
    ApiKeyMinuteRow,
    ApiKeyPeakRow,
    ApiKeyRow,
    ExecutionRow,
    RefusalRow,
)
from tests.support.limiting_worker import SECOND, most_in_any_window
from tests.support.limiting_worker import Call as LimitedCall

__all__ = ["Call", "Ledger", "are_stored", "assert_stored_exactly", "most_admitted"]

_CLOCK_ERROR = timedelta(milliseconds=50)
"""How far a worker's idea of the store's clock may be off on a busy machine: it is measured over a connection."""

_RUNS = (200, 500)


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `number` stands in its payload and in no other's. Both moments are the machine's monotonic clock.

    `status` 0: the connection broke before the whole answer had come; nobody can tell whether it was run.
    `code`: of the problem, or `succeeded`. `lane`: which of the driver's connections made it.
    """

    number: int
    api_key_id: str
    lane: int
    sent: float
    ended: float
    status: int = 0
    code: str = ""
    headers: dict[str, str] | None = None
    document: dict[str, Any] | None = None
    is_repeated: bool = False

    @property
    def is_broken(self) -> bool:
        return self.status == 0

    @property
    def is_admitted(self) -> bool:
        return self.status == 200

    @property
    def execution_id(self) -> str | None:
        return None if self.document is None else self.document.get("execution_id")


class Ledger:
    """All calls, in the order in which they ended. Threads may add to it."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._wall = time.time() - time.monotonic()

    def of(self, api_key_id: str, *, since: float = 0, until: float = float("inf")) -> list[Call]:
        """The calls with a key that were sent in that time."""
        return [call for call in self.calls if call.api_key_id == api_key_id and since <= call.sent <= until]

    def statuses(self, *, since: float = 0, until: float = float("inf")) -> Counter[int]:
        """How many calls that were sent in that time ended how."""
        return Counter(call.status for call in self.calls if since <= call.sent <= until)

    def at(self, moment: float) -> datetime:
        """The time of day at a moment of the monotonic clock."""
        return datetime.fromtimestamp(self._wall + moment, UTC)


def are_stored(ledger: Ledger, store: Store) -> bool:
    """Whether every run that was answered is among the executions by now."""
    wanted = {call.execution_id for call in list(ledger.calls) if call.status in _RUNS}
    with store.reading() as session:
        return wanted <= set(session.scalars(select(ExecutionRow.id)))


def assert_stored_exactly(ledger: Ledger, store: Store, *, expected: Callable[[int], Any]) -> int:
    """What is stored is what was answered, each once; besides it at most what came over connections that broke.

    `expected`: the result of a run, by the number in its payload. The ledger must hold all calls with its keys, and all
    that was journaled must be written. Gives how many runs are stored whose answer never came.
    """
    api_key_ids = sorted({call.api_key_id for call in ledger.calls})
    with store.reading() as session:
        executions = list(session.scalars(select(ExecutionRow).where(ExecutionRow.api_key_id.in_(api_key_ids))))
    _assert_executions(ledger, executions, expected)
    for api_key_id in api_key_ids:
        _assert_minutes(ledger, store, api_key_id)
        _assert_watched(ledger, store, api_key_id)
        _assert_last_use(ledger, store, api_key_id)
    return len(executions) - sum(call.status in _RUNS for call in ledger.calls)


def most_admitted(calls: Sequence[Call], window_seconds: float) -> int:
    """The most admissions that certainly fell into one trailing window."""
    timed = [LimitedCall(call.is_admitted, 0, int(call.sent * SECOND), int(call.ended * SECOND)) for call in calls]
    return most_in_any_window(timed, window_seconds)


def _assert_executions(ledger: Ledger, executions: list[ExecutionRow], expected: Callable[[int], Any]) -> None:
    by_id = {row.id: row for row in executions}
    answered = {call.execution_id: call for call in ledger.calls if call.status in _RUNS}
    missing = [call for execution_id, call in answered.items() if execution_id not in by_id]
    assert missing == [], f"{len(missing)} of {len(answered)} answered runs are not stored: {missing[:3]}"
    assert len({row.request_id for row in executions}) == len(executions)
    broken = {call.number: call.api_key_id for call in ledger.calls if call.is_broken}
    for row in executions:
        number = row.input["n"]
        if row.id in answered:
            call = answered[row.id]
            assert (row.request_id, number) == (call.headers["x-request-id"], call.number)
            assert row.api_key_id == call.api_key_id
            assert row.result == (None if call.status == 500 else call.document["result"])
        else:  # run, and its answer never came: once at most
            assert broken.pop(number, None) == row.api_key_id, f"nobody was answered for {row.id}"
        assert row.outcome == "failed" or row.result == expected(number)


def _assert_minutes(ledger: Ledger, store: Store, api_key_id: str) -> None:
    calls = ledger.of(api_key_id)
    answered = Counter(call.code for call in calls if not call.is_broken and call.status != 503)
    broken = sum(call.is_broken for call in calls)
    code, count = ApiKeyMinuteRow.code, func.sum(ApiKeyMinuteRow.calls)
    with store.reading() as session:
        query = select(code, count).where(ApiKeyMinuteRow.api_key_id == api_key_id, code != "unavailable")
        counted = {row[0]: int(row[1]) for row in session.execute(query.group_by(code))}
        addresses = session.scalar(
            select(func.sum(ApiKeyAddressRow.calls)).where(ApiKeyAddressRow.api_key_id == api_key_id)
        )
    more = Counter(counted)
    more.subtract(answered)
    assert min(more.values(), default=0) >= 0, f"answered {dict(answered)}, counted {counted}"
    assert sum(more.values()) <= broken, f"answered {dict(answered)}, {broken} broken, counted {counted}"
    assert sum(counted.values()) <= (addresses or 0) <= len(calls)


def _assert_watched(ledger: Ledger, store: Store, api_key_id: str) -> None:
    """Hours tell what minutes tell; no window was more than full; what is kept of refusals was refused."""
    calls = ledger.of(api_key_id)
    answered = {call.headers["x-request-id"]: call.code for call in calls if call.headers is not None}
    sums = []
    with store.reading() as session:
        for table in (ApiKeyMinuteRow, ApiKeyHourRow):
            query = select(table.code, func.sum(table.calls)).where(table.api_key_id == api_key_id)
            sums.append({row[0]: int(row[1]) for row in session.execute(query.group_by(table.code))})
        peaks = session.scalars(select(ApiKeyPeakRow).where(ApiKeyPeakRow.api_key_id == api_key_id)).all()
        kept = session.scalars(select(RefusalRow).where(RefusalRow.api_key_id == api_key_id)).all()
    assert sums[0] == sums[1]
    assert all(0 <= row.used <= row.max_requests for row in peaks)
    strangers = [row for row in kept if answered.get(row.request_id) != row.code]
    assert len(strangers) <= sum(call.is_broken for call in calls)


def _assert_last_use(ledger: Ledger, store: Store, api_key_id: str) -> None:
    calls = ledger.of(api_key_id)
    uses = [call for call in calls if call.status not in (0, 401, 503)]
    with store.reading() as session:
        row = session.scalar(select(ApiKeyRow).where(ApiKeyRow.id == api_key_id))
    if not uses or row is None:
        return
    assert row.last_used_at is not None
    assert row.last_used_address == "127.0.0.1"
    assert ledger.at(max(call.sent for call in uses)) - _CLOCK_ERROR <= row.last_used_at
    assert row.last_used_at <= ledger.at(max(call.ended for call in calls)) + _CLOCK_ERROR
