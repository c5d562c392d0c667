"""Tells what checking a payload against an input schema costs, by what is written in the schema."""

import re
from dataclasses import dataclass
from typing import Any

from ss_admin.backend.rule_chains.engine.schema_parts import DATA_KEYWORDS, NAMED_SCHEMAS, LostReference, find_referred

__all__ = ["SchemaWeight", "weigh_schema"]

_LONGEST_PATTERN = 500
_COUNTED = re.compile(r"\{\s*(\d*)\s*,?\s*(\d*)\s*\}")
_REPEATED_AS_A_WHOLE = re.compile(r"\(|[}?*+]\s*\{")
_LARGEST_COUNT = 100
_UNCLEAR = frozenset({"$dynamicRef", "$recursiveRef", "$id", "$anchor", "$dynamicAnchor", "$vocabulary"})


@dataclass(frozen=True, slots=True)
class SchemaWeight:
    """How many subschemas it stands for, and how long its patterns are, each reference counted as what it refers to.

    What a pattern repeats counts as often as it is repeated.
    """

    subschemas: int = 0
    pattern_characters: int = 0

    def __add__(self, other: "SchemaWeight") -> "SchemaWeight":
        return SchemaWeight(self.subschemas + other.subschemas, self.pattern_characters + other.pattern_characters)


def weigh_schema(schema: dict[str, Any]) -> SchemaWeight | None:
    """The weight; None where it is not known: the schema refers to itself or very far, or has too large a pattern."""
    try:
        return _Unfolding(schema).weigh(schema, ())
    except (LostReference, _Unclear, RecursionError):
        return None


class _Unclear(Exception):
    """The schema refers to itself, or in ways that are not followed here."""


class _Unfolding:
    """Weighs a schema, each place that is referred to once."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._known: dict[str, SchemaWeight] = {}

    def weigh(self, part: object, within: tuple[str, ...]) -> SchemaWeight:
        if isinstance(part, list):
            return sum((self.weigh(item, within) for item in part), SchemaWeight())
        if not isinstance(part, dict):
            return SchemaWeight()
        if not _UNCLEAR.isdisjoint(part):
            raise _Unclear
        return sum((self._member(name, value, within) for name, value in part.items()), SchemaWeight(1))

    def _member(self, name: str, value: object, within: tuple[str, ...]) -> SchemaWeight:
        if name == "$ref" and isinstance(value, str):
            return self._referred(value, within)
        if name == "pattern" and isinstance(value, str):
            return _weigh_pattern(value)
        if name in DATA_KEYWORDS:
            return SchemaWeight(len(value) if isinstance(value, list) else 1)
        if name == "$defs" and value is self._root.get("$defs"):
            return SchemaWeight()
        if name in NAMED_SCHEMAS and isinstance(value, dict):
            return self._named(name, value, within)
        return self.weigh(value, within)

    def _named(self, keyword: str, schemas: dict[str, Any], within: tuple[str, ...]) -> SchemaWeight:
        if not _UNCLEAR.isdisjoint(schemas):
            raise _Unclear
        weight = sum((self.weigh(schema, within) for schema in schemas.values()), SchemaWeight(1))
        if keyword == "patternProperties":
            weight = sum((_weigh_pattern(pattern) for pattern in schemas), weight)
        return weight

    def _referred(self, reference: str, within: tuple[str, ...]) -> SchemaWeight:
        if reference in within:
            raise _Unclear
        if reference not in self._known:
            self._known[reference] = self.weigh(find_referred(self._root, reference), (*within, reference))
        return self._known[reference]


def _weigh_pattern(pattern: str) -> SchemaWeight:
    counts = [int(count) for match in _COUNTED.findall(pattern) for count in match if count]
    if len(pattern) > _LONGEST_PATTERN or any(count > _LARGEST_COUNT for count in counts):
        raise _Unclear
    characters = len(pattern) + sum(counts)
    if _REPEATED_AS_A_WHOLE.search(pattern):
        for count in counts:
            characters *= max(count, 1)
    return SchemaWeight(pattern_characters=characters)
