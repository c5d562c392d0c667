"""Which chains are sure to be quick; and that what they make never outgrows the estimate."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ss_admin.backend.rule_chains.engine.graph import Graph
from ss_admin.backend.rule_chains.engine.growth import Growth, TooComplex
from ss_admin.backend.rule_chains.engine.outcomes import GraphFailed
from ss_admin.backend.rule_chains.engine.weight import (
    MAX_LIGHT_BYTES,
    MAX_LIGHT_PAYLOAD_BYTES,
    largest_light_payload,
)
from ss_admin.backend.strict_json import InvalidJson, parse_json_object
from ss_admin.resource_files import resource_path
from tests.support.graphs import expressions, graph, node, row, saved, switch, table

OBJECT = {"type": "object"}


def largest(definition: dict[str, Any], schema: dict[str, Any] | None = None) -> int | None:
    return largest_light_payload(OBJECT if schema is None else schema, definition)


@pytest.mark.parametrize("sample", sorted(file.stem for file in resource_path("sample-chains").glob("*.json")))
def test_the_sample_chains_are_light_with_every_payload_of_moderate_size(sample: str) -> None:
    chain = json.loads(resource_path("sample-chains", f"{sample}.json").read_text(encoding="utf-8"))
    assert largest(chain["definition"], chain["input_schema"]) == MAX_LIGHT_PAYLOAD_BYTES


@pytest.mark.parametrize(
    "expression",
    [
        "a + 1",
        "len(a) > 3 ? upper(a) : 'none'",
        "{id: a, tags: [b, 'x']}",
        "d(a).add('1d').format('%Y')",
        "matches(a, '^x+$')",
    ],
)
def test_ordinary_expressions_are_light(expression: str) -> None:
    assert largest(row(expressions(v=expression), saved(document="v"))) is not None


@pytest.mark.parametrize(
    "definition",
    [
        row(expressions(v="map([1..3], #)")),
        row(expressions(v="some ([1], # > 1)")),
        row(expressions(v="flatMap(a, #)")),
        row(expressions(v="fuzzyMatch(a, b)")),
        row(expressions(v="matches(a, b)")),
        row(expressions(v="matches(a, '(a{1,1000}){1,1000}')")),
        row(expressions(v="sum(a, #.x)")),
        row(expressions(v="[1..1000000000]")),
        row(expressions(v="unheardOf(a)")),
        row(expressions(v="1", attributes={"executionMode": "loop", "inputField": "a"})),
        row(saved(document="map(a, #)")),
        row(table(rules=[{"i": "map([1..9], #)[0] > 1", "o": "1"}])),
        row(table(rules=[{"i": "", "o": "1"}] * 1001)),
        row(*[expressions(f"n{number}", v="1") for number in range(100)]),
        row(*[expressions(f"n{number}", v="{a: " * 20 + "v" + "}" * 20) for number in range(20)]),
        row(node("script", "functionNode", {"source": ""})) | {"nodes": 5},
        graph(node("in", "inputNode"), expressions(), edges=[("in", "sum"), ("sum", "sum")]),
        row(expressions(v="(" * 40 + "1" + ")" * 40)),
        {},
        {"nodes": [{}], "edges": []},
        {"nodes": [{"id": [], "type": {}}], "edges": [{}]},
    ],
)
def test_what_is_not_sure_to_be_quick_is_not_light(definition: dict[str, Any]) -> None:
    assert largest(definition) is None


@pytest.mark.parametrize(
    "definition",
    [
        row(*[expressions(f"n{number}", v="[v, v]") for number in range(30)]),
        row(*[expressions(f"n{number}", v="v + v") for number in range(30)]),
        row(*[expressions(f"n{number}", v="`${v}${v}`") for number in range(30)]),
        row(expressions(**{f"v{number}": "$" for number in range(30)})),
        row(expressions(v0="a", **{f"v{number}": f"[$.v{number - 1}, $.v{number - 1}]" for number in range(1, 30)})),
        row(*[expressions(f"n{number}", v="$nodes") for number in range(30)]),
        row(*[expressions(f"n{number}", v="$root", w="$root") for number in range(30)]),
        row(*[table(f"t{number}", rules=[{"i": "", "o": "[level, level]"}]) for number in range(30)]),
    ],
)
def test_what_doubles_again_and_again_is_not_light(definition: dict[str, Any]) -> None:
    assert largest(definition) is None


def test_a_payload_may_be_smaller_the_more_is_made_of_it() -> None:
    once = largest(row(expressions(v="[a, a]")))
    often = largest(row(*[expressions(f"n{number}", v="[a, a]", a="[a, a]") for number in range(6)]))
    assert once == MAX_LIGHT_PAYLOAD_BYTES
    assert 100 < often < MAX_LIGHT_PAYLOAD_BYTES


def test_many_nodes_in_a_row_that_only_rename_do_not_count_as_growing() -> None:
    renaming = [expressions(f"n{number}", **{f"v{number}": f"v{number - 1}", "w": "w"}) for number in range(1, 60)]
    assert largest(row(*renaming)) > 10_000


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"type": "string", "pattern": "^[a-z]{1,50}$"}}},
        {"$defs": {"a": {"type": "object"}}, "properties": {"x": {"$ref": "#/$defs/a"}, "y": {"$ref": "#/$defs/a"}}},
        {"properties": {"a": {"enum": ["x"] * 500}}},
    ],
)
def test_ordinary_schemas_are_light(schema: dict[str, Any]) -> None:
    assert largest(row(), schema) is not None


def doubling(levels: int, way: str = "#/$defs/") -> dict[str, Any]:
    steps = {f"a{n}": {"allOf": [{"$ref": f"{way}a{n + 1}"}] * 2} for n in range(levels)}
    return {"$defs": {**steps, f"a{levels}": {"type": "object"}}, "$ref": f"{way}a0"}


def doubling_within(name: str, written: str, levels: int = 20) -> dict[str, Any]:
    """Under a name that can be misread, in which case the references seem to lead to something small."""
    heavy = doubling(levels, f"#/$defs/{written}/")
    small: dict[str, Any] = {f"a{n}": {} for n in range(levels)}
    beside = {written: small} if written else small
    return {"$defs": {name: heavy["$defs"], **beside}, "$ref": heavy["$ref"]}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$defs": {"a": {"properties": {"a": {"$ref": "#/$defs/a"}}}}, "$ref": "#/$defs/a"},
        {"$dynamicRef": "#x"},
        {"$ref": "other.json"},
        {"$ref": "#/$defs/gone"},
        {"pattern": "(a{1,1000}){1,1000}"},
        {"patternProperties": {"x" * 501: {}}},
        {"enum": [str(n) for n in range(2000)]},
        doubling(12),
        doubling(500),
        doubling_within("", ""),
        doubling_within("a b", "a%20b"),
    ],
)
def test_schemas_that_call_themselves_or_unfold_into_too_much_are_not_light(schema: dict[str, Any]) -> None:
    assert largest(row(), schema) is None


NAMES = ["a", "b", "v", "w", "$.v", "$.w", "$root", "$nodes", "$", "$nodes.One.v", "a.b"]
OPERAND = st.sampled_from([*NAMES, *NAMES, "'text'", "1", "[a, b]", "{x: a, y: v}", "`${a} and ${b}`", "split(a, '')"])
VALUE = st.one_of(
    OPERAND,
    st.tuples(OPERAND, st.sampled_from([" + ", " ?? ", " == ", ", "]), OPERAND).map(
        lambda parts: f"[{''.join(parts)}]"
    ),
    st.tuples(OPERAND, OPERAND).map(" + ".join),
)
ATTRIBUTES = st.fixed_dictionaries({"passThrough": st.booleans(), "outputPath": st.sampled_from([None, "v", "a.b"])})


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Graphs that make much out of little, in a row or side by side."""
    nodes, edges = [node("in", "inputNode")], []
    for number, name in enumerate(["one", "two", "three", "four"][: draw(st.integers(1, 4))]):
        made = {
            key: draw(VALUE) for key in draw(st.lists(st.sampled_from(["v", "w", "a", "u.x"]), min_size=1, unique=True))
        }
        kind = draw(st.sampled_from(["expressions", "table", "saved", "switch"]))
        if kind == "expressions":
            nodes.append(expressions(name, attributes=draw(ATTRIBUTES), **made))
        elif kind == "table":
            rules = [{"_id": "1", "i": "", "o": value} for value in made.values()]
            policy = draw(st.sampled_from(["first", "collect"]))
            nodes.append(table(name, rules=rules, hitPolicy=policy, **draw(ATTRIBUTES)))
        elif kind == "saved":
            nodes.append(saved(name, document=next(iter(made.values()))))
        else:
            nodes.append(switch(name, yes=""))
        for before in draw(st.sets(st.integers(0, number), min_size=1, max_size=2)):
            handle = ("yes",) if nodes[before]["type"] == "switchNode" else ()
            edges.append((nodes[before]["id"], name, *handle))
    return graph(*nodes, edges=edges)


