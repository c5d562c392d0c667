"""Checks an input schema before it is saved, and gives each fault its place in the schema."""

import re
from collections.abc import Iterator
from typing import Any

from ss_admin.backend.rule_chains.engine.faults import FaultList
from ss_admin.backend.rule_chains.engine.input_schema import InputSchema, InvalidSchema, find_schema_faults

__all__ = ["check_schema", "patterns_of"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DATA = frozenset({"const", "enum", "default", "examples"})
"""Keywords that hold values, not schemas."""

_NO_TYPE = "The type must be string, number, integer, boolean, object, array or null, or a list of some of them."
_LOOK_AROUND = re.compile(r"\(\?<?[=!]")
_BACK_REFERENCE = re.compile(r"(?<!\\)(?:\\\\)*\\(?:[1-9]|k<)")

Path = tuple[str | int, ...]


def check_schema(schema: dict[str, Any], faults: FaultList) -> None:
    """Note everything that is wrong with a schema of a permitted size and depth."""
    already = len(faults.faults)
    _check_draft(schema, faults)
    for path, pattern in patterns_of(schema):
        told = _find_pattern_fault(pattern)
        if told is not None:
            faults.add(("input_schema", *path), told)
    known = {fault.pointer for fault in faults.faults}
    for fault in find_schema_faults(schema):
        if f"/input_schema{fault.pointer}" not in known:
            detail = _NO_TYPE if fault.pointer.endswith("/type") else fault.detail
            faults.add_at(f"/input_schema{fault.pointer}", detail)
    if len(faults.faults) > already:
        return
    try:
        InputSchema(schema)
    except InvalidSchema as fault:
        lost = [path for path, reference in _references_of(schema) if not _is_found(reference, schema)]
        faults.add(("input_schema", *(fault.path or (lost[0] if lost else ()))), str(fault))


def patterns_of(schema: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every regular expression in a schema, with the way to it."""
    if isinstance(schema, list):
        for index, item in enumerate(schema):
            yield from patterns_of(item, (*path, index))
    elif isinstance(schema, dict):
        for name, value in schema.items():
            if name == "pattern" and isinstance(value, str):
                yield (*path, name), value
            elif name == "patternProperties" and isinstance(value, dict):
                yield from (((*path, name, pattern), pattern) for pattern in value)
            if name not in _DATA:
                yield from patterns_of(value, (*path, name))


def _references_of(schema: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    items = schema.items() if isinstance(schema, dict) else enumerate(schema) if isinstance(schema, list) else ()
    for name, value in items:
        if name == "$ref" and isinstance(value, str):
            yield (*path, name), value
        elif name not in _DATA:
            yield from _references_of(value, (*path, name))


def _is_found(reference: str, schema: dict[str, Any]) -> bool:
    """Whether a reference is a pointer to something in the schema; anchors and addresses are taken for lost."""
    found: object = schema
    for token in filter(None, reference.removeprefix("#").split("/")):
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, dict) and name in found:
            found = found[name]
        else:
            return False
    return reference.startswith("#")


def _check_draft(schema: dict[str, Any], faults: FaultList) -> None:
    draft = schema.get("$schema", _DRAFT)
    if not isinstance(draft, str) or draft.rstrip("#") != _DRAFT:
        faults.add(("input_schema", "$schema"), f"Rule chains use JSON Schema 2020-12: this must be “{_DRAFT}”.")
    kind = schema.get("type", "object")
    kinds = kind if isinstance(kind, list) else [kind]
    if "object" not in kinds:
        faults.add(("input_schema", "type"), "A payload is always an object: the type must be “object”.")


def _find_pattern_fault(pattern: str) -> str | None:
    try:
        InputSchema({"pattern": pattern})
    except InvalidSchema:
        if _LOOK_AROUND.search(pattern):
            return (
                "This pattern looks ahead or behind (“(?=”, “(?!”, “(?<”), which could take very long. Do without it."
            )
        if _BACK_REFERENCE.search(pattern):
            return "This pattern refers back to a group (“\\1”), which could take very long. Do without it."
        return "This is no regular expression that can be used: it is not complete, or too large."
    return None
