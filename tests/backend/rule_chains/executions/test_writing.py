import json
import threading
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ss_admin.backend.journal.entries import CallEntry
from ss_admin.backend.rule_chains.engine.effects import Effect, SavedDocument, WebhookCall
from ss_admin.backend.rule_chains.executions.writing import delivery_body, insert_executions
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import DeliveryRow, ExecutionRow, RecordRow, RuleChainDayRow
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.executions import ExecutionOutcome
from ss_admin.contract.rule_chains import NodeTrace
from tests.support.executions import an_execution

NOON = datetime(2030, 1, 1, 12, 0, 0, 123_456, tzinfo=UTC)
AWKWARD: dict[str, Any] = {"größe": [1, 2.5, None, True, 2**64 - 1, -(2**63)], "text": "“quoted” \u2028 \\ 😀 \x00"}


def execution(tenant: ObjectRef, rulechain_id: str = "chain", **values: Any) -> CallEntry:
    return an_execution(tenant, rulechain_id, **{"definition_version": 3, "at": NOON} | values)


def failed(tenant: ObjectRef, rulechain_id: str = "chain", **values: Any) -> CallEntry:
    return execution(tenant, rulechain_id, outcome=ExecutionOutcome.FAILED, **values)


def write(store: Store, *batch: CallEntry) -> None:
    with store.writing() as session:
        insert_executions(session, batch)


def rows(store: Store, table: type[Any]) -> Sequence[Any]:
    with store.reading() as session:
        return session.scalars(select(table)).all()


def saved(**values: Any) -> SavedDocument:
    standard = {
        "node_name": "Keep it",
        "id": str(uuid.uuid4()),
        "node_id": "save",
        "collection": "alarms",
        "document": AWKWARD,
    }
    return SavedDocument(**standard | values)  # type: ignore[arg-type]


def called(**values: Any) -> WebhookCall:
    standard: dict[str, Any] = {"id": str(uuid.uuid4()), "node_id": "tell", "node_name": "Tell them"}
    return WebhookCall(**standard | {"url": "https://example.com/hook", "data": AWKWARD} | values)


def test_a_success_is_kept_as_it_was(store: Store, tenant: ObjectRef) -> None:
    told = execution(tenant, input=AWKWARD, result=AWKWARD)
    assert told.execution is not None
    write(store, told)
    [row] = rows(store, ExecutionRow)
    for name in ("rulechain_id", "api_key_id", "address", "request_id"):
        assert getattr(row, name) == getattr(told, name)
    for name in ("id", "tenant_id", "definition_version", "api_key_name", "duration_ms", "input", "result"):
        assert getattr(row, name) == getattr(told.execution, name)
    assert row.at == NOON
    assert (row.outcome, row.error, row.failed_node_id, row.trace) == ("succeeded", None, None, [])


def test_a_failure_is_kept_with_its_cause_and_trace(store: Store, tenant: ObjectRef) -> None:
    node = NodeTrace(node_id="a", name="A", kind="inputNode", order=0, input=None, output=AWKWARD, duration_ms=0.1)
    write(store, failed(tenant, failed_node_id="a", trace=[node]))
    [row] = rows(store, ExecutionRow)
    assert (row.outcome, row.result, row.error, row.failed_node_id) == ("failed", None, "It failed.", "a")
    assert [NodeTrace.model_validate(kept) for kept in row.trace] == [node]


def test_effects_are_kept_with_their_execution(store: Store, tenant: ObjectRef) -> None:
    effects: list[Effect] = [saved(), called(), saved(collection="visits", document="text"), called(data=None)]
    told = execution(tenant, effects=effects)
    assert told.execution is not None
    write(store, told, execution(tenant))
    records, deliveries = rows(store, RecordRow), rows(store, DeliveryRow)
    assert [(row.id, row.collection, row.document) for row in records] == [
        (effect.id, effect.collection, effect.document) for effect in effects if isinstance(effect, SavedDocument)
    ]
    for row in [*records, *deliveries]:
        assert (row.tenant_id, row.execution_id, row.created_at) == (tenant.id, told.execution.id, NOON)
    ordered = {effect.id: effect for effect in effects if isinstance(effect, WebhookCall)}
    assert {row.id for row in deliveries} == set(ordered)
    for row in deliveries:
        assert (row.rulechain_id, row.node_id, row.node_name) == ("chain", "tell", "Tell them")
        assert (row.status, row.attempts, row.next_attempt_at, row.leased_until) == ("pending", 0, NOON, None)
        assert (row.delivered_at, row.last_status, row.last_error) == (None, None, None)
        assert row.body == delivery_body(
            row.id,
            ordered[row.id].data,
            execution_id=told.execution.id,
            rulechain_id="chain",
            created_at=row.created_at,
        )


