"""Reads JSON objects that are beyond doubt, in a microsecond; whatever has any doubt about it is left to others.

A fast parser keeps the last of repeated names and turns integers of more than 64 bits into floats, silently. Neither
goes unnoticed here: the quotation marks tell how many texts were sent, and floats are kept far from such integers.
"""

from collections.abc import Iterable
from typing import Any

import orjson

__all__ = ["read_plain_object"]

_DEEPEST = 64
_BELOW_ANY_LONG_INTEGER = 2.0**63
_IN_DOUBT = -(2**62)
"""A count that no number of texts makes up for."""

_QUOTATION_MARK = b'"'
_ESCAPED_MARK = b'\\"'


def read_plain_object(body: bytes) -> dict[str, Any] | None:
    """The object that `body` (UTF-8) holds; None where this cannot tell whether a strict parser would refuse it."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if type(value) is not dict:
        return None
    marks = body.count(_QUOTATION_MARK)
    if b"\\" in body:
        # An escaped backslash may stand before a mark that ends its text; U+0000 is well-formed, but not accepted.
        if b"\\\\" in body or b"\\u0000" in body:
            return None
        marks -= body.count(_ESCAPED_MARK)
    # Of a repeated name only one is left in what was read, so there are fewer texts than pairs of marks.
    return value if 2 * _count_texts(value, 1) == marks else None


def _count_texts(value: dict[str, Any] | list[Any], depth: int) -> int:
    """How many texts there are in it, names included; far below none where a number or the depth is in doubt."""
    if depth > _DEEPEST:
        return _IN_DOUBT
    texts = 0
    items: Iterable[Any] = value
    if type(value) is dict:
        texts, items = len(value), value.values()
    for item in items:
        kind = type(item)
        if kind is str:
            texts += 1
        elif kind is dict or kind is list:
            texts += _count_texts(item, depth + 1)
        elif kind is float and not -_BELOW_ANY_LONG_INTEGER < item < _BELOW_ANY_LONG_INTEGER:
            return _IN_DOUBT
    return texts
