"""What is recorded is in the database, many at once share a transaction, and what cannot be recorded has no effect."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from ss_admin.backend.gateway import execution_log as execution_log_module
from ss_admin.backend.gateway.execution_log import ExecutionLog, ExecutionNotRecordable
from ss_admin.backend.rule_chains.engine.effects import SavedDocument, WebhookCall
from ss_admin.backend.rule_chains.executions.writing import ExecutionRecord
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.tables import DeliveryRow, ExecutionRow, RecordRow, RuleChainDayRow
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.executions import ExecutionOutcome

TOGETHER = 8


class Writings:
    """The store's writing transactions: counted, held up at a gate, or made to fail."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.begun = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()
        self.failure: Exception | None = None
        self._original = store.writing
        monkeypatch.setattr(store, "writing", self._writing)

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        self.count += 1
        self.begun.release()
        assert self.gate.wait(10)
        if self.failure is not None:
            raise self.failure
        with self._original() as session:
            yield session

    @contextmanager
    def held(self) -> Iterator[None]:
        """Transactions begin, and come no further before the block ends."""
        self.gate.clear()
        try:
            yield
        finally:
            self.gate.set()


class Callers:
    """Threads that record one execution each, and what became of them."""

    def __init__(self, log: ExecutionLog) -> None:
        self.log = log
        self.threads: list[threading.Thread] = []
        self.outcomes: dict[str, Exception | None] = {}

    def record(self, execution: ExecutionRecord) -> None:
        thread = threading.Thread(target=self._record, args=(execution,))
        self.threads.append(thread)
        thread.start()

    def _record(self, execution: ExecutionRecord) -> None:
        try:
            self.log.record(execution)
            self.outcomes[execution.id] = None
        except Exception as failure:  # noqa: BLE001 - compared by the test
            self.outcomes[execution.id] = failure

    def wait_until_waiting(self, count: int) -> None:
        deadline = threading.Event()
        while len(self.log._waiting) < count:
            assert not deadline.wait(0.002)

    def join(self) -> dict[str, Exception | None]:
        for thread in self.threads:
            thread.join(20)
        return self.outcomes


@pytest.fixture
def writings(store: Store, monkeypatch: pytest.MonkeyPatch) -> Writings:
    return Writings(store, monkeypatch)


@pytest.fixture
def woken() -> list[int]:
    """How many webhooks were in the outbox each time that it was told."""
    return []


@pytest.fixture
def log(store: Store, writings: Writings, woken: list[int]) -> Iterator[ExecutionLog]:
    made = ExecutionLog(store, lambda: woken.append(len(ids_in(store, DeliveryRow))))
    yield made
    made.close()


@pytest.fixture
def execution(tenant: ObjectRef, writings: Writings) -> Callable[..., ExecutionRecord]:
    writings.count = 0

    def make(**values: Any) -> ExecutionRecord:
        standard: dict[str, Any] = {
            "id": str(uuid.uuid4()), "tenant_id": tenant.id, "rulechain_id": "chain", "definition_version": 1,
            "at": datetime(2030, 1, 1, tzinfo=UTC), "outcome": ExecutionOutcome.SUCCEEDED, "api_key_id": "key",
            "api_key_name": "Alarm", "address": "10.0.0.1", "request_id": "request", "duration_ms": 1.0, "input": {},
            "result": {},
        }  # fmt: skip
        return ExecutionRecord(**standard | values)

    return make


def ids_in(store: Store, table: type[Any]) -> set[str]:
    with store.reading() as session:
        return set(session.scalars(select(table.id)))


def effects() -> tuple[SavedDocument, WebhookCall]:
    return (
        SavedDocument(str(uuid.uuid4()), "a", "A", "alarms", {}),
        WebhookCall(str(uuid.uuid4()), "b", "B", "https://example.com", {}),
    )


Execution = Callable[..., ExecutionRecord]


