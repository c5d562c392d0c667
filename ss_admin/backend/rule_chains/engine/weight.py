"""Tells the chains that are sure to be quick from all others, by what is written in them and without running them.

A light chain runs in the worker itself, where nothing could stop it: what it may cost must be known beforehand. So it
has no loops, no functions whose cost is not bounded by their arguments' size, and what its nodes make out of a payload
is bounded: `[x, x]` in thirty nodes one after the other would make a thousand million values out of one.
"""

import re
from typing import Any

from ss_admin.backend.rule_chains.engine.expressions import find_size_fault
from ss_admin.backend.rule_chains.engine.graph_checks import count_cells
from ss_admin.backend.rule_chains.engine.growth import Growth, TooComplex
from ss_admin.backend.rule_chains.engine.limits import MAX_DEPTH
from ss_admin.backend.rule_chains.engine.parts import CUSTOM, INPUT, OUTPUT, expressions_of, objects, text_of
from ss_admin.backend.rule_chains.engine.schema_weight import weigh_schema
from ss_admin.backend.rule_chains.engine.values import depth_of

__all__ = ["MAX_LIGHT_PAYLOAD_BYTES", "largest_light_payload"]

MAX_LIGHT_PAYLOAD_BYTES = 64 * 1024
MAX_LIGHT_NODES = 100
MAX_LIGHT_CELLS = 2000
MAX_LIGHT_EXPRESSIONS = 4000
MAX_LIGHT_LEVELS = 256
"""Brackets and path parts over all expressions: no value that is made can be nested deeper, beyond the payload's own
levels. The engine ends the process at some 800 in a thread with 1 MiB of stack."""

MAX_LIGHT_BYTES = 4 * 1024 * 1024
"""What a run may make, by the estimate."""

MAX_LIGHT_PATTERN_CHARACTERS = 500
"""Of all patterns in `matches` together. The engine compiles each of them anew at every run, which takes up to 0.2 ms
a character (`\\w` stands for 700 ranges of characters)."""

MAX_LIGHT_SUBSCHEMAS = 1000
MAX_LIGHT_SCHEMA_PATTERN_CHARACTERS = 1000
"""A schema's patterns are compiled once, by the first call."""

MAX_LIGHT_PATTERN_WORK = 4 * 1024 * 1024
"""Characters of patterns times bytes of payload: a search takes up to 130 ns for each of these."""

_NAMES = """
abs avg bool ceil contains d date dateString dayOfMonth dayOfWeek dayOfYear duration endOf endsWith flatten floor
isNumeric keys len lower max median min mode monthOfYear monthString number rand round startOf startsWith string sum
time trim trunc type upper values weekOfYear year
add sub diff format isSame isBefore isAfter isSameOrBefore isSameOrAfter isValid isToday isTomorrow isYesterday
isLeapYear second minute hour day weekday week month quarter timestamp offsetName tz set
split
"""
_QUICK_FUNCTIONS = frozenset(_NAMES.split())
_NO_CALLS = frozenset({"and", "or", "in", "not"})
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_CALL = re.compile(r"([A-Za-z_]\w*)\s*\(")
_MATCHES = re.compile(r"\bmatches\s*\(\s*[\w.$]+\s*,\s*(\"[^\"{]{0,64}\"|'[^'{]{0,64}')\s*\)")


def largest_light_payload(input_schema: dict[str, Any], definition: dict[str, Any]) -> int | None:
    """Up to how many bytes of payload (as JSON, however it was sent) a run is sure to be quick; None if it never is.

    What was sent can be shorter than what is written of it again: texts never are, but `1e15` becomes 18 characters,
    with its comma 3.8 times as many. No number that a payload may hold grows by more. The estimate bounds work: it
    counts bytes, since a value has two at least (`1,`), and a long number costs a run up to 2.5 times what as many
    bytes of the shortest ones do, which is far within `SLOW_MILLISECONDS` of a light chain.
    """
    try:
        if max(depth_of(input_schema), depth_of(definition)) > MAX_DEPTH:
            return None
        schema = weigh_schema(input_schema)
        if schema is None or schema.subschemas > MAX_LIGHT_SUBSCHEMAS or not _has_light_nodes(definition):
            return None
        if schema.pattern_characters > MAX_LIGHT_SCHEMA_PATTERN_CHARACTERS:
            return None
        characters = schema.pattern_characters + _pattern_characters(definition)
        growth = Growth(definition).largest()
    except (TooComplex, AttributeError, KeyError, TypeError, ValueError, RecursionError):
        # What is not even formed as a definition should be has been stored by other ways; it goes the careful way.
        return None
    room = (MAX_LIGHT_BYTES - growth.fixed) / max(growth.per_byte, 1)
    room = min(room, MAX_LIGHT_PATTERN_WORK / max(characters, 1))
    return min(int(room), MAX_LIGHT_PAYLOAD_BYTES) if room >= 1 else None


def _has_light_nodes(definition: dict[str, Any]) -> bool:
    nodes = [node for _, node in objects(definition["nodes"])]
    if not nodes or len(nodes) > MAX_LIGHT_NODES or count_cells(nodes) > MAX_LIGHT_CELLS or definition.get("blocks"):
        return False
    if _pattern_characters(definition) > MAX_LIGHT_PATTERN_CHARACTERS:
        return False
    levels = expressions = 0
    for node in nodes:
        content = node.get("content")
        if isinstance(content, dict):
            if content.get("executionMode") == "loop" or (node["type"] in (INPUT, OUTPUT) and content.get("schema")):
                return False
            levels += _path_levels(content)
        for place in expressions_of(node):
            expressions += 1
            if place.may_be_empty and not place.text.strip():
                continue
            if not _is_light_expression(place.text, unary=place.unary):
                return False
            levels += 0 if place.unary else _brackets(place.text)
        levels += node["type"] == CUSTOM
    return levels <= MAX_LIGHT_LEVELS and expressions <= MAX_LIGHT_EXPRESSIONS


def _pattern_characters(definition: dict[str, Any]) -> int:
    """How long the patterns in `matches` are together, with their quotation marks."""
    texts = [place.text for _, node in objects(definition["nodes"]) for place in expressions_of(node)]
    return sum(len(pattern) for text in texts for pattern in _MATCHES.findall(text))


def _path_levels(content: dict[str, Any]) -> int:
    """How much deeper a node's paths put values, at most."""
    keys = [text_of(item, "key") for _, item in objects(content.get("expressions"))]
    fields = [text_of(item, "field") for _, item in objects(content.get("outputs"))]
    deepest = max((path.count(".") for path in [*keys, *fields]), default=0)
    return deepest + text_of(content, "outputPath").count(".") + 1


def _brackets(text: str) -> int:
    code = _STRING.sub("''", text)
    return code.count("[") + code.count("{")


def _is_light_expression(text: str, *, unary: bool) -> bool:
    if find_size_fault(text) is not None:
        return False
    code = _STRING.sub("''", _MATCHES.sub("true", text))
    calls = set(_CALL.findall(code)) - _NO_CALLS
    return calls <= _QUICK_FUNCTIONS and not (".." in code and (calls or not unary)) and "#" not in code
