"""Checks one ZEN expression and says in words what is wrong with it, and at which character.

The limits come first: some thousands of brackets inside each other would end the whole process.
"""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType

import zen

from ss_admin.backend.rule_chains.engine.limits import MAX_BRACKET_LEVELS, MAX_EXPRESSION_CHARACTERS

__all__ = ["find_expression_fault", "find_path_fault", "find_size_fault"]

_QUOTES = "'\""
_OPENING = "([{"
_CLOSING = ")]}"
_SPAN = re.compile(r" at \((\d+), \d+\)")
_SYMBOL = re.compile(r"Unmatched symbol: (.) at (\d+)", re.DOTALL)
_ARGUMENTS = re.compile(r"Invalid function call `(\w+)`")
_EXPECTED = re.compile(r"[Ee]xpected (?:an? )?([A-Za-z]+)")
_UNEXPECTED = re.compile(r"Unexpected token: (\w+)")
_CALLED = re.compile(r"(?<![\w.$])([A-Za-z_]\w*)\s*\(")
_WORD_END = re.compile(r"\b|(?<=\W)(?=\W)")
_NOT_ALL_READ = "Incomplete parser output"
_MOST_PREFIXES = 200
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "bracket": "a closing bracket",
        "operator": "an operator",
        "unaryoperator": "a value",
        "literal": "a value",
        "identifier": "a name",
        "property": "a name",
    }
)


def find_expression_fault(text: str, *, unary: bool = False) -> str | None:
    """A sentence on what is wrong; None if the expression can be read. `unary`: a test on a column's value."""
    fault = find_size_fault(text)
    if fault is not None:
        return fault
    source = _why_not(text, unary=unary)
    return None if source is None else _tell(text, source, unary=unary)


def find_size_fault(text: str) -> str | None:
    """What keeps the text from being given to the parser at all."""
    if not text.strip():
        return "There is no expression here."
    if len(text) > MAX_EXPRESSION_CHARACTERS:
        return f"It is longer than {MAX_EXPRESSION_CHARACTERS:,} characters."
    if not _is_text(text):
        return "It has a character that is not text: U+0000, or half of a surrogate pair."
    if _deepest(text) > MAX_BRACKET_LEVELS:
        return f"Its brackets are nested deeper than {MAX_BRACKET_LEVELS} levels."
    return None


def find_path_fault(path: str, most_levels: int) -> str | None:
    """What is wrong with a path such as `order.priority`, under which a value is put."""
    parts = path.split(".")
    if not path.strip():
        return "The name is missing."
    if not _is_text(path) or len(path) > MAX_EXPRESSION_CHARACTERS:
        return "The name is too long, or has a character that is not text."
    if not all(part.strip() for part in parts):
        return f"The name “{_clipped(path)}” has a dot with nothing beside it."
    if len(parts) > most_levels:
        return f"The name “{_clipped(path)}” has more than {most_levels} parts."
    return None


def _why_not(text: str, *, unary: bool) -> str | None:
    """The engine's own words on why it cannot compile the text; None if it can.

    Its `validate_unary_expression` would not do: it refuses tests such as `> 5`, which it then runs well.
    """
    try:
        if unary:
            zen.compile_unary_expression(text)
        else:
            zen.compile_expression(text)
    except BaseException as failure:
        if isinstance(failure, KeyboardInterrupt | SystemExit):
            raise
        try:
            return str(json.loads(str(failure).partition("\n")[0])["source"])
        except (ValueError, TypeError, KeyError):
            return "the engine gives no reason"
    return None


def _is_text(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _deepest(text: str) -> int:
    depth = deepest = 0
    quote = ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES:
            quote = character
        elif character in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif character in _CLOSING:
            depth -= 1
    return deepest


def _tell(text: str, source: str, *, unary: bool) -> str:
    if source.startswith("Unexpected EOF"):
        return _tell_open_text(text)
    if symbol := _SYMBOL.match(source):
        place = _characters_before(text, int(symbol[2]))
        return f"Unexpected “{text[place : place + 1]}” at character {place + 1:,}."
    if call := _ARGUMENTS.match(source):
        return f"The function “{call[1]}” takes another number of arguments."
    if source.startswith(_NOT_ALL_READ):
        return _tell_rest(text, unary=unary)
    return _tell_place(text, source)


def _tell_open_text(text: str) -> str:
    quote, start = "", 0
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES:
            quote, start = character, position
    return f"The text that begins at character {start + 1:,} has no closing quotation mark."


def _tell_place(text: str, source: str) -> str:
    span = _SPAN.search(source)
    expected = _EXPECTED.search(source.partition(";")[2] or source)
    what = None if expected is None else _KINDS.get(expected[1].lower())
    if source.startswith("Unexpected end"):
        what = "a value"
    if span is None:
        return f"It cannot be read: {_clipped(source)}."
    if int(span[1]) >= len(text.rstrip().encode("utf-8")) or source.startswith("Unexpected token: None"):
        return "It ends too early." if what is None else f"It ends where {what} is expected."
    place = _characters_before(text, int(span[1])) + 1
    if what is None:
        return f"Something does not fit at character {place:,}."
    unexpected = _UNEXPECTED.match(source)
    instead = f", not {_article(unexpected[1])}" if unexpected else ""
    return f"Expected {what} at character {place:,}{instead}."


def _tell_rest(text: str, *, unary: bool) -> str:
    """The engine says only that it did not come to the end: find the part that it does read."""
    for call in _CALLED.finditer(text):
        name = call[1]
        if name not in {"and", "or", "in", "not"} and _is_unknown_function(name):
            return f"There is no function “{_clipped(name)}” (character {call.start() + 1:,})."
    ends = [place.start() for place in _WORD_END.finditer(text) if 0 < place.start() < len(text)]
    for end in reversed(ends[-_MOST_PREFIXES:]):
        if text[:end].strip() and _why_not(text[:end], unary=unary) is None:
            rest = text[end:].lstrip()
            start = len(text) - len(rest) + 1
            return f"Expected an operator at character {start:,}: “{_clipped(rest, 20)}” does not fit there."
    return "It cannot be read to its end: a bracket, an operator or a quotation mark may be missing."


def _is_unknown_function(name: str) -> bool:
    return _why_not(f"{name}(1)", unary=False) == _NOT_ALL_READ


def _characters_before(text: str, offset: int) -> int:
    """The engine counts bytes."""
    return len(text.encode("utf-8")[:offset].decode("utf-8", "ignore"))


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'AEIOU' else 'a'} {kind.lower()}"


def _clipped(text: str, longest: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[:longest] + "…"
