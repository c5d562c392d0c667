import json
import re
from pathlib import Path
from typing import Any

import pytest

from ss_admin.backend.rule_chains.engine.light import LightChain
from ss_admin.backend.rule_chains.engine.runs import ChainSource
from ss_admin.resource_files import resource_path
from tests.support.article import CURL_PAYLOAD, SAMPLE_PAYLOAD

FILES = sorted(resource_path("sample-chains").glob("*.json"))


def read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))


def compiled(chain: dict[str, Any]) -> LightChain:
    return LightChain(ChainSource(1, chain["input_schema"], chain["definition"]))


@pytest.fixture
def alarm() -> LightChain:
    return compiled(read(resource_path("sample-chains", "building-alarm.json")))


def test_there_are_three_sample_chains() -> None:
    assert [file.stem for file in FILES] == ["building-alarm", "plain-acknowledge", "work-order-intake"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_sample_chain_is_complete_and_answers_its_own_sample_payload(file: Path) -> None:
    chain = read(file)
    assert set(chain) == {
        "name", "description", "is_external", "enabled", "input_schema", "definition", "sample_payload",
    }  # fmt: skip
    assert re.fullmatch(r".{1,100}", chain["name"])
    ready = compiled(chain)
    assert ready.input_schema.find_faults(chain["sample_payload"]) == []
    assert ready.execute(chain["sample_payload"]).result


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_sample_chain_has_what_the_graph_editor_draws(file: Path) -> None:
    definition = read(file)["definition"]
    assert definition["contentType"] == "application/vnd.gorules.decision"
    assert all({"id", "type", "name", "position"} <= set(node) for node in definition["nodes"])
    ids = {node["id"] for node in definition["nodes"]}
    assert all({edge["sourceId"], edge["targetId"]} <= ids for edge in definition["edges"])


def test_the_building_alarm_takes_exactly_the_articles_payload(alarm: LightChain) -> None:
    assert read(resource_path("sample-chains", "building-alarm.json"))["sample_payload"] == SAMPLE_PAYLOAD
    assert alarm.input_schema.find_faults(SAMPLE_PAYLOAD) == []
    assert alarm.input_schema.find_faults(CURL_PAYLOAD) == []
    assert [fault.pointer for fault in alarm.input_schema.find_faults({**SAMPLE_PAYLOAD, "_more": 1})] == ["/_more"]


def test_five_faults_in_the_payload_get_five_pointers(alarm: LightChain) -> None:
    payload = {
        "_building": {"label": "", "value": "not a uuid"},
        "_priority": "Whatever",
        "_problem_type": {"label": "TEMPERATURE"},
    }
    assert sorted(fault.pointer for fault in alarm.input_schema.find_faults(payload)) == [
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
    alarm: LightChain, priority: str, problem: str | None, decided: tuple[str, int, str]
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
