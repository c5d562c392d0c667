"""New nodes: each is wired in, nothing is lost, and ids and names stay unique."""

import copy

import pytest

from ss_admin.desktop.rule_chains.edit.node_skeletons import NODE_KINDS, add_node
from tests.support.sample_chains import sample_document

GRAPH = sample_document("plain-acknowledge")["definition"]
BY_TITLE = {kind.title: kind for kind in NODE_KINDS}


def wires(graph) -> set[tuple[str, str]]:
    return {(edge["sourceId"], edge["targetId"]) for edge in graph["edges"]}


def test_a_node_stands_behind_the_chosen_one_and_before_what_followed():
    before = copy.deepcopy(GRAPH)
    graph, node_id = add_node(GRAPH, BY_TITLE["Save record"], "confirm")
    assert wires(graph) == {("request", "confirm"), ("confirm", node_id), (node_id, "response")}
    assert before == GRAPH


def test_without_a_choice_it_follows_the_last_node_that_something_can_follow():
    graph, node_id = add_node(GRAPH, BY_TITLE["Expression"], None)
    assert ("confirm", node_id) in wires(graph)
    graph, node_id = add_node(GRAPH, BY_TITLE["Expression"], "response")
    assert ("confirm", node_id) in wires(graph)


def test_an_output_takes_nothing_over():
    graph, node_id = add_node(GRAPH, BY_TITLE["Output"], "confirm")
    assert wires(graph) == {*wires(GRAPH), ("confirm", node_id)}


def test_edges_out_of_a_switch_leave_by_one_of_its_branches():
    graph, switch = add_node(GRAPH, BY_TITLE["Switch"], "confirm")
    graph, node_id = add_node(graph, BY_TITLE["Expression"], switch)
    (edge,) = (edge for edge in graph["edges"] if edge["sourceId"] == switch)
    assert (edge["targetId"], edge["sourceHandle"]) == (node_id, "statement-1")
    (after,) = (edge for edge in graph["edges"] if edge["sourceId"] == node_id)
    assert "sourceHandle" not in after


def test_ids_names_and_edges_stay_unique():
    graph = GRAPH
    for kind in [*NODE_KINDS, *NODE_KINDS]:
        graph, _ = add_node(graph, kind, None)
    for part, key in (("nodes", "id"), ("nodes", "name"), ("edges", "id")):
        values = [item[key] for item in graph[part]]
        assert len(values) == len(set(values))


@pytest.mark.parametrize("odd", [{}, {"nodes": []}, {"nodes": [{"id": "a"}], "edges": []}, {"nodes": [{"name": 1}]}])
def test_an_unfinished_graph_takes_a_node_too(odd):
    graph, node_id = add_node(odd, NODE_KINDS[0], None)
    assert node_id in {node.get("id") for node in graph["nodes"]}
