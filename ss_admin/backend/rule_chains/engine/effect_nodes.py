"""The nodes that save and send: how the engine is made to work out what they take, and what a run gathers from them.

The engine hands a custom node's settings over as they stand. So that an expression in them is worked out by the engine
itself, with all that it knows at that place, a node that works it out is put in front of each such node.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ss_admin.backend.ids import TimeOrderedIds
from ss_admin.backend.rule_chains.engine.effects import CALL_WEBHOOK, SAVE_RECORD, Effect, SavedDocument, WebhookCall
from ss_admin.backend.rule_chains.engine.limits import MAX_EFFECTS
from ss_admin.backend.rule_chains.engine.outcomes import GraphFailed
from ss_admin.backend.rule_chains.engine.parts import CUSTOM, EFFECT_EXPRESSIONS, EXPRESSION, objects, text_of
from ss_admin.backend.rule_chains.engine.values import UnfitValue, json_size

__all__ = ["WORKED_OUT", "EffectNodes", "Gathered"]

WORKED_OUT = "$effect"
"""The member under which the expression's value reaches the node with the effect; nobody sees it."""

_IN_FRONT = "#in-front"
_HIDDEN = ("$nodes", WORKED_OUT)


@dataclass(slots=True)
class Gathered:
    """What one run wants done, in the order of its nodes, with its size as JSON; and why a node could not want it."""

    effects: list[Effect] = field(default_factory=list)
    bytes: int = 0
    failure: GraphFailed | None = None


class EffectNodes:
    """The nodes of a definition with the helping nodes put in. False if no node has an effect."""

    def __init__(self, definition: dict[str, Any]) -> None:
        self._nodes = {text_of(node, "id"): node for _, node in objects(definition.get("nodes"))}
        self._helped = {node_id for node_id, node in self._nodes.items() if _expression(node) is not None}
        self._any = any(node.get("type") == CUSTOM for node in self._nodes.values())
        self._ids = TimeOrderedIds()
        self.rewritten = self._rewrite(definition)

    def __bool__(self) -> bool:
        return self._any

    def node(self, node_id: str) -> dict[str, Any]:
        """The node as the administrator wrote it."""
        return self._nodes.get(node_id, {})

    def seen_as(self, node_id: str) -> str:
        """The node that an administrator knows, for the id of one that was put in."""
        return node_id if node_id in self._nodes else node_id.removesuffix(_IN_FRONT)

    def without(self, node_ids: Sequence[str]) -> dict[str, Any]:
        """The graph with these nodes passing their input on, to nowhere."""
        nodes = []
        for node in self.rewritten["nodes"]:
            if self.seen_as(node["id"]) in node_ids:
                passing = {"expressions": [], "passThrough": True}
                nodes.append({"id": node["id"], "name": node["name"], "type": EXPRESSION, "content": passing})
            else:
                nodes.append(node)
        edges = [
            edge
            for edge in self.rewritten["edges"]
            if edge["sourceId"] not in node_ids or edge["sourceId"] + _IN_FRONT == edge["targetId"]
        ]
        return {**self.rewritten, "nodes": nodes, "edges": edges}

    def handle(self, node: dict[str, Any], given: dict[str, Any], gathered: Gathered) -> dict[str, Any]:
        """What a node with an effect gives on: its input, with the id of what it saves or sends."""
        node_id = text_of(node, "id")
        try:
            effect = self._effect(node, given)
            gathered.bytes += json_size(effect.document if isinstance(effect, SavedDocument) else effect.data)
        except UnfitValue as fault:
            gathered.failure = GraphFailed(f"What it saves or sends cannot be given as JSON: {fault}.", node_id)
            raise
        except GraphFailed as failure:
            gathered.failure = failure
            raise
        gathered.effects.append(effect)
        if len(gathered.effects) > MAX_EFFECTS:
            gathered.failure = GraphFailed(f"A run saves and sends at most {MAX_EFFECTS} times.", node_id)
            raise gathered.failure
        member = "record_id" if isinstance(effect, SavedDocument) else "delivery_id"
        return {"output": {**_visible(given), member: effect.id}}

    def _effect(self, node: dict[str, Any], given: dict[str, Any]) -> Effect:
        node_id, name, config = text_of(node, "id"), text_of(node, "name"), node.get("config") or {}
        if not isinstance(given, dict):
            raise GraphFailed("Its input is not an object.", node_id)
        value = given.get(WORKED_OUT) if node_id in self._helped else _visible(given)
        new_id = self._ids.new(time.time_ns() // 1000)
        match node.get("kind"):
            case "saveRecord":
                return SavedDocument(new_id, node_id, name, text_of(config, "collection"), value)
            case "callWebhook":
                return WebhookCall(new_id, node_id, name, text_of(config, "url"), value)
        raise GraphFailed(f"There is no effect of this kind; there are {SAVE_RECORD} and {CALL_WEBHOOK}.", node_id)

    def _rewrite(self, definition: dict[str, Any]) -> dict[str, Any]:
        if not self._helped:
            return definition
        nodes = list(definition["nodes"])
        edges = []
        for node_id in self._helped:
            node = self._nodes[node_id]
            work = {"id": "0", "key": WORKED_OUT, "value": _expression(node)}
            content = {"expressions": [work], "passThrough": True}
            helper = {"id": node_id + _IN_FRONT, "name": text_of(node, "name") + _IN_FRONT, "type": EXPRESSION}
            nodes.append({**helper, "content": content})
            edges.append({"id": node_id + _IN_FRONT, "sourceId": node_id + _IN_FRONT, "targetId": node_id})
        for _, edge in objects(definition.get("edges")):
            helped = edge.get("targetId") in self._helped
            edges.append({**edge, "targetId": edge["targetId"] + _IN_FRONT} if helped else edge)
        return {**definition, "nodes": nodes, "edges": edges}


def _expression(node: dict[str, Any]) -> str | None:
    content = node.get("content")
    config = content.get("config") if isinstance(content, dict) else None
    if node.get("type") != CUSTOM or not isinstance(content, dict) or not isinstance(config, dict):
        return None
    return text_of(config, EFFECT_EXPRESSIONS.get(text_of(content, "kind"), "")) or None


def _visible(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in _HIDDEN}
