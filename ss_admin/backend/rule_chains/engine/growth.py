"""Estimates how large the values can become that a graph makes out of a payload: never too small, often too large.

Every size is a number of bytes as JSON: a part that grows with the payload, and a fixed one. Each mention of a member
counts with all that the member can hold. A member whose size is not known counts as everything that can stand there.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from ss_admin.backend.rule_chains.engine.parts import INPUT, TABLE, expressions_of, objects, text_of

__all__ = ["Growth", "Size", "TooComplex"]

_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_NAME = re.compile(r"(?<![\w.$#])([A-Za-z_$][\w$]*)(\.[A-Za-z_$][\w$]*)?(\s*\()?")
_CONSTANTS = frozenset({"and", "or", "in", "not", "true", "false", "null"})
_MANIFOLD = 16
"""What a text can become by being formatted, or taken apart character by character."""

_PER_VALUE = 64
"""The longest text of a number, a truth value or a date."""

_UUID = 64


class TooComplex(ValueError):
    """The graph goes in circles or is not formed as it should be."""


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes as JSON: `per_byte` for each byte of the payload, and `fixed` besides."""

    per_byte: float = 0.0
    fixed: float = 0.0

    def __add__(self, other: "Size") -> "Size":
        return Size(self.per_byte + other.per_byte, self.fixed + other.fixed)

    def times(self, factor: float) -> "Size":
        """So many of it."""
        return Size(self.per_byte * factor, self.fixed * factor)


@dataclass(slots=True)
class _Value:
    """What a node gives: the members that are known by name, and the rest."""

    members: dict[str, Size] = field(default_factory=dict)
    rest: Size = Size()

    def total(self) -> Size:
        return sum(self.members.values(), self.rest)

    def member(self, name: str) -> Size:
        return self.members.get(name, Size()) + self.rest

    def add(self, other: "_Value") -> None:
        for name, size in other.members.items():
            self.members[name] = self.members.get(name, Size()) + size
        self.rest += other.rest


class Growth:
    """The estimate for one graph. Raises `TooComplex`."""

    def __init__(self, definition: dict[str, Any]) -> None:
        self._nodes = {node["id"]: node for _, node in objects(definition["nodes"])}
        self._before: defaultdict[str, list[str]] = defaultdict(list)
        for _, edge in objects(definition["edges"]):
            self._before[edge["targetId"]].append(edge["sourceId"])
        self._everything = Size()  # what stands under `$nodes`
        self._besides = Size()  # what is only looked at, or handed out

    def largest(self) -> Size:
        """What all nodes of a run take and give together."""
        given: dict[str, _Value] = {}
        for node_id in self._in_order():
            value = _Value()
            for source in self._before[node_id]:
                value.add(given[source])
            if self._nodes[node_id]["type"] == INPUT:
                value.rest += Size(per_byte=1.0)
            taken = value.total()
            given[node_id] = self._give(self._nodes[node_id], value)
            self._everything += taken + given[node_id].total()
        return self._everything + self._besides

    def _in_order(self) -> list[str]:
        order: list[str] = []
        waiting = {node_id: set(self._before[node_id]) for node_id in self._nodes}
        while waiting:
            free = [node_id for node_id, sources in waiting.items() if not sources]
            if not free:
                raise TooComplex("the graph goes in circles")
            for node_id in free:
                del waiting[node_id]
            for sources in waiting.values():
                sources.difference_update(free)
            order += free
        return order

    def _give(self, node: dict[str, Any], taken: _Value) -> _Value:
        content = node.get("content") or {}
        for place in expressions_of(node):
            if place.may_be_empty and "(" in place.text:
                self._besides += taken.total()  # nothing is kept of it, but a function may read it all
        match node["type"]:
            case "expressionNode" | "decisionTableNode":
                return self._transform(node, content, taken)
            case "customNode":
                documents = [self._size(place.text, taken, _Value()) for place in expressions_of(node)]
                self._besides += sum(documents, taken.total() + self._everything)
                given = _Value(dict(taken.members), taken.rest)
                given.add(_Value({"record_id": Size(fixed=_UUID), "delivery_id": Size(fixed=_UUID)}))
                return given
        return taken

    def _transform(self, node: dict[str, Any], content: dict[str, Any], taken: _Value) -> _Value:
        within = taken
        if text_of(content, "inputField").strip():
            within = _Value(rest=self._size(content["inputField"], taken, _Value()))
        made = self._table(content, within) if node["type"] == TABLE else self._expressions(content, within)
        path = text_of(content, "outputPath").strip()
        if path:
            made = _Value({path.partition(".")[0]: made.total() + Size(fixed=len(path) + 8)})
        elif content.get("hitPolicy") == "collect":
            made = _Value(rest=made.total())
        if content.get("passThrough"):
            made.add(taken)
        return made

    def _expressions(self, content: dict[str, Any], taken: _Value) -> _Value:
        made = _Value()
        for _, item in objects(content.get("expressions")):
            key = text_of(item, "key")
            size = self._size(text_of(item, "value"), taken, made) + Size(fixed=len(key) + 8)
            made.add(_Value({key.partition(".")[0]: size}))
        return made

    def _table(self, content: dict[str, Any], taken: _Value) -> _Value:
        """As if every rule applied: what one rule makes is never more."""
        made = _Value()
        for _, rule in objects(content.get("rules")):
            for _, column in objects(content.get("outputs")):
                key = text_of(column, "field")
                size = self._size(text_of(rule, text_of(column, "id")), taken, _Value())
                size = Size(size.per_byte, size.fixed + len(key) + 8)
                name = key.partition(".")[0]
                if content.get("hitPolicy") == "collect":
                    made.add(_Value({name: size}))
                else:
                    known = made.members.get(name, Size())
                    made.members[name] = Size(max(known.per_byte, size.per_byte), max(known.fixed, size.fixed))
        return made

    def _size(self, text: str, taken: _Value, made: _Value) -> Size:
        """What an expression can give. `made`: what stands under `$` while a node's expressions are worked out."""
        size = Size(fixed=len(text.encode()) * 2 + _PER_VALUE)
        for name, member, call in _NAME.findall(_STRING.sub("''", text)):
            if call or name in _CONSTANTS:
                continue
            if name == "$":
                size += made.member(member[1:]) if member else made.total() + taken.total()
            elif name.startswith("$"):
                size += self._everything + taken.total() + made.total()
            else:
                size += taken.member(name)
        return size.times(_MANIFOLD) if re.search(r"\b(split|format)\s*\(", text) else size
