"""Everything that is checked of a chain before it is saved: each fault at its place, and in words."""

import json
from typing import Any

import pytest

from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.engine.checks import find_definition_faults
from ss_admin.backend.rule_chains.engine.graph import Graph
from ss_admin.backend.rule_chains.engine.outcomes import GraphFailed
from ss_admin.resource_files import resource_path
from tests.support.graphs import effect, expressions, graph, node, row, saved, sent, switch, table

OBJECT = {"type": "object"}


def faults(definition: Any, schema: Any = None) -> dict[str, str]:
    return {
        fault.pointer: fault.detail
        for fault in find_definition_faults(OBJECT if schema is None else schema, definition)
    }


def one(definition: dict[str, Any]) -> tuple[str, str]:
    [fault] = faults(definition).items()
    return fault


@pytest.mark.parametrize("sample", sorted(file.stem for file in resource_path("sample-chains").glob("*.json")))
def test_the_sample_chains_have_no_faults(sample: str) -> None:
    chain = json.loads(resource_path("sample-chains", f"{sample}.json").read_text(encoding="utf-8"))
    assert faults(chain["definition"], chain["input_schema"]) == {}


def test_all_kinds_of_nodes_together_have_no_faults() -> None:
    definition = graph(
        node("in", "inputNode", {"schema": ""}),
        table(),
        switch(high="level == 'high'", low=""),
        saved(document="{level: level}"),
        sent(),
        expressions(v="1", attributes={"passThrough": True, "executionMode": "single", "inputField": None}),
        node("out", "outputNode"),
        edges=[
            ("in", "triage"),
            ("triage", "way"),
            ("way", "save", "high"),
            ("way", "send", "low"),
            ("save", "sum"),
            ("sum", "out"),
            ("send", "out"),
        ],
    )
    assert faults(definition) == {}


def test_what_other_editors_keep_in_a_definition_is_no_fault() -> None:
    definition = row(expressions(v="1"))
    definition |= {"settings": {"validation": {}}, "viewport": {"zoom": 1}}
    for item in definition["nodes"]:
        item |= {"position": {"x": 1.5, "y": 2}, "description": "x", "collapsed": False}
    assert faults(definition) == {}


def test_many_faults_are_told_at_once_each_at_its_place() -> None:
    definition = graph(
        node("in", "inputNode"),
        table(rules=[{"_id": "1", "i": "> ", "o": "'high"}, {"_id": "2", "i": "", "o": "1 2"}]),
        expressions(total="a +"),
        switch(one="a >"),
        saved(collection="Not This", document="len("),
        sent(url="http://partner.example/"),
        edges=[("in", "triage"), ("triage", "sum"), ("sum", "way"), ("way", "save", "one"), ("save", "send")],
    )
    assert faults(definition, {"type": "array"}) == {
        "/input_schema/type": "A payload is always an object: the type must be “object”.",
        "/definition/nodes/1/content/rules/0/i": (
            "Node “Triage”, rule 1, column “Amount”: It ends where a value is expected."
        ),
        "/definition/nodes/1/content/rules/0/o": (
            "Node “Triage”, rule 1, column “Level”: The text that begins at character 1 has no closing quotation mark."
        ),
        "/definition/nodes/1/content/rules/1/o": (
            "Node “Triage”, rule 2, column “Level”: Expected an operator at character 3: “2” does not fit there."
        ),
        "/definition/nodes/2/content/expressions/0/value": (
            "Node “Sum”, expression “total”: It ends where a value is expected."
        ),
        "/definition/nodes/3/content/statements/0/condition": (
            "Node “Way”, condition 1: It ends where a value is expected."
        ),
        "/definition/nodes/4/content/config/collection": (
            "Node “Save”, “collection”: A collection's name has 1 to 64 characters: small letters a–z, digits, “-” and "
            "“_”, a letter or digit first."
        ),
        "/definition/nodes/4/content/config/document": (
            "Node “Save”, “document”: It ends where a closing bracket is expected."
        ),
        "/definition/nodes/5/content/config/url": "Node “Send”, “url”: The address must begin with https://.",
    }


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("functionNode", "Node “Odd”: script nodes do not run here, since a script could not be stopped in time"),
        ("decisionNode", "Node “Odd”: a rule chain cannot call another one."),
        ("teleportNode", "Node “Odd”: there are no nodes of the type “teleportNode”."),
        (5, "Node “Odd”: there are no nodes of the type “of this form”."),
    ],
)
def test_nodes_that_do_not_run_here_are_refused_by_name(kind: Any, told: str) -> None:
    pointer, detail = one(row(node("odd", kind, {"source": ""})))
    assert pointer == "/definition/nodes/1/type"
    assert detail.startswith(told)


