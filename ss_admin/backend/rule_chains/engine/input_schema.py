"""A rule chain's input schema (JSON Schema 2020-12): compiled once, then asked for everything wrong with a payload."""

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any

import jsonschema_rs
from jsonschema_rs import ValidationErrorKind as _Kind

from ss_admin.backend.rule_chains.engine.faults import Fault
from ss_admin.backend.rule_chains.engine.schema_weight import weigh_schema
from ss_admin.backend.strict_json import json_pointer

__all__ = ["InputSchema", "InvalidSchema", "find_schema_faults"]

MAX_FAULTS = 1000
MOST_COMPARISONS = 50_000
"""Values of a payload times subschemas, up to which faults are looked for. The library finds all of them, and for
`anyOf` those of every branch, before it tells the first: 30 subschemas and 30,000 values took 24 s and 1.5 GB."""

_LONGEST_SHOWN = 80
_UNKNOWN_WEIGHT = 1000
_MASK = "The value"
_TOO_LARGE = (
    "The payload does not fit the input schema. It has too many values for each fault to be listed: send a part of it "
    "to see what is wrong."
)
_METASCHEMA = "https://json-schema.org/draft/2020-12/schema"
_FIXED_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "falseSchema": "No value is accepted here.",
        "not": "The value has a form that is not accepted here.",
        "anyOf": "The value fits none of the forms that are accepted here.",
        "oneOf": "The value must fit exactly one of the forms that are accepted here.",
        "contains": "The array lacks an item that must be there.",
        "uniqueItems": "The array holds the same item more than once.",
    }
)
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "boolean": "true or false",
        "object": "an object",
        "array": "an array",
        "number": "a number",
        "integer": "a whole number",
        "string": "a text",
        "null": "null",
    }
)


class InvalidSchema(ValueError):
    """The schema itself cannot be used: not a JSON Schema, or it refers to something that is not in it.

    `path` leads to the place in the schema, as far as it is known.
    """

    def __init__(self, detail: str, path: Sequence[str | int] = ()) -> None:
        super().__init__(detail)
        self.path = tuple(path)


