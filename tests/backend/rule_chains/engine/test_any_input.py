"""Whatever definition, schema and payload: a run, a mismatch or a failure of the chain, and this process lives."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ss_admin.backend.gateway.known_keys.entries import KnownChain
from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.engine.checks import find_definition_faults
from ss_admin.backend.rule_chains.engine.compiled import CompiledChains
from ss_admin.backend.rule_chains.engine.runs import ChainSource, PayloadMismatch, RuleChainFailed, Run
from tests.support.graphs import expressions, graph, node, row, saved, sent, switch, table

QUIET = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)

NUMBERS = st.one_of(
    st.integers(-(2**63), 2**64 - 1),
    st.integers(),
    st.floats(),
    st.sampled_from([2**64, -(2**63) - 1, 1e308, 7.9e28, 1e-320, float("nan"), float("inf"), 10**400]),
)
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "\0", "\ud800", "\udfff\ud800", "a" * 5000, "$nodes", "$serde_json::private::Number", "__proto__"]
    ),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


@st.composite
def nested(draw: st.DrawFn) -> Any:
    """Arrays or objects inside each other, up to thousands of levels."""
    value: Any = draw(SCALARS)
    as_object = draw(st.booleans())
    for _ in range(draw(st.sampled_from([10, 63, 64, 65, 253, 254, 255, 256, 1000, 3000]))):
        value = {"a": value} if as_object else [value]
    return value


PAYLOADS = st.dictionaries(TEXTS | st.sampled_from(["a", "b", "v"]), JSON | nested(), max_size=4)

WORDS = [
    *["a", "b", "v", "$", "$.v", "$nodes", "$root", "#", "1", "-1", "0.5", "'x'", "null", "true", "`${a}`"],
    *["[1..3]", "[1..1000000000]", "[a, b]", "{x: a}", "(", ")", "[", "]", "{", "}", ",", ";", "=", ".", ".."],
    *[" + ", " - ", " * ", " / ", " % ", " ^ ", " == ", " < ", " and ", " or ", "not ", " in ", " ?? ", " ? ", " : "],
    *["len(", "map(", "sum(", "d(", "number(", "string(", "rand(", "matches(", "split(", "keys(", "flatten("],
    *["date('now')", ".add('1d')", ".format('%Q')", "99999999999999999999", "'\ud800'", "\0"],
]
EXPRESSIONS = st.lists(st.sampled_from(WORDS), max_size=8).map("".join)
KEYS = st.sampled_from(["v", "a", "v.w", "", ".", "a..b", "$nodes", "$", "x" * 300, "a" + ".a" * 100])


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Graphs of every kind of node with any expressions; then one member of it replaced by anything."""
    nodes: list[dict[str, Any]] = [node("in", "inputNode")]
    edges: list[tuple[str, ...]] = []
    for number in range(draw(st.integers(0, 4))):
        name = f"n{number}"
        match draw(st.integers(0, 5)):
            case 0:
                values = {draw(KEYS): draw(EXPRESSIONS) for _ in range(draw(st.integers(1, 3)))}
                mode = draw(st.sampled_from([None, "loop", "single", "odd"]))
                attributes = {"passThrough": draw(st.booleans()), "inputField": draw(st.none() | EXPRESSIONS)}
                nodes.append(
                    expressions(name, attributes=attributes | ({"executionMode": mode} if mode else {}), **values)
                )
            case 1:
                rules = [{"_id": "1", "i": draw(EXPRESSIONS), "o": draw(EXPRESSIONS)} for _ in range(2)]
                nodes.append(table(name, rules=rules, hitPolicy=draw(st.sampled_from(["first", "collect", "odd"]))))
            case 2:
                nodes.append(switch(name, yes=draw(EXPRESSIONS)))
            case 3:
                nodes.append(saved(name, document=draw(EXPRESSIONS)))
            case 4:
                nodes.append(sent(name, body=draw(EXPRESSIONS)))
            case _:
                nodes.append(node(name, draw(st.sampled_from(["outputNode", "inputNode", "functionNode", "odd"]))))
        before = draw(st.sampled_from(nodes))
        edges.append((before["id"], name, *(("yes",) if before["type"] == "switchNode" else ())))
    definition = graph(*nodes, edges=edges)
    return spoil(draw, definition) if draw(st.booleans()) else definition


