"""Pages of a list: which one is asked for, and the cursor, an opaque text that tells where the next begins."""

import base64
import binascii
import json
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ss_admin.contract.documents import PAGE_MAX_ITEMS

__all__ = ["CursorInvalid", "PageQuery", "decode_cursor", "encode_cursor", "refuse_nul"]

CURSOR_MAX_CHARACTERS = 4000
_INTEGER_LIMIT = 2**63


def refuse_nul(value: object) -> object:
    """The value as it is. Raises `ValueError` for a text with U+0000 in it, which PostgreSQL does not know."""
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("the character U+0000 is not allowed")
    return value


class PageQuery(BaseModel):
    """The query parameters that every list takes; a list adds its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(default=100, ge=1, le=PAGE_MAX_ITEMS, description="rows at most")
    cursor: str | None = Field(default=None, description="`next_cursor` of the page before")
    offset: int = Field(default=0, ge=0, le=2**31, description="rows to skip; not together with a cursor")

    @field_validator("*")
    @classmethod
    def _without_nul(cls, value: object) -> object:
        return refuse_nul(value)

    @model_validator(mode="after")
    def _one_beginning(self) -> Self:
        if self.cursor is not None and self.offset:
            raise ValueError("give cursor or offset, not both")
        return self


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