class InputSchema:
    """A compiled schema. `format` is checked, not only noted; nothing is ever fetched from elsewhere.

    Patterns are searched in linear time: a pattern that needs more (look-around, back-references) is invalid.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        try:
            self._validator = jsonschema_rs.Draft202012Validator(
                schema, validate_formats=True, offline=True, mask=_MASK, pattern_options=jsonschema_rs.RegexOptions()
            )
            weight = weigh_schema(schema)
        except jsonschema_rs.ValidationError as fault:
            raise InvalidSchema(_reason(fault), fault.instance_path) from None
        except ValueError as fault:
            raise InvalidSchema(f"{_first_line(fault).rstrip('.')}.") from None
        self._subschemas = _UNKNOWN_WEIGHT if weight is None else weight.subschemas
        self._has_branches = '"anyOf"' in (text := json.dumps(schema)) or '"oneOf"' in text

    def accepts(self, payload: dict[str, Any]) -> bool:
        """Whether the payload fits. Raises `InvalidSchema` where the schema cannot be applied to it."""
        try:
            return self._validator.is_valid(payload)
        except BaseException as fault:  # noqa: BLE001 - the library's panics are no `Exception`
            raise _inapplicable(fault) from None

    def find_faults(self, payload: dict[str, Any]) -> list[Fault]:
        """Everything that is wrong with the payload, each at its JSON pointer; empty if it fits.

        Beyond the first 1,000 faults they are cut off; of a payload with very many values only the first one is told,
        or, where even that could take long, that it does not fit. Details never repeat the values that were sent.
        Raises `InvalidSchema` where the schema cannot be applied to the payload.
        """
        if _count_values(payload) * self._subschemas > MOST_COMPARISONS:
            return [] if self.accepts(payload) else self._first_fault(payload)
        try:
            errors = list(islice(self._validator.iter_errors(payload), MAX_FAULTS))
        except BaseException as fault:  # noqa: BLE001 - the library's panics are no `Exception`
            raise _inapplicable(fault) from None
        return [fault for error in errors for fault in _told(error)][:MAX_FAULTS]

    def _first_fault(self, payload: dict[str, Any]) -> list[Fault]:
        """Found in no time, but for `anyOf` and `oneOf`, whose branches are all looked through."""
        try:
            if not self._has_branches:
                self._validator.validate(payload)
        except jsonschema_rs.ValidationError as error:
            return _told(error)
        except BaseException as fault:  # noqa: BLE001 - the library's panics are no `Exception`
            raise _inapplicable(fault) from None
        return [Fault("", _TOO_LARGE)]


def _count_values(payload: object) -> int:
    count = 0
    level = [payload]
    while level:
        count += len(level)
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return count


def _inapplicable(fault: BaseException) -> InvalidSchema:
    if isinstance(fault, KeyboardInterrupt | SystemExit | MemoryError):
        raise fault
    return InvalidSchema("It cannot be applied to this payload.")


def find_schema_faults(schema: dict[str, Any]) -> list[Fault]:
    """What keeps this from being a JSON Schema 2020-12, each at its pointer; references are not followed."""
    validator = jsonschema_rs.Draft202012Validator({"$ref": _METASCHEMA}, validate_formats=True, mask=_MASK)
    faults: dict[str, Fault] = {}
    for error in islice(validator.iter_errors(schema), MAX_FAULTS):
        for fault in _told(error):
            faults.setdefault(fault.pointer, fault)
    return list(faults.values())


def _told(error: jsonschema_rs.ValidationError) -> list[Fault]:
    path = error.instance_path
    match error.kind:
        case _Kind.Required(property=name):
            return [_fault([*path, name], "This member is missing.")]
        case _Kind.AdditionalProperties(unexpected=names):
            return [_fault([*path, name], "This member is not expected here.") for name in names]
        case _Kind.UnevaluatedProperties(unexpected=names):
            return [_fault([*path, name], "This member is not expected here.") for name in names]
        case _Kind.PropertyNames(error=inner):
            return [_fault(path, f"A member's name does not fit: {_sentence(inner.kind, inner.message)}")]
        case kind:
            return [_fault(path, _sentence(kind, error.message))]


def _fault(path: list[str | int], detail: str) -> Fault:
    return Fault(pointer=json_pointer(path), detail=detail)


def _sentence(kind: _Kind, message: str) -> str:
    match kind:
        case _Kind.Type(types=types):
            text = f"The value must be {_either([told for name, told in _TYPES.items() if name in types])}."
        case _Kind.Enum(options=options):
            text = f"The value must be one of: {_clipped(', '.join(_literal(option) for option in options))}."
        case _Kind.Constant(expected_value=value):
            text = f"The value must be {_literal(value)}."
        case _Kind.Format(format=name):
            text = f"The value is not a valid {_clipped(name)}."
        case _Kind.Pattern(pattern=pattern):
            text = f"The value does not match the pattern {_clipped(pattern)}."
        case _:
            text = _FIXED_SENTENCES.get(kind.name) or _clipped(message, 300).rstrip(".") + "."
    return text


def _reason(error: jsonschema_rs.ValidationError) -> str:
    """Why a schema cannot be compiled: a value in it that is not as it must be, or a reference that leads nowhere."""
    match error.kind:
        case _Kind.Format(format="regex") | _Kind.Pattern():
            return "This pattern cannot be used."
        case _Kind.Referencing():
            return f"A reference leads nowhere: {_first_line(error).rstrip('.')}."
        case kind:
            return _sentence(kind, _first_line(error))


def _first_line(fault: object) -> str:
    return _clipped(str(fault).partition("\n")[0], 300)


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _literal(value: object) -> str:
    return f"“{_clipped(value)}”" if isinstance(value, str) else _clipped(json.dumps(value, ensure_ascii=False))


def _clipped(text: str, longest: int = _LONGEST_SHOWN) -> str:
    return text if len(text) <= longest else text[:longest] + "…"