def spoil(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """The document with something else, or nothing, somewhere in it."""
    spoilt = copy.deepcopy(document)
    place: Any = spoilt
    for _ in range(draw(st.integers(0, 6))):
        inner = [
            value
            for value in (place.values() if isinstance(place, dict) else place)
            if isinstance(value, dict | list) and value
        ]
        if not inner:
            break
        place = draw(st.sampled_from(inner))
    key = draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place)))) if place else None
    if key is not None and draw(st.booleans()):
        place[key] = draw(JSON | nested())
    elif key is not None:
        del place[key]
    return spoilt


KEYWORDS = [
    *["type", "properties", "items", "required", "pattern", "format", "minLength", "maximum", "enum", "const"],
    *["allOf", "anyOf", "not", "if", "then", "$ref", "$defs", "$id", "$dynamicRef", "$anchor", "$schema"],
    *["additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties", "dependentSchemas"],
    *["uniqueItems", "contains"],
]
REFERENCES = ["#", "#/$defs/a", "http://127.0.0.1:9/x", "::"]
PATTERNS = ["(?=a)", "(a+)+$", "\\w{9999}", "("]
SCHEMA_VALUES = SCALARS | st.sampled_from([*REFERENCES, *PATTERNS, "object", "string", "date", ["a"], {"a": {}}, [{}]])


def larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    named = st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    return st.dictionaries(st.sampled_from(KEYWORDS), inner | st.lists(inner, max_size=3) | named, max_size=3)


SCHEMAS = st.recursive(st.dictionaries(st.sampled_from(KEYWORDS), SCHEMA_VALUES, max_size=3), larger, max_leaves=8)

AROUND = row(expressions(v="a", attributes={"passThrough": True}))


def execute(runners: ApartRunners, stored: ChainSource, payload: dict[str, Any]) -> None:
    try:
        outcome: object = (
            CompiledChains(lambda _: stored, runners)
            .get(KnownChain("a", "tenant", 1, True, True))
            .execute(payload, trace=True)
        )
    except (PayloadMismatch, RuleChainFailed) as refused:
        outcome = refused
    match outcome:
        case PayloadMismatch():
            assert outcome.faults
        case RuleChainFailed():
            assert outcome.message.strip().endswith((".", "…"))
            assert "\n" not in outcome.message
            assert "backtrace" not in outcome.message
        case _:
            assert isinstance(outcome, Run)
            assert isinstance(outcome.result, dict)


@given(PAYLOADS)
@example({"a": {"$serde_json::private::Number": "1e999"}})
@example({"$nodes": {"In": 5}})
@QUIET
def test_any_payload_through_a_light_chain(runners: ApartRunners, payload: dict[str, Any]) -> None:
    execute(runners, ChainSource(1, {"type": "object"}, AROUND), payload)


@given(PAYLOADS)
@QUIET
def test_any_payload_through_a_chain_apart(runners: ApartRunners, payload: dict[str, Any]) -> None:
    execute(runners, ChainSource(1, {"type": "object"}, row(expressions(v="map([a], #)"))), payload)


@given(definitions(), PAYLOADS)
@QUIET
def test_any_definition_runs_or_fails(
    quick_runners: ApartRunners, definition: dict[str, Any], payload: dict[str, Any]
) -> None:
    execute(quick_runners, ChainSource(1, {"type": "object"}, definition), payload)


@given(definitions())
@QUIET
def test_any_definition_is_sound_or_told_what_is_wrong(quick_runners: ApartRunners, definition: dict[str, Any]) -> None:
    faults = quick_runners.check({"type": "object"}, definition)
    assert all(fault.pointer.startswith("/definition") and fault.detail for fault in faults)


@given(SCHEMAS, PAYLOADS)
@QUIET
def test_any_schema_is_used_or_fails(
    quick_runners: ApartRunners, schema: dict[str, Any], payload: dict[str, Any]
) -> None:
    execute(quick_runners, ChainSource(1, schema, AROUND), payload)


@given(SCHEMAS | JSON | nested())
@QUIET
def test_any_schema_is_sound_or_told_what_is_wrong(quick_runners: ApartRunners, schema: Any) -> None:
    faults = quick_runners.check(schema, AROUND)
    assert all(fault.pointer.startswith(("/input_schema", "/definition")) and fault.detail for fault in faults)
    if not faults:
        assert find_definition_faults(schema, AROUND) == []


@pytest.fixture(scope="module")
def quick_runners():
    """Loops are found by chance here: they need not last."""
    runners = ApartRunners(time_limit=1.0, max_wait=60.0)
    yield runners
    runners.close()
