"""Tells the input schemas that are sure to be checked quickly: nothing calls itself, or unfolds into too much."""

import re
from typing import Any

from ss_admin.backend.rule_chains.engine.schema_parts import DATA_KEYWORDS, LostReference, find_referred, patterns_of

__all__ = ["is_light_schema"]

MAX_LIGHT_SUBSCHEMAS = 1000
"""With each reference counted as what it refers to."""

_LONGEST_PATTERN = 500
_COUNTED = re.compile(r"\{\s*(\d*)\s*,?\s*(\d*)\s*\}")
_LARGEST_COUNT = 100
_UNCLEAR = frozenset({"$dynamicRef", "$recursiveRef", "$id", "$anchor", "$dynamicAnchor", "$vocabulary"})


def is_light_schema(schema: dict[str, Any]) -> bool:
    """Whether checking a payload of moderate size takes no time to speak of."""
    if not all(_is_light_pattern(pattern) for _, pattern in patterns_of(schema)):
        return False
    try:
        return _Unfolding(schema).size(schema, ()) <= MAX_LIGHT_SUBSCHEMAS
    except (LostReference, _Unclear):
        return False


class _Unclear(Exception):
    """The schema refers to itself, or in ways that are not followed here."""


class _Unfolding:
    """Counts the subschemas that a schema stands for, each place worked out once."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._known: dict[str, int] = {}

    def size(self, part: object, within: tuple[str, ...]) -> int:
        if isinstance(part, list):
            return sum(self.size(item, within) for item in part)
        if not isinstance(part, dict):
            return 0
        if not _UNCLEAR.isdisjoint(part):
            raise _Unclear
        total = 1
        for name, value in part.items():
            if name == "$ref" and isinstance(value, str):
                total += self._referred(value, within)
            elif name in DATA_KEYWORDS:
                total += len(value) if isinstance(value, list) else 1
            elif name != "$defs" or value is not self._root.get("$defs"):
                total += self.size(value, within)
        return total

    def _referred(self, reference: str, within: tuple[str, ...]) -> int:
        if reference in within:
            raise _Unclear
        if reference not in self._known:
            self._known[reference] = self.size(find_referred(self._root, reference), (*within, reference))
        return self._known[reference]


def _is_light_pattern(pattern: str) -> bool:
    counts = [int(count) for match in _COUNTED.findall(pattern) for count in match if count]
    return len(pattern) <= _LONGEST_PATTERN and all(count <= _LARGEST_COUNT for count in counts)