@pytest.mark.parametrize(
    ("definition", "pointer", "told"),
    [
        ({"nodes": []}, "/definition/edges", "The member “edges” must be an array."),
        ({"edges": []}, "/definition/nodes", "The member “nodes” must be an array."),
        ({"nodes": [], "edges": []}, "/definition/nodes", "An input node is missing: the chain has nowhere to begin."),
        (row() | {"blocks": [1]}, "/definition/blocks", "Rule chains do not know the member “blocks”."),
        (
            row(node("two", "inputNode")),
            "/definition/nodes/1",
            "There is more than one input node; a chain begins at exactly one.",
        ),
        (
            graph(node("in", "inputNode"), expressions(), edges=[]),
            "/definition/nodes/1",
            "Node “Sum”: no edges lead from the input to it, so it would never run.",
        ),
        (
            graph(node("in", "inputNode"), edges=[("in", "gone")]),
            "/definition/edges/0/targetId",
            "Edge 1: there is no node with the id “gone”.",
        ),
        (
            graph(
                node("in", "inputNode"), node("out", "outputNode"), expressions(), edges=[("in", "out"), ("out", "sum")]
            ),
            "/definition/edges/1/sourceId",
            "Edge 2: the chain ends at the output node “Out”; nothing follows it.",
        ),
        (
            graph(node("in", "inputNode"), switch(a="true"), expressions(), edges=[("in", "way"), ("way", "sum", "b")]),
            "/definition/edges/1/sourceHandle",
            (
                "Edge 2: it must begin at one of the conditions of the switch “Way” "
                "(its “sourceHandle” is the condition's “id”)."
            ),
        ),
        (row(expressions(), expressions()), "/definition/nodes/2/id", "Node “Sum”: another node has the id “sum” too."),
        (
            row(expressions(**{"a..b": "1"})),
            "/definition/nodes/1/content/expressions/0/key",
            "Node “Sum”, expression 1: The name “a..b” has a dot with nothing beside it.",
        ),
        (
            row(expressions(v="")),
            "/definition/nodes/1/content/expressions/0/value",
            "Node “Sum”, expression “v”: There is no expression here.",
        ),
        (
            row(node("sum", "expressionNode")),
            "/definition/nodes/1/content",
            "Node “Sum”: the member “content” must be an object.",
        ),
        (
            row(node("sum", "expressionNode", {"expressions": 5})),
            "/definition/nodes/1/content/expressions",
            "Node “Sum”: the member “expressions” must be an array.",
        ),
        (
            row(expressions(attributes={"executionMode": "x"})),
            "/definition/nodes/1/content/executionMode",
            "Node “Sum”: the member “executionMode” must be “single” or “loop”.",
        ),
        (
            row(table(hitPolicy="collect")),
            "/definition/nodes/1/content/hitPolicy",
            (
                "Node “Triage”: “collect” gives a list. "
                "Name the member that it is put under (“outputPath”), or use “first”."
            ),
        ),
        (
            row(table(rules=[{"i": 5, "o": "1"}])),
            "/definition/nodes/1/content/rules/0/i",
            "Node “Triage”, rule 1, “i”: A cell must be a text that holds an expression.",
        ),
        (
            row(table(inputs=[{"id": "i", "name": "I", "field": "a +"}])),
            "/definition/nodes/1/content/inputs/0/field",
            "Node “Triage”, the field of column “I”: It ends where a value is expected.",
        ),
        (
            row(effect("odd", "sendMail")),
            "/definition/nodes/1/content/kind",
            "Node “Odd”: the member “kind” must be “saveRecord” or “callWebhook”.",
        ),
        (
            row(saved(document=5)),
            "/definition/nodes/1/content/config/document",
            "Node “Save”, “document”: It must be a text with an expression.",
        ),
        (
            row(saved(colection="x")),
            "/definition/nodes/1/content/config/colection",
            "Node “Save”, “colection”: This has no effect; “saveRecord” has “collection” and “document”.",
        ),
        (
            row(*[saved(f"s{n}") for n in range(21)]),
            "/definition/nodes",
            "A rule chain has at most 20 nodes that save or send.",
        ),
        (
            row(node("x" * 201, "outputNode") | {"name": "End"}),
            "/definition/nodes/1/id",
            "Node 2: its “id” has more than 200 characters.",
        ),
        (
            row(node("end", "outputNode") | {"name": " "}),
            "/definition/nodes/1/name",
            "Node 2 needs the member “name”, a text.",
        ),
        (
            row(node("end", "outputNode") | {"name": "In"}),
            "/definition/nodes/1/name",
            "Node “In”: another node has this name too, and messages could not tell them apart.",
        ),
        (
            row(node("end", "outputNode", {"schema": "{}"})),
            "/definition/nodes/1/content/schema",
            (
                "Node “End”: a schema has no effect here. "
                "What the chain takes stands in the input schema of the rule chain."
            ),
        ),
    ],
)
def test_each_fault_of_form_has_its_place_and_its_sentence(definition: dict[str, Any], pointer: str, told: str) -> None:
    assert faults(definition)[pointer] == told


