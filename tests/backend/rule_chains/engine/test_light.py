"""Light chains run in the worker itself: nothing in them may hold it up, and one that did goes elsewhere."""

from typing import Any

import pytest

from ss_admin.backend.rule_chains.engine import light
from ss_admin.backend.rule_chains.engine.light import LightChain
from ss_admin.backend.rule_chains.engine.runs import PayloadMismatch, RuleChainFailed
from ss_admin.backend.rule_chains.engine.weight import MAX_LIGHT_PAYLOAD_BYTES, largest_light_payload
from tests.support.graphs import expressions, row, source, table

WIDE = r"\w" * 32
"""A pattern of 64 characters that takes some 10 ms to compile."""


class Elsewhere:
    """Stands for the process that a chain goes to, and notes what it gets."""

    version = 1

    def __init__(self) -> None:
        self.payloads: list[dict[str, Any]] = []

    def execute(self, payload: dict[str, Any], *, trace: bool = False) -> Any:
        self.payloads.append(payload)


def test_a_chain_of_many_patterns_is_not_light() -> None:
    """The engine compiles each of them at every run: 3,900 such expressions held all calls up for a minute."""
    for number, is_light in ((1, True), (5, True), (100, False)):
        definition = row(expressions(**{f"v{n}": f"matches(s, '{WIDE}')" for n in range(number)}))
        assert (largest_light_payload({}, definition) is not None) == is_light
    rules = [{"i": f'matches($, "{WIDE}")', "o": "1"}] * 100
    assert largest_light_payload({}, row(table(rules=rules))) is None


def test_long_patterns_are_searched_for_in_short_payloads_only() -> None:
    few = row(expressions(v=r"matches(s, '^[A-Z]+-\d+$')"))
    assert largest_light_payload({}, few) == MAX_LIGHT_PAYLOAD_BYTES
    more = row(expressions(**{f"v{n}": f"matches(s, '{WIDE}')" for n in range(5)}))
    assert 1000 < (largest_light_payload({}, more) or 0) < MAX_LIGHT_PAYLOAD_BYTES / 4


SLOW_PATTERN = "x(a|b|.){100}!"
"""To search 60 KB for it takes most of a second."""


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": SLOW_PATTERN},
        {"patternProperties": {SLOW_PATTERN: {}}},
        {"properties": {"a": {"allOf": [{"pattern": f"x.{{50}}{number}"} for number in range(20)]}}},
        {"$defs": {"a": {"pattern": "x.{50}!"}}, "allOf": [{"$ref": "#/$defs/a"}] * 20},
    ],
)
def test_a_schema_with_slow_patterns_is_not_light(schema: dict[str, Any]) -> None:
    assert largest_light_payload(schema, row(expressions(v="1"))) is None


def test_ordinary_patterns_of_schemas_are_light() -> None:
    codes = {"type": "string", "pattern": "^(AHU|VAV)-[0-9]{3}$"}
    assert (largest_light_payload({"properties": {"a": codes}}, row(expressions(v="1"))) or 0) > 60_000
    several = {f"a{number}": codes for number in range(8)}
    assert (largest_light_payload({"properties": several}, row(expressions(v="1"))) or 0) > 4000


@pytest.mark.parametrize("name", ["default", "const", "enum", "examples"])
@pytest.mark.parametrize("where", ["properties", "patternProperties", "dependentSchemas"])
@pytest.mark.parametrize(
    "schema",
    [{"$ref": "#"}, {"pattern": SLOW_PATTERN}, {"anyOf": [{}] * 2000}],
    ids=["refers to itself", "slow pattern", "large"],
)
def test_a_heavy_schema_does_not_hide_under_the_name_of_a_keyword(
    name: str, where: str, schema: dict[str, Any]
) -> None:
    assert largest_light_payload({where: {name: schema}}, row(expressions(v="1"))) is None
    assert largest_light_payload({"default": schema}, row(expressions(v="1"))) is not None


def test_a_pattern_in_what_a_reference_takes_for_a_schema_counts() -> None:
    schema = {"default": {"pattern": SLOW_PATTERN}, "properties": {"a": {"$ref": "#/default"}}}
    assert largest_light_payload(schema, row(expressions(v="1"))) is None


@pytest.mark.parametrize(
    ("schema", "definition", "outcome"),
    [
        ({"required": ["a"]}, row(expressions(v="1")), PayloadMismatch),
        ({}, row(expressions(v="len(1)")), RuleChainFailed),
    ],
    ids=["payload refused", "run failed"],
)
def test_a_chain_goes_elsewhere_however_its_slow_call_ended(
    monkeypatch: pytest.MonkeyPatch, schema: dict[str, Any], definition: dict[str, Any], outcome: type[Exception]
) -> None:
    elsewhere = Elsewhere()
    chain = LightChain(source(definition, input_schema=schema), elsewhere, 1000)
    monkeypatch.setattr(light, "SLOW_MILLISECONDS", -1.0)
    for _ in range(2):
        with pytest.raises(outcome):
            chain.execute({})
    chain.execute({"n": 1})
    assert elsewhere.payloads == [{"n": 1}]
