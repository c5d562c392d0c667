"""Reads JSON strictly and tells what is wrong at its place; writes it with every character to be seen. No Qt.

What two readers of JSON could read differently is a fault: repeated names, NaN, anything behind the end.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from ss_admin.desktop.rule_chains.json_editor.json_places import JsonPlaces
from ss_admin.desktop.rule_chains.json_editor.syntax_words import describe_syntax_error

__all__ = [
    "Reading",
    "TextFault",
    "common_edges",
    "escape_unseen",
    "lay_out",
    "read_json",
    "utf16_offset",
    "write_json",
]

_UNSEEN = re.compile("[\u2028\u2029\u202a-\u202e\u2066-\u2069\ufdd0\ufdd1\ufeff\ud800-\udfff]")
_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)')
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
_NAMES_SHOWN = 50
_LONGEST_INTEGER = 4000


@dataclass(frozen=True)
class TextFault:
    """Something wrong from `start` to before `end` (UTF-16 code units), and what to do about it."""

    start: int
    end: int
    detail: str


@dataclass(frozen=True)
class Reading:
    """What a text says: its value, or what is wrong with it."""

    value: Any
    faults: tuple[TextFault, ...] = ()


class _Refused(Exception):
    """The text is JSON to Python, but not to everybody."""


def read_json(text: str, *, only_object: bool = True) -> Reading:
    """The value of `text`; with `only_object`, anything but an object is at fault."""
    repeated = False

    def make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        members = dict(pairs)
        repeated = repeated or len(members) < len(pairs)
        return members

    def refuse_constant(name: str) -> None:
        raise _Refused(name)

    def make_integer(digits: str) -> int:
        if len(digits) > _LONGEST_INTEGER:
            raise _Refused(digits)
        return int(digits)

    decoder = json.JSONDecoder(
        object_pairs_hook=make_object,
        parse_constant=refuse_constant,
        parse_int=make_integer,
        parse_float=_make_float,
    )
    try:
        value = decoder.decode(text)
    except json.JSONDecodeError as error:
        start, end, detail = describe_syntax_error(text, error.pos, error.msg)
        return Reading(None, (_fault(text, start, end, detail),))
    except _Refused as refused:
        return Reading(None, (_describe_refused(text, str(refused)),))
    except RecursionError:
        return Reading(None, (TextFault(0, 1, "This is nested too deeply. At most 64 levels are accepted."),))
    if repeated:
        return Reading(None, _describe_repeated(text))
    if only_object and not isinstance(value, dict):
        start = len(text) - len(text.lstrip())
        return Reading(None, (_fault(text, start, start + 1, "A JSON object is expected here, in braces: { }."),))
    return Reading(value)


def write_json(value: object) -> str:
    """JSON of two spaces an indent, with characters that cannot be seen written as escapes."""
    return escape_unseen(lay_out(json.dumps(value, ensure_ascii=False)))


def escape_unseen(text: str) -> str:
    """JSON text of the same meaning, where characters that hide or turn around what is written are escapes."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text.removeprefix("\ufeff"))


def lay_out(text: str) -> str:
    """Valid JSON with two spaces an indent. Every text and number stays exactly as it is written."""
    parts: list[str] = []
    depth = 0
    before = ""
    for part in _PART.findall(text):
        if part in "}]":
            depth -= 1
            if before not in "{[":
                parts.append("\n" + "  " * depth)
        elif before and before in "{[,":
            parts.append("\n" + "  " * depth)
        parts.append(part if part != ":" else ": ")
        if part in "{[":
            depth += 1
        before = part
    return "".join(parts)


def utf16_offset(text: str, index: int) -> int:
    """The place of the character `index` of `text`, counted in UTF-16 code units."""
    return index if text.isascii() else len(text[:index].encode("utf-16-le", "surrogatepass")) // 2


def _make_float(digits: str) -> float:
    if math.isinf(number := float(digits)):
        raise _Refused(digits)
    return number


def common_edges(one: str, other: str) -> tuple[int, int]:
    """How many characters two texts have in common at the beginning, and how many of the others at the end."""
    most = min(len(one), len(other))
    start = _common(one, other, most)
    return start, _common(one[start:][::-1], other[start:][::-1], most - start)


def _common(one: str, other: str, most: int) -> int:
    same = 0
    while same < most:  # halves what is left: comparing slices is much faster than comparing characters
        step = (most - same + 1) // 2
        if one[same : same + step] == other[same : same + step]:
            same += step
        else:
            most = same + step - 1
    return same


def _fault(text: str, start: int, end: int, detail: str) -> TextFault:
    return TextFault(utf16_offset(text, start), utf16_offset(text, end), detail)


def _describe_refused(text: str, token: str) -> TextFault:
    if token.lstrip("-")[:1].isdigit():
        start = max(text.find(token), 0)
        return _fault(text, start, start + len(token), "This number is too large to be kept.")
    found = next((match for match in _CONSTANT.finditer(text) if match[1]), None)
    start, end = found.span() if found else (0, 1)
    return _fault(text, start, end, f"JSON has no {token}. Write a number, or null.")


def _describe_repeated(text: str) -> tuple[TextFault, ...]:
    faults = []
    for name in JsonPlaces(text).repeated_names():
        detail = f"The name “{name.name}” is there already, in line {name.first_line}. Each name can stand once only."
        faults.append(TextFault(name.span.start, name.span.end, detail))
        if len(faults) == _NAMES_SHOWN:
            break
    return tuple(faults) or (TextFault(0, 1, "A name stands twice in the same object."),)
