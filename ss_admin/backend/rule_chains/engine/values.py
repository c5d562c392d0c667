"""Looks at values that a run took or made: whether they are JSON, and how large they are as such."""

import math
from collections.abc import Callable
from typing import Any

import orjson

__all__ = ["UnfitValue", "as_json", "depth_of", "json_size", "shown"]

MAX_SHOWN_BYTES = 32 * 1024


class UnfitValue(ValueError):
    """A value that cannot be told in JSON, or that cannot be stored; the message says what it is."""


def json_size(value: object) -> int:
    """Bytes of the value as JSON. Raises `UnfitValue` where it has no JSON that can be stored and read back."""
    return len(as_json(value))


def as_json(value: object) -> bytes:
    """The value as JSON. Raises `UnfitValue` where it has no JSON that can be stored and read back."""
    try:
        text = orjson.dumps(value)
    except (TypeError, ValueError, RecursionError):
        raise UnfitValue("it is nested too deeply, or has a number or a character that JSON does not know") from None
    # Both are found in the text first: to look at every value takes longer than all the rest. One character alone is
    # found in a third of the time of several.
    if b"null" in text and _has(value, _is_no_number):
        raise UnfitValue("it has a number that is not finite")
    if b"\\" in text and b"\\u0000" in text and _has(value, _has_nul):
        raise UnfitValue("it has the character U+0000")
    return text


def shown(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The value as a trace keeps it: a large one is replaced by words that say so."""
    try:
        size = json_size(value)
    except UnfitValue as fault:
        return f"(not kept: {fault})"
    return value if size <= MAX_SHOWN_BYTES else f"(not kept: {size / 1024:,.0f} KiB as JSON)"


def _has(value: object, test: Callable[[object], bool]) -> bool:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending += item
            pending += item.values()
        elif isinstance(item, list | tuple):
            pending += item
        elif test(item):
            return True
    return False


def _is_no_number(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _has_nul(value: object) -> bool:
    return isinstance(value, str) and "\0" in value


def depth_of(document: object) -> int:
    """Levels of objects and arrays, the outermost one included; however deep, at no cost to the stack."""
    depth = 0
    level: list[object] = [document]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return depth
