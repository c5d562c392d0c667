"""Small decision graphs for tests: a row of nodes from the request to the answer."""

from itertools import pairwise
from typing import Any

__all__ = ["call_webhook", "compute", "in_a_row", "save_record"]

Node = dict[str, Any]


def compute(**expressions: str) -> Node:
    """A node that answers with the named expressions, beside what it got."""
    listed = [{"id": f"x-{key}", "key": key, "value": value} for key, value in expressions.items()]
    return {
        "id": "compute",
        "type": "expressionNode",
        "name": "Compute",
        "content": {"expressions": listed, "passThrough": True, "executionMode": "single"},
    }


def save_record(collection: str = "alarms", **config: str) -> Node:
    """A node that saves a document."""
    config = {"collection": collection, **config}
    return {
        "id": f"save-{collection}",
        "type": "customNode",
        "name": f"Save in {collection}",
        "content": {"kind": "saveRecord", "config": config},
    }


def call_webhook(url: str = "https://example.com/hook", **config: str) -> Node:
    """A node that sends a webhook."""
    return {
        "id": "webhook",
        "type": "customNode",
        "name": "Tell them",
        "content": {"kind": "callWebhook", "config": {"url": url, **config}},
    }


def in_a_row(*nodes: Node) -> dict[str, Any]:
    """The graph that leads from the request through the nodes to the answer."""
    row = [{"id": "request", "type": "inputNode", "name": "Request"}, *nodes]
    row.append({"id": "response", "type": "outputNode", "name": "Answer"})
    placed = [{**node, "position": {"x": 300 * place, "y": 160}} for place, node in enumerate(row)]
    edges = [
        {"id": f"edge-{place}", "type": "edge", "sourceId": source["id"], "targetId": target["id"]}
        for place, (source, target) in enumerate(pairwise(row))
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": placed, "edges": edges}