PAYLOADS = st.fixed_dictionaries(
    {},
    optional={
        name: st.text("xyz", max_size=60) | st.lists(st.integers(0, 9), max_size=20) for name in ("a", "b", "v", "w")
    },
)


@given(definitions(), PAYLOADS)
@settings(max_examples=150, deadline=None)
def test_nothing_outgrows_the_estimate(definition: dict[str, Any], payload: dict[str, Any]) -> None:
    growth = Growth(definition).largest()
    try:
        outcome = Graph(definition).run(payload, trace=True)
    except GraphFailed:
        return
    made = [value for step in outcome.steps for value in (step.input, step.output)]
    made += [effect.document for effect in outcome.effects]
    told = sum(len(orjson.dumps(value)) for value in [*made, outcome.result])
    # The result and what an end shows of its input are seen twice, and every step has its own brackets.
    allowed = growth.per_byte * len(orjson.dumps(payload)) + growth.fixed
    assert told <= 2 * allowed + 50 * (len(outcome.steps) + 1)


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("digits", ["1", "9", "1.5", "7.12345678901234567"])
def test_no_number_becomes_more_than_four_times_as_long_as_it_was_sent(sign: str, digits: str) -> None:
    for exponent in range(-330, 29):
        body = b'{"a":[%s]}' % b",".join([f"{sign}{digits}e{exponent}".encode()] * 10)
        try:
            payload = parse_json_object(body)
        except InvalidJson:
            assert exponent == 28  # beyond what the engine calculates with
            continue
        result = Graph(row(expressions(v="a"))).run(payload).result
        assert max(len(orjson.dumps(payload)), len(orjson.dumps(result))) <= 4 * len(body)


def test_a_graph_in_a_circle_has_no_estimate() -> None:
    with pytest.raises(TooComplex):
        Growth(graph(node("in", "inputNode"), expressions(), edges=[("in", "sum"), ("sum", "sum")])).largest()


def test_the_estimate_leaves_room_for_what_a_worker_can_bear() -> None:
    assert MAX_LIGHT_PAYLOAD_BYTES < MAX_LIGHT_BYTES
