"""Trial runs: what they tell, that they leave no effects, and what is noted of them."""

import hashlib
import json
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from ss_admin.backend.store.tables import DeliveryRow, ExecutionRow, RecordRow, RuleChainDayRow, RuleChainRow
from ss_admin.contract.activity import ActivityAction
from ss_admin.contract.rule_chains import ChainTestResult
from tests.support.problems import refused
from tests.support.rule_chains import a_definition, chain_order

CHAINS = "/api/v1/rulechains"
SCHEMA = {"type": "object", "required": ["n"], "properties": {"n": {"type": "number"}}}


@pytest.fixture
def where(signed_in):
    order = chain_order(input_schema=SCHEMA).model_dump(mode="json")
    return signed_in.post(CHAINS, json=order).headers["Location"]


@pytest.fixture
def try_out(signed_in, where):
    """Tries the chain, or the draft that is given."""

    def send(payload, **draft):
        answer = signed_in.post(f"{where}/test", json={"payload": payload, **draft})
        assert answer.status_code == 200, answer.text
        return ChainTestResult.model_validate(answer.json)

    return send


def with_effects(definition):
    """The definition with a document that is saved and a webhook that is called before its answer."""
    definition["nodes"] += [
        {
            "id": "save",
            "type": "customNode",
            "name": "Keep",
            "content": {"kind": "saveRecord", "config": {"collection": "counts"}},
        },
        {
            "id": "call",
            "type": "customNode",
            "name": "Tell",
            "content": {"kind": "callWebhook", "config": {"url": "https://hooks.example.com/counts"}},
        },
    ]
    way = ["in", "work", "save", "call", "out"]
    definition["edges"] = [
        {"id": f"{start}-{end}", "type": "edge", "sourceId": start, "targetId": end} for start, end in pairwise(way)
    ]
    return definition


def count(store, table):
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def told(entry):
    assert {change.before for change in entry.changes} == {None}
    return {change.field: change.after for change in entry.changes}


def test_every_node_tells_what_it_got_and_gave(try_out):
    tried = try_out({"n": 41})
    assert (tried.outcome, tried.result, tried.error, tried.faults) == ("succeeded", {"next": 42}, None, [])
    assert [(node.node_id, node.kind) for node in sorted(tried.trace, key=lambda node: node.order)] == [
        ("in", "inputNode"),
        ("work", "expressionNode"),
        ("out", "outputNode"),
    ]
    work = next(node for node in tried.trace if node.node_id == "work")
    assert (work.name, work.input, work.output) == ("Work", {"n": 41}, {"next": 42})


def test_draft_runs_in_place_of_what_is_stored(try_out, signed_in, where):
    assert try_out({"n": 41}, definition=a_definition("n * 2")).result == {"next": 82}
    assert try_out({"n": 41}, input_schema={"type": "object", "required": ["m"]}).outcome == "payload_mismatch"
    assert signed_in.get(where).json["version"] == 1


def test_payload_that_does_not_fit_is_told_with_its_faults(try_out):
    tried = try_out({"n": "many"})
    assert (tried.outcome, tried.result, tried.trace) == ("payload_mismatch", None, [])
    assert [fault.pointer for fault in tried.faults] == ["/n"]


def test_failure_names_the_node_and_shows_the_way_to_it(try_out):
    tried = try_out({"n": 1}, definition=a_definition("number('x')"))
    assert (tried.outcome, tried.result, tried.failed_node_id) == ("failed", None, "work")
    assert tried.error
    assert "backtrace" not in tried.error.lower()
    assert "in" in {node.node_id for node in tried.trace}


def test_draft_that_could_not_be_saved_is_refused_with_its_faults(signed_in, where, audit):
    draft = {"payload": {"n": 1}, "definition": a_definition("n +"), "input_schema": {"type": "thing"}}
    answer = signed_in.post(f"{where}/test", json=draft)
    refused(answer, 422, "validation_failed")
    pointers = {fault["pointer"] for fault in answer.json["errors"]}
    assert {"/input_schema/type", "/definition/nodes/1/content/expressions/0/value"} <= pointers
    assert [entry.action for entry in audit()] == [ActivityAction.RULE_CHAIN_CREATED]


def test_chain_that_is_switched_off_can_be_tried(signed_in, where, try_out):
    assert signed_in.patch(where, json={"enabled": False, "is_external": False}).status_code == 200
    assert try_out({"n": 1}).result == {"next": 2}


def test_trial_has_no_effects_and_says_what_they_would_have_been(try_out, store):
    tried = try_out({"n": 1}, definition=with_effects(a_definition()))
    assert tried.outcome == "succeeded"
    effects = {node.node_id: node.effect for node in tried.trace if node.effect}
    assert "counts" in effects["save"]
    assert "https://hooks.example.com/counts" in effects["call"]
    assert [count(store, table) for table in (RecordRow, DeliveryRow, ExecutionRow, RuleChainDayRow)] == [0] * 4


def test_each_trial_stands_in_the_audit_trail_without_its_payload(try_out, audit, signed_in, where):
    try_out({"n": 41_424_344})
    try_out({"n": "41424344"}, definition=a_definition("n * 2"))
    draft, stored, _created = audit()
    assert {draft.action, stored.action} == {ActivityAction.RULE_CHAIN_TESTED}
    assert stored.object.id == signed_in.get(where).json["id"]
    text = json.dumps(a_definition(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    fact = {"version": 1, "sha256": hashlib.sha256(text.encode()).hexdigest(), "nodes": 3}
    assert told(stored) == {"outcome": "succeeded", "definition": fact}
    assert told(draft)["outcome"] == "payload_mismatch"
    assert told(draft)["definition"]["version"] is None
    assert "41424344" not in repr(audit())


def test_chain_that_loops_is_stopped_and_others_go_on(try_out):
    endless = "sum(map([1..100000], sum(map([1..100000], #))))"
    tried = try_out({"n": 1}, definition=a_definition(endless))
    assert tried.outcome == "failed"
    assert tried.error
    assert "2 s" in tried.error
    assert try_out({"n": 1}).result == {"next": 2}


def test_without_a_free_process_it_is_to_be_tried_again_and_nothing_is_noted(app, signed_in, where, audit, store):
    app.extensions["ss_backend"].admin_runners.close()
    order = chain_order().model_dump(mode="json")
    for answer in (
        signed_in.post(f"{where}/test", json={"payload": {"n": 1}}),
        signed_in.post(CHAINS, json=order),
        signed_in.patch(where, json={"definition": a_definition("n + 3")}),
    ):
        refused(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "1"
    assert signed_in.patch(where, json={"enabled": False}).status_code == 200  # a switch needs no check
    assert [entry.action.value for entry in audit()] == ["rule_chain.changed", "rule_chain.created"]
    assert count(store, RuleChainRow) == 1
