"""What differs between two versions of a chain's JSON is named."""

import pytest

from ss_admin.desktop.rule_chains.edit.json_changes import describe_changes
from tests.support.sample_definitions import edge, node

IN, TRIAGE, OUT = (
    node("in", "inputNode", "In"),
    node("t", "decisionTableNode", "Triage"),
    node("out", "outputNode", "Out"),
)
GRAPH = {"nodes": [IN, TRIAGE, OUT], "edges": [edge("in", "t"), edge("t", "out")]}


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (GRAPH, ""),
        ({**GRAPH, "nodes": [IN, {**TRIAGE, "content": {"rules": [{}]}}, OUT]}, "Changed: “Triage”."),
        ({**GRAPH, "nodes": [IN, OUT, node("x", "expressionNode", "Sum")]}, "Added: “Sum”. Removed: “Triage”."),
        ({**GRAPH, "edges": []}, "Other connections."),
        ({**GRAPH, "nodes": [IN, 7, TRIAGE, OUT]}, "Added: “#1”."),
    ],
)
def test_the_nodes_of_a_graph_are_named(after, told):
    assert describe_changes(GRAPH, after) == told


def test_the_members_of_an_object_are_named_and_of_many_the_first():
    before = {"type": "object", "a": 1}
    assert describe_changes(before, {"type": "object", "a": True}) == "Changed: “a”."
    many = {f"member{number}": number for number in range(6)}
    told = describe_changes(before, many)
    assert told.startswith("Added: “member0”, “member1”, “member2”, “member3” and 2 more. Removed: “type”")
