"""New nodes for a graph: each as small as it can be and still be saved, wired in behind another node. No Qt."""

import copy
from dataclasses import dataclass
from typing import Any

__all__ = ["NODE_KINDS", "NodeKind", "add_node"]

JsonObject = dict[str, Any]

_STEP = 340


@dataclass(frozen=True)
class NodeKind:
    """A kind of node: its words on the menu, one line about it, its icon, and what a new one looks like."""

    title: str
    line: str
    icon: str
    node: JsonObject
    ends: bool = False
    """Whether nothing can follow it."""


NODE_KINDS = (
    NodeKind(
        "Decision table",
        "Rows of conditions, and what each gives",
        "ph.table",
        {
            "type": "decisionTableNode",
            "name": "Decision table",
            "content": {
                "hitPolicy": "first",
                "inputs": [{"id": "in-1", "name": "Input", "field": "field"}],
                "outputs": [{"id": "out-1", "name": "Output", "field": "result"}],
                "rules": [{"_id": "rule-1", "in-1": "", "out-1": '"value"'}],
                "passThrough": True,
            },
        },
    ),
    NodeKind(
        "Expression",
        "Values worked out of other values",
        "ph.math-operations",
        {
            "type": "expressionNode",
            "name": "Expression",
            "content": {
                "expressions": [{"id": "expression-1", "key": "result", "value": "1 + 1"}],
                "passThrough": True,
                "inputField": None,
                "outputPath": None,
                "executionMode": "single",
            },
        },
    ),
    NodeKind(
        "Switch",
        "Goes on only where its condition holds",
        "ph.git-branch",
        {
            "type": "switchNode",
            "name": "Switch",
            "content": {"hitPolicy": "first", "statements": [{"id": "statement-1", "condition": "true"}]},
        },
    ),
    NodeKind(
        "Save record",
        "Keeps a document in a collection",
        "ph.database",
        {
            "type": "customNode",
            "name": "Save record",
            "content": {"kind": "saveRecord", "config": {"collection": "records"}},
        },
    ),
    NodeKind(
        "Call webhook",
        "Sends a signed POST to an https address",
        "ph.paper-plane-tilt",
        {
            "type": "customNode",
            "name": "Call webhook",
            "content": {"kind": "callWebhook", "config": {"url": "https://hooks.example.com/rule-chain"}},
        },
    ),
    NodeKind(
        "Output", "Where an answer leaves the graph", "ph.sign-out", {"type": "outputNode", "name": "Output"}, ends=True
    ),
)


def add_node(definition: JsonObject, kind: NodeKind, after: str | None) -> tuple[JsonObject, str]:
    """The graph with a new node in it, and the node's id.

    It is wired in behind the node `after` (or the last one that something can follow): what came after that one now
    comes after the new one. A node that ends the graph takes nothing over.
    """
    graph = copy.deepcopy(definition)
    nodes: list[JsonObject] = graph.setdefault("nodes", [])
    edges: list[JsonObject] = graph.setdefault("edges", [])
    before = _node_to_follow(nodes, after)
    node_id = _unused(kind.title, {str(node.get("id")) for node in nodes})
    node = {"id": node_id, **copy.deepcopy(kind.node), "position": _place_beside(before)}
    node["name"] = _unused_name(str(node["name"]), {str(other.get("name")) for other in nodes})
    nodes.append(node)
    if before is None:
        return graph, node_id
    statements = (kind.node.get("content") or {}).get("statements")
    for edge in edges:
        if not kind.ends and edge.get("sourceId") == before["id"]:
            edge["sourceId"] = node_id
            edge.pop("sourceHandle", None)
            if statements:
                edge["sourceHandle"] = statements[0]["id"]
    edge_id = _unused(f"edge-{before['id']}-{node_id}", {str(edge.get("id")) for edge in edges})
    new_edge = {"id": edge_id, "type": "edge", "sourceId": before["id"], "targetId": node_id}
    if handle := _first_handle(before):
        new_edge["sourceHandle"] = handle
    edges.append(new_edge)
    return graph, node_id


def _node_to_follow(nodes: list[JsonObject], after: str | None) -> JsonObject | None:
    followed = [node for node in nodes if node.get("type") != "outputNode" and "id" in node]
    chosen = next((node for node in followed if node["id"] == after), None)
    return chosen or (followed[-1] if followed else None)


def _first_handle(node: JsonObject) -> str | None:
    """The handle that an edge out of a switch needs."""
    content = node.get("content")
    statements = content.get("statements") if isinstance(content, dict) else None
    if node.get("type") != "switchNode" or not isinstance(statements, list) or not statements:
        return None
    handle = statements[0].get("id") if isinstance(statements[0], dict) else None
    return handle if isinstance(handle, str) else None


def _place_beside(node: JsonObject | None) -> JsonObject:
    position = node.get("position") if node else None
    if not isinstance(position, dict):
        return {"x": 80, "y": 160}
    x, y = position.get("x"), position.get("y")
    return {"x": (x if isinstance(x, int | float) else 80) + _STEP, "y": y if isinstance(y, int | float) else 160}


def _unused(text: str, taken: set[str]) -> str:
    wanted = text.casefold().replace(" ", "-")
    return next(name for number in range(1, len(taken) + 2) if (name := _numbered(wanted, number, "-")) not in taken)


def _unused_name(wanted: str, taken: set[str]) -> str:
    return next(name for number in range(1, len(taken) + 2) if (name := _numbered(wanted, number, " ")) not in taken)


def _numbered(text: str, number: int, between: str) -> str:
    return text if number == 1 else f"{text}{between}{number}"
