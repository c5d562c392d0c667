"""Reads a JSON object strictly: what two parsers could read differently, or what cannot be stored, is refused.

RFC 8259 leaves the meaning of repeated names, of lone surrogates and of huge numbers to each parser; here all of them
are faults, told with their place, so that nobody has to guess what the rule chain was given.
"""

import codecs
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ss_admin.backend.plain_json import read_plain_object

__all__ = ["MAX_DEPTH", "InvalidJson", "json_pointer", "parse_doubtful_object", "parse_json_object"]

MAX_DEPTH = 64
"""Levels of objects and arrays, the outermost one included."""

_LARGEST_NUMBER = 7.9e28
"""Just below the largest decimal (96 bits) that the rule engine calculates with."""

_LONGEST_INTEGER = 20
_SMALLEST_INTEGER = -(2**63)
_LARGEST_INTEGER = 2**64 - 1
_LONGEST_SHOWN = 80
_LONGEST_POINTER = 500


class InvalidJson(ValueError):
    """The text is not the JSON object that was asked for; the message says what is wrong, and where."""


def parse_json_object(body: bytes) -> dict[str, Any]:
    """The object that `body` (UTF-8) holds. Raises `InvalidJson`, with a sentence fit for the sender."""
    plain = read_plain_object(body)
    return parse_doubtful_object(body) if plain is None else plain


def parse_doubtful_object(body: bytes) -> dict[str, Any]:
    """What `parse_json_object` says of a body that has something unusual about it, good or bad; slower."""
    value = _parse(_decode(body))
    if not isinstance(value, dict):
        raise InvalidJson(f"The body must be a JSON object; it is {_kind(value)}.")
    fault = _find_fault(value, 1)
    if fault is not None:
        raise InvalidJson(f"{fault.what} (at {json_pointer(fault.path()) or 'the top level'}).")
    return value


def json_pointer(path: list[str | int]) -> str:
    """RFC 6901 pointer of a path; the empty text is the whole document. Overlong ones are cut, ending in `…`."""
    pointer = "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in path)
    return pointer if len(pointer) <= _LONGEST_POINTER else pointer[:_LONGEST_POINTER] + "…"


class _RepeatedName(dict[str, Any]):
    """An object in which a name occurred twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.name = Counter(name for name, _ in pairs).most_common(1)[0][0]


@dataclass(frozen=True, slots=True)
class _BadNumber:
    """A number that cannot be kept as it was sent."""

    text: str


class _Fault:
    """What is wrong, and the way to it, gathered from the inside out."""

    __slots__ = ("_reversed_path", "what")

    def __init__(self, what: str) -> None:
        self.what = what
        self._reversed_path: list[str | int] = []

    def within(self, token: str | int) -> "_Fault":
        """This fault, seen from one level further out."""
        self._reversed_path.append(token)
        return self

    def path(self) -> list[str | int]:
        """The way from the outside in."""
        return self._reversed_path[::-1]


def _decode(body: bytes) -> str:
    if body.startswith(codecs.BOM_UTF8):
        raise InvalidJson("The body begins with a byte order mark (EF BB BF). Send UTF-8 without one.")
    if not body.strip():
        raise InvalidJson("The body is empty; a JSON object is expected.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise InvalidJson(f"The body is not UTF-8: the byte at offset {fault.start} does not fit.") from None


def _parse(text: str) -> object:
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_BadNumber, parse_int=_integer)
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as fault:
        raise InvalidJson(f"Not JSON: {fault.msg} (line {fault.lineno}, column {fault.colno}).") from None
    except RecursionError:
        raise InvalidJson(f"{_too_deep()}.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    return members if len(members) == len(pairs) else _RepeatedName(pairs)


def _integer(text: str) -> int | _BadNumber:
    if len(text) > _LONGEST_INTEGER:
        return _BadNumber(text)
    number = int(text)
    return number if _SMALLEST_INTEGER <= number <= _LARGEST_INTEGER else _BadNumber(text)


def _find_fault(value: object, depth: int) -> _Fault | None:
    match value:
        case str():
            return _find_text_fault(value)
        case dict():
            return _find_object_fault(value, depth)
        case list():
            return _find_array_fault(value, depth)
        case float() if not -_LARGEST_NUMBER < value < _LARGEST_NUMBER:
            return _Fault("A number is too large: at most 7.9e28 can be calculated with")
        case _BadNumber():
            return _find_number_fault(value)
    return None


def _find_object_fault(members: dict[str, Any], depth: int) -> _Fault | None:
    if depth > MAX_DEPTH:
        return _Fault(_too_deep())
    if isinstance(members, _RepeatedName):
        return _Fault(f"The name {_shown(members.name)} occurs more than once in one object")
    for name, value in members.items():
        fault = _find_text_fault(name) or _find_fault(value, depth + 1)
        if fault is not None:
            return fault.within(_printable(name))
    return None


def _find_array_fault(items: list[Any], depth: int) -> _Fault | None:
    if depth > MAX_DEPTH:
        return _Fault(_too_deep())
    for index, item in enumerate(items):
        fault = _find_fault(item, depth + 1)
        if fault is not None:
            return fault.within(index)
    return None


def _find_text_fault(text: str) -> _Fault | None:
    if "\0" in text:
        return _Fault("A text contains the character U+0000, which is not accepted")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as fault:
            return _Fault(
                f"A text contains half of a surrogate pair (\\u{ord(text[fault.start]):04x}), not a character"
            )
    return None


def _find_number_fault(number: _BadNumber) -> _Fault:
    if number.text.lstrip("-").isdigit():
        return _Fault("A whole number is too large to be kept exactly: at most 64 bits are accepted")
    return _Fault(f"{number.text} is not a JSON number")


def _too_deep() -> str:
    return f"The body is nested deeper than {MAX_DEPTH} levels"


def _printable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\u0000")


def _shown(text: str) -> str:
    text = _printable(text)
    return f"“{text}”" if len(text) <= _LONGEST_SHOWN else f"“{text[:_LONGEST_SHOWN]}…”"


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a truth value"
        case str():
            return "a text"
        case list():
            return "an array"
    return "a number"
