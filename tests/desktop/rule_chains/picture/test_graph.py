"""Definitions read for the picture, in words and however broken they are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ss_admin.desktop.rule_chains.picture.graph import MOST_NODES, ChainLink, read_graph
from ss_admin.desktop.rule_chains.picture.node_words import icon_of, kind_in_words, node_in_words


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("inputNode", {}, "Input"),
        ("outputNode", {}, "Output"),
        ("decisionTableNode", {"rules": [{}] * 8, "hitPolicy": "first"}, "Decision table · 8 rules"),
        ("decisionTableNode", {"rules": [{}], "hitPolicy": "collect"}, "Decision table · 1 rule · all hits"),
        ("expressionNode", {"expressions": [{}] * 3}, "Expression · 3 values"),
        ("switchNode", {"statements": [{}, {}]}, "Switch · 2 branches"),
        ("saveRecord", {"config": {"collection": "alarms"}}, "Saves into “alarms”"),
        ("saveRecord", {"config": 5}, "Saves a record"),
        ("callWebhook", {"config": {"url": "https://hooks.example.com:8443/x?y"}}, "Calls hooks.example.com"),
        ("callWebhook", {"config": {"url": "https://[broken"}}, "Calls a webhook"),
        ("functionNode", {}, "Script, not allowed"),
        ("loopNode", {}, "Unknown type “loopNode”"),
        ("", {}, "Without a type"),
    ],
)
def test_a_node_says_in_words_what_it_does(kind, content, words):
    assert node_in_words(kind, content) == words
    assert kind_in_words(kind)
    assert icon_of(kind).startswith("ph.")


def test_connections_know_the_branch_they_leave_a_switch_by(alarm_chain):
    graph = read_graph(alarm_chain)
    assert graph.nodes[2].branches == ('priority == "Emergency"', "Otherwise")
    assert ChainLink(2, 3, 0) in graph.links
    assert ChainLink(2, 4, 1) in graph.links


def test_what_cannot_be_drawn_is_left_out():
    definition = {
        "nodes": [{"id": "a", "type": "inputNode"}, 5, None, {"id": "a", "name": "Twin"}, {"name": ["no text"]}],
        "edges": [
            {"sourceId": "a", "targetId": "gone"},
            {"sourceId": "a", "targetId": "a"},
            {"sourceId": "a", "targetId": "a"},
            "x",
        ],
    }
    graph = read_graph(definition)
    assert [node.name for node in graph.nodes] == ["Without a name", "Twin", "Without a name"]
    assert graph.places() == {"a": 0}
    assert graph.links == (ChainLink(0, 0),)


def test_of_very_many_nodes_the_first_are_drawn_and_the_others_counted():
    graph = read_graph({"nodes": [{"id": str(number)} for number in range(MOST_NODES + 7)], "edges": []})
    assert (len(graph.nodes), graph.left_out) == (MOST_NODES, 7)


def test_the_last_of_very_many_branches_share_a_line():
    statements = [{"id": f"s{number}", "condition": f"x > {number}"} for number in range(30)]
    nodes = [{"id": "s", "type": "switchNode", "content": {"statements": statements}}, {"id": "t"}]
    edges = [{"sourceId": "s", "targetId": "t", "sourceHandle": handle} for handle in ("s0", "s20", "s29")]
    graph = read_graph({"nodes": nodes, "edges": edges})
    assert graph.nodes[0].branches[-1] == "… 19 more"
    assert graph.links == (ChainLink(0, 1, 0), ChainLink(0, 1, 11))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
keys = st.sampled_from(
    ["id", "type", "name", "content", "sourceId", "targetId", "sourceHandle", "statements", "config"]
)
node_values = json_values | st.sampled_from(["a", "switchNode", "customNode"])
parts = st.lists(st.dictionaries(keys, node_values, max_size=5) | json_values, max_size=6)


@given(st.dictionaries(st.sampled_from(["nodes", "edges"]), parts | json_values))
@settings(max_examples=50, deadline=None)
def test_no_definition_is_too_broken_to_be_read(definition):
    graph = read_graph(definition)
    assert all(0 <= end < len(graph.nodes) for link in graph.links for end in (link.source, link.target))