def test_nodes_in_a_circle_are_named_and_those_behind_it_are_not() -> None:
    nodes = [node("in", "inputNode"), expressions("one"), expressions("two"), expressions("three")]
    ways = [("in", "one"), ("one", "two"), ("two", "one"), ("two", "three")]
    assert faults(graph(*nodes, edges=ways)) == {
        "/definition/nodes/1": "Node “One”: the edges lead from it back to itself; a chain only goes forward.",
        "/definition/nodes/2": "Node “Two”: the edges lead from it back to itself; a chain only goes forward.",
    }


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://partner.example", None),
        ("https://10.0.0.1:8443/hook?x=1", None),
        ("", "The address is missing."),
        ("http://partner.example/", "The address must begin with https://."),
        ("ftp://partner.example/", "The address must begin with https://."),
        ("https://", "The address has no host."),
        ("https:///x", "The address has no host."),
        ("https://user:secret@partner.example/", "The address must not have a user name or a password"),
        ("https://partner.example/#top", "The address must not have a fragment"),
        ("https://partner.example:port/", "This is not an address of the form"),
        ("https://[::1/", "This is not an address of the form"),
        ("https://partner.example:0/", "This is not an address of the form"),
        ("https://partner..example/", "This is not an address of the form"),
        ("https://*.example/", "This is not an address of the form"),
        ("https://" + "a" * 64 + ".example/", "This is not an address of the form"),
        ("https://" + "a." * 126 + "ab", "This is not an address of the form"),
        ("https://[fe80::1%25eth0]/", "This is not an address of the form"),
        ("https://[::1]x/", "This is not an address of the form"),
        ("https://[2606:4700::1111]:8443/", None),
        ("https://partner.example./", None),
        ("https://partner.example/a b", "The address must have printable ASCII characters only"),
        ("https://pärtner.example/", "The address must have printable ASCII characters only"),
        ("https://partner.example\\@10.0.0.1/", "The address must not have"),
        ("https://partner.example/" + "x" * 2000, "The address is longer than 2,000 characters."),
        ("${url}", "The address must begin with https://."),
    ],
)
def test_the_addresses_of_webhooks(url: str, told: str | None) -> None:
    found = list(faults(row(sent(url=url))).values())
    if told is None:
        assert found == []
    else:
        [fault] = found
        assert fault.startswith(f"Node “Send”, “url”: {told}")


