"""Decision graphs in GoRules' JSON, for tests: nodes in a row, or with the edges that are given."""

import itertools
from typing import Any

from ss_admin.backend.rule_chains.engine.runs import ChainSource

__all__ = [
    "ENDLESS",
    "HEAVY",
    "effect",
    "expressions",
    "graph",
    "node",
    "row",
    "saved",
    "sent",
    "source",
    "switch",
    "table",
]

JsonObject = dict[str, Any]
ENDLESS = "len(map([1..3000], len(map([1..3000], len(map([1..3000], #))))))"
"""Takes hours, and hardly any memory: the inner lists are gone as soon as they are counted."""

HEAVY = "len(map([1..1000], len(map([1..200], #))))"
"""Takes a fair while, in which the engine lets nothing else run in its process."""


def node(node_id: str, kind: str, content: JsonObject | None = None) -> JsonObject:
    """A node whose name is its id with a capital letter."""
    return {
        "id": node_id,
        "type": kind,
        "name": node_id.capitalize(),
        **({} if content is None else {"content": content}),
    }


def graph(*nodes: JsonObject, edges: list[tuple[str, ...]]) -> JsonObject:
    """A graph; an edge is source and target, and for switches the condition's id."""
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": list(nodes),
        "edges": [
            {"id": f"e{number}", "type": "edge", "sourceId": edge[0], "targetId": edge[1]}
            | ({"sourceHandle": edge[2]} if len(edge) > 2 else {})
            for number, edge in enumerate(edges)
        ],
    }


def row(*nodes: JsonObject) -> JsonObject:
    """The nodes one after the other, behind an input node."""
    every = [node("in", "inputNode"), *nodes]
    return graph(*every, edges=[(before["id"], after["id"]) for before, after in itertools.pairwise(every)])


def expressions(node_id: str = "sum", /, *, attributes: JsonObject | None = None, **values: str) -> JsonObject:
    """An expression node."""
    items = [{"id": key, "key": key, "value": value} for key, value in values.items()]
    return node(node_id, "expressionNode", {"expressions": items, **(attributes or {})})


def table(node_id: str = "triage", /, **content: Any) -> JsonObject:
    """A decision table: `a` above 1 gives the level "high", anything else "low"."""
    standard = {
        "hitPolicy": "first",
        "inputs": [{"id": "i", "name": "Amount", "field": "a"}],
        "outputs": [{"id": "o", "name": "Level", "field": "level"}],
        "rules": [{"_id": "1", "i": "> 1", "o": "'high'"}, {"_id": "2", "i": "", "o": "'low'"}],
    }
    return node(node_id, "decisionTableNode", {**standard, **content})


def switch(node_id: str = "way", /, **conditions: str) -> JsonObject:
    """A switch with a condition of each id."""
    statements = [{"id": name, "condition": condition} for name, condition in conditions.items()]
    return node(node_id, "switchNode", {"hitPolicy": "first", "statements": statements})


def effect(node_id: str, kind: str, **config: Any) -> JsonObject:
    """A node that saves or sends."""
    return node(node_id, "customNode", {"kind": kind, "config": config})


def saved(node_id: str = "save", /, **config: Any) -> JsonObject:
    """A node that saves a document in the collection “alarms”."""
    return effect(node_id, "saveRecord", **{"collection": "alarms", **config})


def sent(node_id: str = "send", /, **config: Any) -> JsonObject:
    """A node that calls a webhook."""
    return effect(node_id, "callWebhook", **{"url": "https://partner.example/hook", **config})


def source(definition: JsonObject, *, version: int = 1, input_schema: JsonObject | None = None) -> ChainSource:
    """The stored form of a chain that takes any object."""
    return ChainSource(version, {"type": "object"} if input_schema is None else input_schema, definition)
