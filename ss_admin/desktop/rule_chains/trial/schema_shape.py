"""What a form for a JSON Schema (2020-12) has in it: fields and groups of fields. Any schema gives a form. No Qt.

What a form cannot show plainly (arrays, alternatives, recursion) becomes a field for JSON.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote

from ss_admin.desktop.rule_chains.json_editor.json_places import pointer_tokens

__all__ = ["MISSING", "FieldKind", "FieldShape", "Missing", "json_text", "read_shape", "same_json"]

_MOST_FIELDS = 150
_DEEPEST = 6
_LONG_TEXT = 400
_HINTS: Mapping[str, str] = MappingProxyType(
    {
        "date": "2026-12-23",
        "date-time": "2026-12-23T14:00:00Z",
        "time": "14:00:00Z",
        "duration": "PT4H",
        "email": "name@example.com",
        "hostname": "host.example.com",
        "ipv4": "203.0.113.7",
        "ipv6": "2001:db8::7",
        "uri": "https://example.com/path",
        "uuid": "123e4567-e89b-42d3-a456-426614174000",
    }
)
_NOT_ON_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0\ufdd1]")
_NOT_IN_LINES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0\ufdd1]")
_BESIDE_TYPES = frozenset({"anyOf", "oneOf", "allOf", "not", "if", "$dynamicRef"})
_TOLD = (
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minimum", "at least {}"),
    ("exclusiveMinimum", "more than {}"),
    ("maximum", "at most {}"),
    ("exclusiveMaximum", "less than {}"),
    ("multipleOf", "a multiple of {}"),
    ("pattern", "pattern {}"),
    ("default", "{} if not given"),
)


class Missing(Enum):
    """The type of `MISSING`."""

    MISSING = 0


MISSING: Final = Missing.MISSING
"""In the place of a value: the payload does not have this member."""


class FieldKind(Enum):
    """How a value is entered."""

    TEXT = "text"
    LONG_TEXT = "long text"
    NUMBER = "number"
    INTEGER = "whole number"
    CHOICE = "choice"
    GROUP = "group"
    JSON = "JSON"


_KINDS: Mapping[str, FieldKind] = MappingProxyType(
    {
        "string": FieldKind.TEXT,
        "number": FieldKind.NUMBER,
        "integer": FieldKind.INTEGER,
        "boolean": FieldKind.CHOICE,
    }
)


@dataclass(frozen=True)
class FieldShape:
    """One member of the payload. `path`: the names that lead to it; the payload itself has none.

    `choices`: every value that it can have, for a `CHOICE`; `members`: those of a `GROUP`; it is cut
    where a form cannot show all of them.
    """

    path: tuple[str, ...]
    label: str
    kind: FieldKind
    help: str = ""
    hint: str = ""
    required: bool = False
    nullable: bool = False
    choices: tuple[object, ...] = ()
    members: tuple["FieldShape", ...] = ()
    is_cut: bool = False

    @property
    def name(self) -> str:
        """The member's name; empty for the payload itself."""
        return self.path[-1] if self.path else ""

    def suits(self, value: object) -> bool:
        """Whether a field of this kind can show `value` as what it is."""
        if value is MISSING or (value is None and self.nullable):
            return True
        match self.kind:
            case FieldKind.TEXT:
                return isinstance(value, str) and not _NOT_ON_A_LINE.search(value)
            case FieldKind.LONG_TEXT:
                return isinstance(value, str) and not _NOT_IN_LINES.search(value)
            case FieldKind.NUMBER | FieldKind.INTEGER:
                return isinstance(value, int | float) and not isinstance(value, bool)
            case FieldKind.GROUP:
                return isinstance(value, dict)
        return True

    def fitted_to(self, value: object) -> "FieldShape":
        """This shape; where it cannot show (a part of) `value` as what it is, the next more general one that can."""
        if not self.suits(value):
            if self.kind is FieldKind.TEXT and isinstance(value, str):
                return replace(self, kind=FieldKind.LONG_TEXT).fitted_to(value)
            return replace(self, kind=FieldKind.JSON, members=())
        given = value if isinstance(value, dict) else {}
        members = tuple(member.fitted_to(given.get(member.name, MISSING)) for member in self.members)
        return self if members == self.members else replace(self, members=members)


def read_shape(schema: object) -> FieldShape:
    """The form's shape: a `GROUP` without a name. A schema that describes no members gives one without members."""
    reader = _Reader(schema)
    shape = reader.read(schema, (), required=True, parents=())
    return shape if shape.kind is FieldKind.GROUP else replace(shape, kind=FieldKind.GROUP, choices=())


