"""The execution log as administrators read it: newest first, filtered, and one with all that came of it."""

import uuid
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import update

from ss_admin.backend.rule_chains.engine.effects import SavedDocument, WebhookCall
from ss_admin.backend.store.tables import DeliveryRow
from ss_admin.backend.store.types import to_microseconds
from ss_admin.contract.executions import ExecutionDetail, ExecutionOutcome, ExecutionPage
from ss_admin.contract.rule_chains import NodeTrace
from tests.support.executions import an_execution, plant_executions
from tests.support.partner import plant_chain
from tests.support.problems import refused
from tests.support.rule_chains import a_definition

NOON = datetime(2026, 11, 23, 12, 0, 0, 123_456, tzinfo=UTC)
FAILED = ExecutionOutcome.FAILED


@pytest.fixture
def chain_id(store, tenant):
    return plant_chain(store, tenant)


@pytest.fixture
def execution(tenant, chain_id):
    """Makes executions of the chain."""
    return partial(an_execution, tenant, chain_id)


@pytest.fixture
def page_of(signed_in, chain_id):
    """A page of the chain's executions."""

    def get(**query):
        answer = signed_in.get(f"/api/v1/rulechains/{chain_id}/executions", query_string=query)
        assert answer.status_code == 200, answer.text
        return ExecutionPage.model_validate(answer.json)

    return get


@pytest.fixture
def opened(signed_in, chain_id):
    """One execution, opened."""

    def get(execution_id):
        answer = signed_in.get(f"/api/v1/rulechains/{chain_id}/executions/{execution_id}")
        assert answer.status_code == 200, answer.text
        return ExecutionDetail.model_validate(answer.json)

    return get


class TestListed:
    def test_newest_first_page_by_page_and_only_of_this_chain(self, store, execution, page_of, tenant):
        ids = plant_executions(store, [execution() for _ in range(7)])[::-1]
        plant_executions(store, [an_execution(tenant, plant_chain(store, tenant))])
        first = page_of(limit=3)
        second = page_of(limit=3, cursor=first.next_cursor)
        third = page_of(limit=3, cursor=second.next_cursor)
        assert [[item.id for item in page.items] for page in (first, second, third)] == [ids[:3], ids[3:6], ids[6:]]
        assert [page.total for page in (first, second, third)] == [7, 7, 7]
        assert third.next_cursor is None
        assert [item.id for item in page_of(limit=2, offset=4).items] == ids[4:6]
        assert (page_of(offset=50).items, page_of(offset=50).total) == ([], 7)

    def test_new_ones_do_not_move_the_pages_that_follow(self, store, execution, page_of):
        ids = plant_executions(store, [execution() for _ in range(4)])[::-1]
        first = page_of(limit=2)
        plant_executions(store, [execution() for _ in range(3)])
        assert [item.id for item in page_of(limit=2, cursor=first.next_cursor).items] == ids[2:]

    def test_each_tells_when_who_from_where_and_how_it_ended(self, store, execution, page_of):
        [execution_id] = plant_executions(store, [execution(at=NOON, outcome=FAILED)])
        [item] = page_of().items
        assert (item.id, item.at, item.outcome) == (execution_id, NOON, FAILED)
        assert (item.api_key.id, item.api_key.name) == ("key", "Building Alarm (ss_abcd…wxyz)")
        assert (item.address, item.duration_ms) == ("203.0.113.7", 0.25)
        assert (item.error, item.failed_node_id) == ("It failed.", "node")

    def test_filters_narrow_together(self, store, execution, page_of):
        planted = [
            (outcome, execution(at=NOON + timedelta(minutes=minute), outcome=outcome, api_key_id=key))
            for minute in range(3)
            for outcome in ExecutionOutcome
            for key in ("mine", "yours")
        ]
        plant_executions(store, [call for _, call in planted])

        def expected(matches):
            return [call.execution.id for outcome, call in planted[::-1] if matches(outcome, call)]

        def found(**query):
            page = page_of(**query)
            assert page.total == len(page.items)
            return [item.id for item in page.items]

        noon = to_microseconds(NOON)
        later = (NOON + timedelta(minutes=1)).isoformat()
        assert found(outcome="failed") == expected(lambda outcome, _: outcome is FAILED)
        assert found(api_key_id="mine") == expected(lambda _, call: call.api_key_id == "mine")
        assert found(since=later) == expected(lambda _, call: call.at_us > noon)
        assert found(until=later) == expected(lambda _, call: call.at_us == noon)
        assert found(since=later, until=later) == []
        assert found(outcome="succeeded", api_key_id="yours", since=later) == expected(
            lambda outcome, call: outcome is not FAILED and call.api_key_id == "yours" and call.at_us > noon
        )
        assert found(api_key_id="nobody") == []
        assert page_of(outcome="failed", limit=2, offset=2).total == 6

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ("outcome=perhaps", "outcome"),
            ("since=yesterday", "since"),
            ("until=2026-11-23T12:00:00", "until"),
            ("since=1700000000", "since"),
            ("api_key_id=", "api_key_id"),
            ("api_key_id=%00", "api_key_id"),
            ("cursor=nonsense", "cursor"),
            ("limit=0", "limit"),
            ("sort=at", "sort"),
        ],
    )
    def test_query_that_makes_no_sense_is_refused(self, signed_in, chain_id, query, pointer):
        answer = signed_in.get(f"/api/v1/rulechains/{chain_id}/executions?{query}")
        refused(answer, 422, "validation_failed", [pointer])


