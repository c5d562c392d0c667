"""What a change does to a rule chain: the new values, what is wrong with them, and what the audit trail tells."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from ss_admin.backend.strict_json import json_pointer
from ss_admin.contract.activity import FieldChange
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.problems import FieldFault
from ss_admin.contract.rule_chains import NewRuleChain, RuleChainChange

__all__ = [
    "ChainSettings",
    "changed_settings",
    "definition_fact",
    "find_changes",
    "find_settings_faults",
    "folded_name",
    "new_settings",
    "settings_of",
]

MAX_SAMPLE_BYTES = 64 * 1024
"""Of a sample payload as JSON: every page of the list carries those of all its chains."""

_SECRET = "This text contains a whole API key. A key is a secret: take it out."  # noqa: S105 - a sentence about one


@dataclass(frozen=True)
class ChainSettings:
    """All of a chain that an administrator can set."""

    name: str
    description: str
    is_external: bool
    enabled: bool
    input_schema: dict[str, Any]
    definition: dict[str, Any]
    sample_payload: dict[str, Any]

    def runs_like(self, other: "ChainSettings") -> bool:
        """Whether schema and definition are the same, to the letter."""
        return all(
            _text(mine) == _text(theirs)
            for mine, theirs in [(self.input_schema, other.input_schema), (self.definition, other.definition)]
        )


_FIELDS = tuple(field.name for field in fields(ChainSettings))


def new_settings(order: NewRuleChain) -> ChainSettings:
    """What a new chain is set to."""
    return _settings(order)


def settings_of(row: object) -> ChainSettings:
    """What the chain of a `RuleChainRow` is set to now."""
    return _settings(row)


def changed_settings(before: ChainSettings, change: RuleChainChange) -> ChainSettings:
    """`before` with the fields that were given."""
    return replace(before, **{field: getattr(change, field) for field in change.model_fields_set})


def folded_name(name: str) -> str:
    """What a name is sorted and searched by: without regard to case."""
    return name.casefold()


def find_settings_faults(before: ChainSettings | None, after: ChainSettings) -> list[FieldFault]:
    """What is wrong with the fields that differ, short of whether the chain can run: API keys in them, and size."""
    given = {field: getattr(after, field) for field in _FIELDS if _differs(before, after, field)}
    faults = [
        FieldFault(pointer=json_pointer(path), detail=_SECRET)
        for path, text in _texts_within(given)
        if mask_api_keys_within(text) != text
    ]
    if len(_text(given.get("sample_payload")).encode()) > MAX_SAMPLE_BYTES:
        detail = f"The sample payload is too large: at most {MAX_SAMPLE_BYTES // 1024} KiB of JSON are kept."
        faults.append(FieldFault(pointer="/sample_payload", detail=detail))
    return faults


def find_changes(
    before: ChainSettings | None, after: ChainSettings | None, versions: tuple[int, int]
) -> Sequence[FieldChange]:
    """The fields that differ; None stands for a chain that is not there yet, or no more.

    `versions`: the definition's version before and after. Schema, definition and sample payload are told by their
    SHA-256, never whole: the versions of a chain are kept elsewhere, and the audit trail is kept for ever.
    """
    old = {} if before is None else _facts(before, versions[0])
    new = {} if after is None else _facts(after, versions[1])
    return [
        FieldChange(field=field, before=old.get(field), after=new.get(field))
        for field in _FIELDS
        if _differs(before, after, field)
    ]


def definition_fact(definition: dict[str, Any], version: int | None) -> dict[str, Any]:
    """A definition as the audit trail tells of it; `version` None: a draft."""
    nodes = definition.get("nodes")
    return {
        "version": version,
        "sha256": _sha256(definition),
        "nodes": len(nodes) if isinstance(nodes, list) else 0,
    }


def _settings(source: object) -> ChainSettings:
    return ChainSettings(**{field: getattr(source, field) for field in _FIELDS})


def _differs(before: ChainSettings | None, after: ChainSettings | None, field: str) -> bool:
    if before is None or after is None:
        return True
    return _text(getattr(before, field)) != _text(getattr(after, field))


def _facts(settings: ChainSettings, version: int) -> dict[str, Any]:
    return {
        "name": settings.name,
        "description": settings.description,
        "is_external": settings.is_external,
        "enabled": settings.enabled,
        "input_schema": {"version": version, "sha256": _sha256(settings.input_schema)},
        "definition": definition_fact(settings.definition, version),
        "sample_payload": {"sha256": _sha256(settings.sample_payload)},
    }


def _text(value: object) -> str:
    """JSON as it is stored; two values of which one prints `1` and the other `true` or `1.0` are not the same."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sha256(value: object) -> str:
    """Of the JSON without spaces, its members sorted by name: the order in which a client sent them is no matter."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _texts_within(value: object, path: Sequence[str | int] = ()) -> Iterator[tuple[list[str | int], str]]:
    """Every text and every member's name, with the way to it; the way to a name ends at its object."""
    match value:
        case str():
            yield [*path], value
        case dict():
            for name, member in value.items():
                yield [*path], name
                yield from _texts_within(member, [*path, name])
        case list():
            for index, item in enumerate(value):
                yield from _texts_within(item, [*path, index])