def json_text(value: object) -> str:
    """A value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def same_json(one: object, other: object, *, in_order: bool = False) -> bool:
    """Whether two values are the same JSON: `1`, `1.0` and `true` are three values, which Python finds equal.

    With `in_order`, the members of objects must come in the same order too.
    """
    if one is MISSING or other is MISSING:
        return one is other
    return json.dumps(one, sort_keys=not in_order) == json.dumps(other, sort_keys=not in_order)


@dataclass
class _Reader:
    root: object
    fields_left: int = field(default=_MOST_FIELDS)

    def read(self, schema: object, path: tuple[str, ...], *, required: bool, parents: tuple[str, ...]) -> FieldShape:
        self.fields_left -= 1
        schema, parents = self._resolve(schema, parents)
        label = _text(schema.get("title")) or (path[-1] if path else "")
        shape = FieldShape(
            path, label, FieldKind.JSON, _help(schema), _hint(schema), required=required, nullable=_is_nullable(schema)
        )
        kind = _kind(schema)
        if kind is FieldKind.CHOICE:
            return replace(shape, kind=kind, choices=_choices(schema))
        if kind is FieldKind.GROUP:
            if len(path) >= _DEEPEST or self.fields_left <= 0:
                return shape
            members = self._members(schema, path, parents)
            is_cut = self.fields_left <= 0 and len(members) < len(schema["properties"])
            return replace(shape, kind=kind, nullable=False, members=members, is_cut=is_cut)
        return replace(shape, kind=kind)

    def _members(
        self, schema: Mapping[str, Any], path: tuple[str, ...], parents: tuple[str, ...]
    ) -> tuple[FieldShape, ...]:
        wanted = schema.get("required")
        needed = {name for name in wanted if isinstance(name, str)} if isinstance(wanted, list) else set()
        described = schema["properties"]
        members = []
        for name, member in described.items():
            if self.fields_left <= 0:
                break
            if member is not False:
                members.append(self.read(member, (*path, name), required=name in needed, parents=parents))
        return tuple(members)

    def _resolve(self, schema: object, parents: tuple[str, ...]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """The schema that a local `$ref` leads to, with what stands beside it; nothing where that would not end."""
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            ref = schema["$ref"]
            if ref in parents or not ref.startswith("#"):
                return {**_words_of(schema), "type": "recursive"}, parents
            target = self._find(ref)
            if not isinstance(target, dict):
                return {**_words_of(schema), "type": "unknown"}, parents
            parents = (*parents, ref)
            beside = {name: value for name, value in schema.items() if name != "$ref"}
            schema = {**target, **beside}
        return (schema if isinstance(schema, dict) else {}), parents

    def _find(self, ref: str) -> object:
        if not ref.startswith("#/") and ref != "#":
            return self._find_anchor(ref[1:])
        found: Any = self.root
        for token in pointer_tokens(unquote(ref)):
            if isinstance(found, list) and token.isdecimal() and len(token) < 6 and int(token) < len(found):
                found = found[int(token)]
            elif isinstance(found, dict) and token in found:
                found = found[token]
            else:
                return None
        return found

    def _find_anchor(self, anchor: str) -> object:
        definitions = self.root.get("$defs") if isinstance(self.root, dict) else None
        for definition in definitions.values() if isinstance(definitions, dict) else ():
            if isinstance(definition, dict) and definition.get("$anchor") == anchor:
                return definition
        return None


def _kind(schema: Mapping[str, Any]) -> FieldKind:
    if "const" in schema or (isinstance(schema.get("enum"), list) and schema["enum"]):
        return FieldKind.CHOICE
    if isinstance(schema.get("properties"), dict) and _types(schema) <= {"object"}:
        return FieldKind.GROUP
    types = _types(schema) - {"null"}
    if len(types) != 1 or _BESIDE_TYPES & schema.keys():
        return FieldKind.JSON
    kind = _KINDS.get(types.pop(), FieldKind.JSON)
    most = schema.get("maxLength")
    if kind is FieldKind.TEXT and isinstance(most, int) and most >= _LONG_TEXT:
        return FieldKind.LONG_TEXT
    return kind


def _choices(schema: Mapping[str, Any]) -> tuple[object, ...]:
    if "const" in schema:
        return (schema["const"],)
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return tuple(schema["enum"])
    return (True, False, None) if _is_nullable(schema) else (True, False)


def _types(schema: Mapping[str, Any]) -> set[str]:
    told = schema.get("type")
    if isinstance(told, list):
        return {name for name in told if isinstance(name, str)}
    return {told} if isinstance(told, str) else set()


def _is_nullable(schema: Mapping[str, Any]) -> bool:
    return "null" in _types(schema)


def _words_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {name: schema[name] for name in ("title", "description") if name in schema}


def _help(schema: Mapping[str, Any]) -> str:
    """The description, and the limits that are not plain from the field itself."""
    limits = [
        told.format(schema[name] if isinstance(schema[name], str) and name == "pattern" else json_text(schema[name]))
        for name, told in _TOLD
        if name in schema and not (name == "minLength" and schema[name] == 1)
    ]
    told = _text(schema.get("description")).rstrip()
    sentence = ", ".join(limits)
    sentence = sentence[:1].upper() + sentence[1:]
    if told and sentence:
        return f"{told}{'' if told.endswith(('.', '!', '?', '…')) else '.'} {sentence}."
    return told or (f"{sentence}." if sentence else "")


def _hint(schema: Mapping[str, Any]) -> str:
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return examples[0] if isinstance(examples[0], str) else json_text(examples[0])
    told = schema.get("format")
    return _HINTS.get(told, "") if isinstance(told, str) else ""


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