@pytest.mark.parametrize(
    ("schema", "pointer", "told"),
    [
        ({"type": "nonsense"}, "/input_schema/type", "A payload is always an object"),
        (
            {"properties": {"a": {"type": "nonsense"}}},
            "/input_schema/properties/a/type",
            "The type must be string, number",
        ),
        (
            {"properties": {"a": {"minLength": -1}}},
            "/input_schema/properties/a/minLength",
            "The value is less than the minimum of 0.",
        ),
        (
            {"properties": {"a": {"pattern": "(?=x)"}}},
            "/input_schema/properties/a/pattern",
            "This pattern looks ahead or behind",
        ),
        (
            {"properties": {"a": {"pattern": "(a)\\1"}}},
            "/input_schema/properties/a/pattern",
            "This pattern refers back to a group",
        ),
        (
            {"properties": {"a": {"pattern": "("}}},
            "/input_schema/properties/a/pattern",
            "This is no regular expression that can be used",
        ),
        (
            {"properties": {"a": {"pattern": "\\w{1000}{1000}"}}},
            "/input_schema/properties/a/pattern",
            "This is no regular expression",
        ),
        (
            {"patternProperties": {"a/(?!b)": {}}},
            "/input_schema/patternProperties/a~1(?!b)",
            "This pattern looks ahead or behind",
        ),
        (
            {"$schema": "http://json-schema.org/draft-07/schema#"},
            "/input_schema/$schema",
            "Rule chains use JSON Schema 2020-12",
        ),
        (
            {"properties": {"a": {"$ref": "#/$defs/gone"}}},
            "/input_schema/properties/a/$ref",
            "A reference leads nowhere",
        ),
        ({"$ref": "http://127.0.0.1:9/schema.json"}, "/input_schema/$ref", "A reference leads nowhere"),
        ({"$ref": "file:///etc/passwd"}, "/input_schema/$ref", "A reference leads nowhere"),
        ({"required": "a"}, "/input_schema/required", "The value must be an array."),
        ("text", "/input_schema", "This must be an object."),
    ],
)
def test_each_fault_of_a_schema_has_its_place(schema: Any, pointer: str, told: str) -> None:
    found = faults(row(), schema)
    assert list(found) == [pointer]
    assert found[pointer].startswith(told)


def test_limits_are_told() -> None:
    many = row(*[expressions(f"n{number}", v="1") for number in range(500)])
    assert faults(many) == {"/definition/nodes": "A rule chain has at most 500 nodes; this one has 501."}
    crowded = row()
    crowded["edges"] = [{"id": str(n), "sourceId": "in", "targetId": "in"} for n in range(2001)]
    assert faults(crowded) == {"/definition/edges": "A rule chain has at most 2,000 edges; this one has 2,001."}
    large = row(table(rules=[{"_id": str(n), "i": "", "o": ""} for n in range(10_001)]))
    assert "at most 20,000 cells together; these have 20,002." in faults(large)["/definition/nodes"]
    heavy = row(expressions(v="1")) | {"note": "x" * 512 * 1024}
    assert faults(heavy) == {"/definition": "This is larger than 512 KiB as JSON."}


@pytest.mark.parametrize("depth", [65, 300, 3000])
def test_what_is_nested_too_deeply_is_refused(depth: int, runners: ApartRunners) -> None:
    deep: Any = {}
    for _ in range(depth):
        deep = {"properties": {"a": deep}} if depth == 65 else {"a": deep}
    for schema, definition in ((deep, row()), (OBJECT, row() | {"extra": deep})):
        found = [*find_definition_faults(schema, definition), *runners.check(schema, definition)]
        assert found
        assert all("nested" in fault.detail for fault in found)


def test_more_than_a_hundred_faults_are_cut_off() -> None:
    assert len(find_definition_faults(OBJECT, row(*[expressions(f"n{n}", v="a +") for n in range(400)]))) == 100


def test_the_same_faults_come_from_a_process_of_its_own(runners: ApartRunners) -> None:
    definition = row(expressions(v="a +"), node("script", "functionNode"))
    here = find_definition_faults(OBJECT, definition)
    assert [(fault.pointer, fault.detail) for fault in runners.check(OBJECT, definition)] == [
        (fault.pointer, fault.detail) for fault in here
    ]


def test_a_check_that_takes_too_long_is_a_fault_too(strict_runners: ApartRunners) -> None:
    strict_runners.check(OBJECT, row())
    strict_runners._time_limit = 0.0
    [fault] = strict_runners.check(OBJECT, row())
    assert fault.pointer == "/definition"
    assert fault.detail == "The chain could not be checked. It ran longer than 0 s and was stopped."
    strict_runners._time_limit = 20.0
    assert strict_runners.check(OBJECT, row()) == []


@pytest.mark.parametrize("kind", [[], {}, 5, None, True])
def test_a_nodes_type_that_is_no_text_is_a_fault_like_any_other(kind: object) -> None:
    definition = row(expressions(v="1"))
    definition["nodes"][1]["type"] = kind
    assert [fault.pointer for fault in find_definition_faults({}, definition)] == ["/definition/nodes/1/type"]
    with pytest.raises(GraphFailed, match="do not run here"):
        Graph(definition)