class TestOpened:
    def test_failed_one_shows_its_input_error_and_trace(self, store, execution, opened):
        trace = NodeTrace(
            node_id="work",
            name="Work",
            kind="expressionNode",
            order=1,
            input={"größe": [1, None, "\u2028"]},
            output=None,
            duration_ms=None,
            error="It divides by zero.",
        )
        record = execution(outcome=FAILED, trace=(trace,), input={"größe": [1, 2**63, "\u2028"]})
        [execution_id] = plant_executions(store, [record])
        shown = opened(execution_id)
        assert (shown.input, shown.result, shown.trace) == (record.execution.input, None, [trace])
        assert (shown.records, shown.deliveries) == ([], [])

    def test_definition_is_the_one_that_ran(self, store, execution, opened, signed_in, chain_id):
        where = f"/api/v1/rulechains/{chain_id}"
        first = signed_in.get(where).json["definition"]
        changed = signed_in.patch(where, json={"definition": a_definition(), "input_schema": {"type": "object"}})
        assert changed.json["definition_version"] == 2
        ids = plant_executions(store, [execution(definition_version=version) for version in (1, 2, 7)])
        assert [opened(execution_id).definition for execution_id in ids] == [first, a_definition(), {}]

    def test_what_it_saved_and_sent_stands_with_it(self, store, execution, opened):
        saved = [
            SavedDocument(id=str(uuid.uuid4()), node_id="s", node_name="Keep", collection="alarms", document=document)
            for document in ({"level": 1}, {"level": 2})
        ]
        call = WebhookCall(
            id=str(uuid.uuid4()), node_id="c", node_name="Tell", url="https://hooks.example.com/a", data={"n": 1}
        )
        mine, _other = plant_executions(store, [execution(at=NOON, effects=(*saved, call)), execution()])
        shown = opened(mine)
        assert shown.result == {"ok": True}
        assert [(record.id, record.collection, record.document) for record in shown.records] == [
            (document.id, "alarms", document.document) for document in saved
        ]
        [delivery] = shown.deliveries
        assert (delivery.id, delivery.node_id, delivery.node_name, delivery.url) == (call.id, "c", "Tell", call.url)
        assert (delivery.status, delivery.attempts, delivery.created_at) == ("pending", 0, NOON)
        assert delivery.next_attempt_at == NOON

    def test_delivery_that_was_given_up_says_why(self, store, execution, opened):
        call = WebhookCall(id=str(uuid.uuid4()), node_id="c", node_name="Tell", url="https://10.0.0.1/", data={})
        [execution_id] = plant_executions(store, [execution(effects=(call,))])
        refusal = {"status": "given_up", "attempts": 3, "next_attempt_at": None, "last_status": 503}
        with store.writing() as session:
            session.execute(update(DeliveryRow).values(**refusal, last_error="The address 10.0.0.1 is private."))
        [delivery] = opened(execution_id).deliveries
        assert (delivery.status, delivery.attempts, delivery.last_status) == ("given_up", 3, 503)
        assert (delivery.last_error, delivery.next_attempt_at) == ("The address 10.0.0.1 is private.", None)

    def test_one_that_is_not_there_is_not_found(self, signed_in, chain_id):
        for execution_id in (str(uuid.uuid4()), "x" * 65, "%00", "é"):
            answer = signed_in.get(f"/api/v1/rulechains/{chain_id}/executions/{execution_id}")
            refused(answer, 404, "not_found")
