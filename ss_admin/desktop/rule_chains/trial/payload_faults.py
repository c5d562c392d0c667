"""Keeps those faults of a payload that a change has not touched. No Qt."""

from collections.abc import Sequence
from typing import Any

from ss_admin.contract.problems import FieldFault
from ss_admin.desktop.rule_chains.json_editor.json_places import pointer_tokens
from ss_admin.desktop.rule_chains.trial.schema_shape import MISSING, same_json

__all__ = ["still_standing"]


def still_standing(faults: Sequence[FieldFault], before: object, after: object) -> list[FieldFault]:
    """The faults at whose pointers both payloads have the same value, or none."""
    return [fault for fault in faults if same_json(_value_at(before, fault.pointer), _value_at(after, fault.pointer))]


def _value_at(document: Any, pointer: str) -> object:  # noqa: ANN401 -- any JSON, walked through
    for token in pointer_tokens(pointer):
        if isinstance(document, dict) and token in document:
            document = document[token]
        elif isinstance(document, list) and token.isdecimal() and len(token) < 10 and int(token) < len(document):
            document = document[int(token)]
        else:
            return MISSING
    return document
