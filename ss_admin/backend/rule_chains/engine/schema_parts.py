"""Reads the parts of an input schema: its patterns, its references, and what a reference leads to."""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["DATA_KEYWORDS", "NAMED_SCHEMAS", "LostReference", "find_referred", "patterns_of", "references_of"]

DATA_KEYWORDS = frozenset({"const", "enum", "default", "examples"})
"""Keywords that hold values, not schemas."""

NAMED_SCHEMAS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
"""Keywords that hold schemas by names of the author's own, which may be those of keywords."""

Path = tuple[str | int, ...]


class LostReference(ValueError):
    """A reference leads nowhere, or in ways that are not followed here: by an anchor, or out of the schema."""


def patterns_of(schema: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every regular expression in a schema, with the way to it."""
    for name, value in _members(schema):
        if name == "pattern" and isinstance(value, str):
            yield (*path, name), value
        elif name == "patternProperties" and isinstance(value, dict):
            yield from (((*path, name, pattern), pattern) for pattern in value)
        if name not in DATA_KEYWORDS:
            yield from patterns_of(value, (*path, name))


def references_of(schema: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every `$ref` in a schema, with the way to it."""
    for name, value in _members(schema):
        if name == "$ref" and isinstance(value, str):
            yield (*path, name), value
        elif name not in DATA_KEYWORDS:
            yield from references_of(value, (*path, name))


def find_referred(schema: Mapping[str, Any], reference: str) -> object:
    """What a reference by JSON Pointer (RFC 6901) leads to within the schema. Raises `LostReference`.

    Percent-encoded ones are not followed: libraries do not agree on whether they are decoded before they are split.
    """
    if (reference != "#" and not reference.startswith("#/")) or "%" in reference:
        raise LostReference
    found: object = schema
    for token in reference.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, dict) and name in found:
            found = found[name]
        else:
            raise LostReference
    return found


def _members(schema: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(schema, dict):
        yield from schema.items()
    elif isinstance(schema, list):
        yield from enumerate(schema)