def test_a_webhooks_body_names_the_delivery_and_carries_the_data() -> None:
    body = delivery_body("d-1", AWKWARD, execution_id="e-1", rulechain_id="c-1", created_at=NOON)
    assert json.loads(body) == {
        "delivery_id": "d-1",
        "execution_id": "e-1",
        "rulechain_id": "c-1",
        "created_at": "2030-01-01T12:00:00.123456Z",
        "data": AWKWARD,
    }
    assert "\x00" not in body


def test_each_day_of_each_chain_is_counted(store: Store, tenant: ObjectRef) -> None:
    midnight = datetime(2030, 1, 2, tzinfo=UTC)
    write(store, execution(tenant), failed(tenant, at=NOON + timedelta(seconds=1)), execution(tenant, "other"))
    write(store, execution(tenant, at=midnight - timedelta(microseconds=1)), execution(tenant, at=midnight))
    write(store, execution(tenant, at=NOON - timedelta(hours=1)))
    counted = {(row.rulechain_id, row.day): row for row in rows(store, RuleChainDayRow)}
    first = counted["chain", date(2030, 1, 1)]
    assert (first.succeeded, first.failed, first.last_run_at) == (3, 1, midnight - timedelta(microseconds=1))
    second = counted["chain", date(2030, 1, 2)]
    assert (second.succeeded, second.failed, second.last_run_at) == (1, 0, midnight)
    assert counted["other", date(2030, 1, 1)].succeeded == 1
    assert len(counted) == 3


def test_nothing_is_written_where_one_of_them_cannot_be(store: Store, tenant: ObjectRef) -> None:
    twice = execution(tenant, effects=[saved(), called()])
    with pytest.raises(Exception, match=r"(?i)unique"):
        write(store, execution(tenant, effects=[saved(), called()]), twice, twice)
    assert not any(rows(store, table) for table in (ExecutionRow, RecordRow, DeliveryRow, RuleChainDayRow))


def test_nothing_at_all_is_no_statement(store: Store) -> None:
    write(store)
    assert not rows(store, ExecutionRow)


def test_what_a_chain_calls_itself_never_keeps_it_from_being_recorded(store: Store, tenant: ObjectRef) -> None:
    awful = "node\x00" + "x" * 20_000
    write(store, failed(tenant, error=awful, failed_node_id=awful, api_key_name=awful))
    write(store, execution(tenant, effects=[saved(node_id=awful), called(node_id=awful, node_name=awful)]))
    row = next(row for row in rows(store, ExecutionRow) if row.error)
    assert row.failed_node_id.startswith("node\ufffdxxx")
    assert (len(row.failed_node_id), row.failed_node_id[-1]) == (200, "…")
    assert len(row.error) == 10_000


def test_two_writers_at_once_never_wait_crosswise(store: Store, tenant: ObjectRef) -> None:
    chains = [f"chain-{number}" for number in range(5)]
    faults: list[Exception] = []

    def work(order: list[str]) -> None:
        try:
            for _ in range(20):
                write(store, *(execution(tenant, chain, effects=[saved(), called()]) for chain in order))
        except Exception as fault:  # noqa: BLE001 - shown by the assertion
            faults.append(fault)

    workers = [threading.Thread(target=work, args=(order,)) for order in (chains, chains[::-1]) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    assert {row.rulechain_id: row.succeeded for row in rows(store, RuleChainDayRow)} == dict.fromkeys(chains, 80)
