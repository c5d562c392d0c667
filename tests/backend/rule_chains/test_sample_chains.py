import json
import re
from pathlib import Path
from typing import Any

import pytest

from ss_admin.backend.gateway.known_keys.entries import KnownChain
from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.engine.checks import find_definition_faults
from ss_admin.backend.rule_chains.engine.compiled import CompiledChains
from ss_admin.backend.rule_chains.engine.effects import SavedDocument, WebhookCall
from ss_admin.backend.rule_chains.engine.runs import Chain, ChainSource, PayloadMismatch
from ss_admin.resource_files import resource_path
from tests.support.article import CURL_PAYLOAD, SAMPLE_PAYLOAD

FILES = sorted(resource_path("sample-chains").glob("*.json"))


def read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))


def compiled(chain: dict[str, Any]) -> Chain:
    source = ChainSource(1, chain["input_schema"], chain["definition"])
    return CompiledChains(lambda _: source, ApartRunners()).get(KnownChain("chain", "tenant", 1, True, True))


def pointers(chain: Chain, payload: dict[str, Any]) -> list[str]:
    """Where the payload does not fit."""
    try:
        chain.execute(payload)
    except PayloadMismatch as mismatch:
        return sorted(fault.pointer for fault in mismatch.faults)
    return []


@pytest.fixture
def alarm() -> Chain:
    return compiled(read(resource_path("sample-chains", "building-alarm.json")))


def test_there_are_five_sample_chains() -> None:
    names = ["building-alarm", "elevator-fault", "meter-reading", "plain-acknowledge", "work-order-intake"]
    assert [file.stem for file in FILES] == names


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_sample_chain_is_complete_and_answers_its_own_sample_payload(file: Path) -> None:
    chain = read(file)
    assert set(chain) == {
        "name", "description", "is_external", "enabled", "input_schema", "definition", "sample_payload",
    }  # fmt: skip
    assert re.fullmatch(r".{1,100}", chain["name"])
    assert find_definition_faults(chain["input_schema"], chain["definition"]) == []
    ready = compiled(chain)
    assert ready.execute(chain["sample_payload"]).result


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_sample_chain_has_what_the_graph_editor_draws(file: Path) -> None:
    definition = read(file)["definition"]
    assert definition["contentType"] == "application/vnd.gorules.decision"
    assert all({"id", "type", "name", "position"} <= set(node) for node in definition["nodes"])
    ids = {node["id"] for node in definition["nodes"]}
    assert all({edge["sourceId"], edge["targetId"]} <= ids for edge in definition["edges"])


def test_the_building_alarm_takes_exactly_the_articles_payload(alarm: Chain) -> None:
    assert read(resource_path("sample-chains", "building-alarm.json"))["sample_payload"] == SAMPLE_PAYLOAD
    assert pointers(alarm, SAMPLE_PAYLOAD) == []
    assert pointers(alarm, CURL_PAYLOAD) == []
    assert pointers(alarm, {**SAMPLE_PAYLOAD, "_more": 1}) == ["/_more"]


def test_five_faults_in_the_payload_get_five_pointers(alarm: Chain) -> None:
    payload = {
        "_building": {"label": "", "value": "not a uuid"},
        "_priority": "Whatever",
        "_problem_type": {"label": "TEMPERATURE"},
    }
    assert pointers(alarm, payload) == [
        "/_building/label",
        "/_building/value",
        "/_description",
        "/_priority",
        "/_problem_type/value",
    ]


@pytest.mark.parametrize(
    ("priority", "problem", "decided"),
    [
        ("Minor", "TEMPERATURE", ("Routine", 24, "Heating and Cooling")),
        ("Critical", "TEMPERATURE", ("Urgent", 2, "Heating and Cooling")),
        ("Minor", "FIRE", ("Emergency", 1, "Duty Officer")),
        ("Major", "WATER", ("Urgent", 2, "Plumbing")),
        ("Minor", "LIGHTING", ("High", 4, "Electrical")),
        ("Critical", "ROOF", ("Urgent", 2, "Facility Desk")),
        ("Major", None, ("High", 8, "Facility Desk")),
        ("Minor", None, ("Routine", 48, "Facility Desk")),
    ],
)
def test_the_building_alarm_decides_priority_response_and_team(
    alarm: Chain, priority: str, problem: str | None, decided: tuple[str, int, str]
) -> None:
    payload = {**CURL_PAYLOAD, "_priority": priority}
    if problem is not None:
        payload["_problem_type"] = {**SAMPLE_PAYLOAD["_problem_type"], "label": problem}
    order = alarm.execute(payload).result["work_order"]
    assert (order["priority"], order["response_hours"], order["team"]) == decided
    assert order["title"] == "Building alarm: Central Academy"


@pytest.mark.parametrize(
    ("cost", "safety", "expected"),
    [(499.99, False, "small"), (500, False, "medium"), (5000, None, "medium"), (5000.01, False, "large"),
     (50000, False, "large"), (50001, False, "investment"), (50001, True, "safety")],
)  # fmt: skip
def test_the_work_order_chain_classes_costs(cost: float, safety: bool | None, expected: str) -> None:
    chain = read(resource_path("sample-chains", "work-order-intake.json"))
    payload = {**chain["sample_payload"], "estimated_cost": cost, "safety_relevant": safety}
    if safety is None:
        del payload["safety_relevant"]
    assert compiled(chain).execute(payload).result["cost_class"] == expected


def test_the_work_order_chain_keeps_the_order_with_what_was_decided() -> None:
    chain = read(resource_path("sample-chains", "work-order-intake.json"))
    run = compiled(chain).execute(chain["sample_payload"])
    (kept,) = run.effects
    assert isinstance(kept, SavedDocument)
    assert kept.collection == "work-orders"
    assert kept.document["reference"] == "WO-2026-00417"
    assert kept.document["approver"] == "Building Manager"
    assert run.result["record_id"] == kept.id


@pytest.mark.parametrize(
    ("trapped", "expected"), [(True, ("Emergency", 30)), (False, ("Repair", 480)), (None, ("Repair", 480))]
)
def test_the_elevator_chain_tells_the_company_what_is_urgent(trapped: bool | None, expected: tuple[str, int]) -> None:
    chain = read(resource_path("sample-chains", "elevator-fault.json"))
    payload = {**chain["sample_payload"], "people_trapped": trapped}
    if trapped is None:
        del payload["people_trapped"]
    run = compiled(chain).execute(payload)
    (call,) = run.effects
    assert isinstance(call, WebhookCall)
    assert (run.result["priority"], run.result["response_minutes"]) == expected
    assert call.data["priority"] == expected[0]


def test_one_sample_chain_is_disabled_and_one_internal() -> None:
    chains = [read(file) for file in FILES]
    assert [chain["name"] for chain in chains if not chain["enabled"]] == ["Elevator Fault"]
    assert [chain["name"] for chain in chains if not chain["is_external"]] == ["Meter Reading"]
