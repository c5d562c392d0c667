"""Cursors: where the next page of a list begins, as an opaque text for the wire."""

import base64
import binascii
import json

__all__ = ["CursorInvalid", "decode_cursor", "encode_cursor"]

CURSOR_MAX_CHARACTERS = 4000
_INTEGER_LIMIT = 2**63


class CursorInvalid(Exception):
    """The cursor was not made by this list."""


def encode_cursor(*keys: str | int) -> str:
    """The sort keys of a page's last row as one text."""
    text = json.dumps(keys, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8")).decode("ascii").rstrip("=")


def decode_cursor(cursor: str, *types: type) -> tuple[str | int, ...]:
    """The keys back, checked against the types that the list expects. Raises `CursorInvalid`."""
    if len(cursor) > CURSOR_MAX_CHARACTERS:
        raise CursorInvalid
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("utf-8")
        keys = json.loads(text)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise CursorInvalid from error
    if not isinstance(keys, list) or len(keys) != len(types):
        raise CursorInvalid
    if not all(_is_key(key, kind) for key, kind in zip(keys, types, strict=True)):
        raise CursorInvalid
    return tuple(keys)


def _is_key(key: object, kind: type) -> bool:
    if kind is int:
        return type(key) is int and -_INTEGER_LIMIT <= key < _INTEGER_LIMIT
    return isinstance(key, str) and "\x00" not in key and not any("\ud800" <= letter <= "\udfff" for letter in key)
