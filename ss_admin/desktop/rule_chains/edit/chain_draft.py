"""What stands in the editor of a chain, and the change of the chain that it amounts to. No Qt."""

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from ss_admin.contract.rule_chains import RuleChainChange, RuleChainDetail
from ss_admin.desktop.rule_chains.edit.json_changes import describe_changes
from ss_admin.desktop.rule_chains.name_fault import find_description_fault, find_name_fault
from ss_admin.desktop.widgets.versions import ConflictRow, difference_between

__all__ = [
    "JSON_FIELDS",
    "ChainDraft",
    "DraftField",
    "compare_versions",
    "has_webhook",
    "same_json",
    "without_what_is_there",
]

JsonObject = dict[str, Any]


class DraftField(StrEnum):
    """A field of the editor, by its name in `RuleChainChange`."""

    NAME = "name"
    DESCRIPTION = "description"
    IS_EXTERNAL = "is_external"
    ENABLED = "enabled"
    INPUT_SCHEMA = "input_schema"
    DEFINITION = "definition"
    SAMPLE_PAYLOAD = "sample_payload"

    @property
    def label(self) -> str:
        """The field's words on the screen."""
        return "Is External" if self is DraftField.IS_EXTERNAL else self.value.replace("_", " ").capitalize()


JSON_FIELDS = (DraftField.DEFINITION, DraftField.INPUT_SCHEMA, DraftField.SAMPLE_PAYLOAD)
"""The fields that are written as JSON, in the order of their tabs."""


@dataclass(frozen=True)
class ChainDraft:
    """A JSON field is None while its text says no document."""

    name: str
    description: str
    is_external: bool
    enabled: bool
    input_schema: JsonObject | None
    definition: JsonObject | None
    sample_payload: JsonObject | None

    @classmethod
    def of(cls, chain: RuleChainDetail) -> "ChainDraft":
        """The draft that changes nothing about `chain`."""
        return cls(**{field.value: getattr(chain, field.value) for field in DraftField})

    def changed_fields(self, base: RuleChainDetail) -> list[DraftField]:
        """The fields that would be other than in `base`, or cannot be read."""
        return [field for field in DraftField if _key(field, self) != _key(field, base)]

    def to_change(self, base: RuleChainDetail) -> RuleChainChange | None:
        """The order that makes `base` this draft; None where there is nothing to order. All fields must be readable."""
        fields = self.changed_fields(base)
        if not fields:
            return None
        return RuleChainChange.model_validate({field.value: getattr(self, field.value) for field in fields})

    def rebased(self, base: RuleChainDetail, theirs: RuleChainDetail) -> "ChainDraft":
        """What was changed here over `base`, on `theirs` instead."""
        mine = {field.value: getattr(self, field.value) for field in self.changed_fields(base)}
        return replace(ChainDraft.of(theirs), **mine)

    def find_faults(self) -> dict[DraftField, str]:
        """What is wrong with the fields that are no JSON; the JSON's faults stand in their editors."""
        faults = {
            DraftField.NAME: find_name_fault(self.name),
            DraftField.DESCRIPTION: find_description_fault(self.description),
        }
        return {field: fault for field, fault in faults.items() if fault}


def without_what_is_there(change: RuleChainChange, theirs: RuleChainDetail) -> RuleChainChange | None:
    """What of a change is not so in `theirs` already; None: nothing, as after an answer that was lost on its way."""
    draft = ChainDraft.of(theirs)
    left = {
        name: getattr(change, name)
        for name in change.model_fields_set
        if _key(DraftField(name), change) != _key(DraftField(name), draft)
    }
    return RuleChainChange.model_validate(left) if left else None


def compare_versions(base: RuleChainDetail, draft: ChainDraft, theirs: RuleChainDetail) -> list[ConflictRow]:
    """Every field of the editor in its order. `base`: the version that the editor was opened with."""
    rows = []
    for field in DraftField:
        difference = difference_between(_key(field, base), _key(field, draft), _key(field, theirs))
        yours, others = (_words(field, version) + _changes(field, base, version) for version in (draft, theirs))
        rows.append(ConflictRow(field.label, yours, others, difference))
    return rows


def has_webhook(definition: JsonObject | None) -> bool:
    """Whether a node of the graph calls a webhook."""
    nodes = (definition or {}).get("nodes")
    return isinstance(nodes, list) and any(_is_webhook(node) for node in nodes)


def same_json(one: object, other: object) -> bool:
    """Whether two values are written alike; to Python `1`, `1.0` and `true` would be the same."""
    return json.dumps(one) == json.dumps(other)


def _is_webhook(node: object) -> bool:
    content = node.get("content") if isinstance(node, dict) else None
    return isinstance(content, dict) and content.get("kind") == "callWebhook"


def _key(field: DraftField, version: ChainDraft | RuleChainDetail | RuleChainChange) -> str:
    """What is compared: JSON as text, see `same_json`."""
    value = getattr(version, field.value)
    if isinstance(value, str):
        return value.strip()
    return json.dumps(value)


def _words(field: DraftField, version: ChainDraft | RuleChainDetail) -> str:
    value = getattr(version, field.value)
    if isinstance(value, bool):
        return "On" if value else "Off"
    if isinstance(value, str):
        text = " ".join(value.split())
        return f"{text[:160]}…" if len(text) > 160 else text or "Empty"
    if value is None:
        return "JSON that cannot be read"
    if field is DraftField.DEFINITION:
        return _graph_words(value)
    lines = json.dumps(value, indent=2).count("\n") + 1
    return "1 line of JSON" if lines == 1 else f"{lines:,} lines of JSON"


def _changes(field: DraftField, base: RuleChainDetail, version: ChainDraft | RuleChainDetail) -> str:
    """What of a field that is JSON differs from the version that the editor was opened with, on lines of its own."""
    if field not in JSON_FIELDS or (value := getattr(version, field.value)) is None:
        return ""
    told = describe_changes(getattr(base, field.value), value)
    return f"\n{told}" if told else ""


def _graph_words(definition: JsonObject) -> str:
    nodes, edges = definition.get("nodes"), definition.get("edges")
    counts = [len(part) if isinstance(part, list) else 0 for part in (nodes, edges)]
    lines = json.dumps(definition, indent=2).count("\n") + 1
    return f"{counts[0]:,} nodes, {counts[1]:,} edges, {lines:,} lines"
