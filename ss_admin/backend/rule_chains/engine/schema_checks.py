"""Checks an input schema before it is saved, and gives each fault its place in the schema."""

import re
from typing import Any

from ss_admin.backend.rule_chains.engine.faults import FaultList
from ss_admin.backend.rule_chains.engine.input_schema import InputSchema, InvalidSchema, find_schema_faults
from ss_admin.backend.rule_chains.engine.schema_parts import (
    LostReference,
    find_referred,
    patterns_of,
    references_of,
)

__all__ = ["check_schema"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NO_TYPE = "The type must be string, number, integer, boolean, object, array or null, or a list of some of them."
_LOOK_AROUND = re.compile(r"\(\?<?[=!]")
_BACK_REFERENCE = re.compile(r"(?<!\\)(?:\\\\)*\\(?:[1-9]|k<)")


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
        lost = [path for path, reference in references_of(schema) if _is_lost(reference, schema)]
        faults.add(("input_schema", *(fault.path or (lost[0] if lost else ()))), str(fault))


def _is_lost(reference: str, schema: dict[str, Any]) -> bool:
    try:
        find_referred(schema, reference)
    except LostReference:
        return True
    return False


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