class TestRecorded:
    def test_an_execution_is_in_the_database_when_record_returns(
        self, log: ExecutionLog, store: Store, execution: Execution, writings: Writings
    ) -> None:
        for number in range(1, 4):
            told = execution()
            log.record(told)
            assert told.id in ids_in(store, ExecutionRow)
            assert writings.count == number

    def test_those_that_come_while_one_is_written_share_the_next_transaction(
        self, log: ExecutionLog, store: Store, execution: Execution, writings: Writings
    ) -> None:
        callers = Callers(log)
        told = [execution() for _ in range(1 + TOGETHER)]
        with writings.held():
            callers.record(told[0])
            assert writings.begun.acquire(timeout=10)
            for each in told[1:]:
                callers.record(each)
            callers.wait_until_waiting(TOGETHER)
        assert callers.join() == dict.fromkeys((each.id for each in told), None)
        assert ids_in(store, ExecutionRow) == {each.id for each in told}
        assert writings.count == 2

    def test_more_than_a_transaction_takes_are_written_one_batch_after_the_other(
        self, log: ExecutionLog, store: Store, execution: Execution, writings: Writings, monkeypatch: pytest.MonkeyPatch
    ) -> None:  # fmt: skip
        monkeypatch.setattr(execution_log_module, "MAX_BATCH", 3)
        callers = Callers(log)
        with writings.held():
            callers.record(execution())
            assert writings.begun.acquire(timeout=10)
            for _ in range(TOGETHER):
                callers.record(execution())
            callers.wait_until_waiting(TOGETHER)
        assert set(callers.join().values()) == {None}
        assert len(ids_in(store, ExecutionRow)) == 1 + TOGETHER
        assert writings.count == 1 + 3

    def test_hundreds_at_once_are_all_written_and_counted(
        self, log: ExecutionLog, store: Store, execution: Execution, writings: Writings
    ) -> None:
        def work() -> None:
            for _ in range(40):
                log.record(execution(effects=effects()))

        threads = [threading.Thread(target=work) for _ in range(TOGETHER)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [len(ids_in(store, table)) for table in (ExecutionRow, RecordRow, DeliveryRow)] == [320, 320, 320]
        with store.reading() as session:
            [day] = session.scalars(select(RuleChainDayRow))
        assert day.succeeded == 320
        assert writings.count <= 320


class TestOutboxTold:
    def test_it_is_told_once_the_webhooks_are_there(
        self, log: ExecutionLog, execution: Execution, woken: list[int]
    ) -> None:
        log.record(execution())
        assert woken == []
        log.record(execution(effects=effects()))
        log.record(execution(effects=effects() + effects()))
        assert woken == [1, 3]

    def test_a_failure_to_tell_it_fails_no_call(
        self, store: Store, execution: Execution, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail() -> None:
            raise RuntimeError("a bug")

        log = ExecutionLog(store, fail)
        log.record(execution(effects=effects()))
        assert len(ids_in(store, DeliveryRow)) == 1
        assert "a bug" in caplog.text


class TestNotRecorded:
    def test_an_unavailable_store_fails_every_call_that_waits_and_leaves_nothing(
        self, log: ExecutionLog, store: Store, execution: Execution, writings: Writings, woken: list[int]
    ) -> None:  # fmt: skip
        callers = Callers(log)
        writings.failure = StoreUnavailable("gone")
        with writings.held():
            for _ in range(1 + TOGETHER):
                callers.record(execution(effects=effects()))
            callers.wait_until_waiting(TOGETHER)
        outcomes = list(callers.join().values())
        assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
        assert len({id(outcome) for outcome in outcomes}) == len(outcomes)
        assert writings.count == 2
        assert (ids_in(store, ExecutionRow), ids_in(store, DeliveryRow), woken) == (set(), set(), [])
        writings.failure = None
        log.record(execution())
        assert len(ids_in(store, ExecutionRow)) == 1

    def test_one_that_the_database_does_not_take_fails_alone(
        self, log: ExecutionLog, store: Store, execution: Execution, writings: Writings
    ) -> None:
        callers = Callers(log)
        good, bad = [execution(effects=effects()) for _ in range(4)], execution(tenant_id="nowhere", effects=effects())
        with writings.held():
            callers.record(execution())
            assert writings.begun.acquire(timeout=10)
            for each in (*good[:2], bad, *good[2:]):
                callers.record(each)
            callers.wait_until_waiting(5)
        outcomes = callers.join()
        assert isinstance(outcomes.pop(bad.id), ExecutionNotRecordable)
        assert set(outcomes.values()) == {None}
        assert len(ids_in(store, ExecutionRow)) == 5
        assert len(ids_in(store, RecordRow)) == len(ids_in(store, DeliveryRow)) == 4

    def test_what_is_no_json_is_not_recordable(self, log: ExecutionLog, store: Store, execution: Execution) -> None:
        with pytest.raises(ExecutionNotRecordable):
            log.record(execution(result={"what": object()}))
        assert ids_in(store, ExecutionRow) == set()


class TestClosed:
    def test_it_waits_for_what_was_begun_and_refuses_what_comes_later(
        self, log: ExecutionLog, store: Store, execution: Execution, writings: Writings
    ) -> None:
        callers = Callers(log)
        with writings.held():
            for _ in range(1 + TOGETHER):
                callers.record(execution())
            callers.wait_until_waiting(TOGETHER)
            closing = threading.Thread(target=log.close)
            closing.start()
            closing.join(0.05)
            assert closing.is_alive()
        closing.join(10)
        assert not closing.is_alive()
        assert len(ids_in(store, ExecutionRow)) == 1 + TOGETHER
        assert set(callers.join().values()) == {None}
        with pytest.raises(StoreUnavailable):
            log.record(execution())
        log.close()
