"""Tells in kind words where and why a text is no JSON, and what to change there. No Qt."""

import re
from dataclasses import dataclass

__all__ = ["describe_syntax_error"]

Told = tuple[int, int, str]
"""From, to before (indexes of the text's characters), and the sentence."""

_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_WORD = re.compile(r"[^\W\d][\w$.-]*")
_CLOSING = {"{": "}", "[": "]"}
_NEAR_MISSES = {"true": "true", "false": "false", "null": "null", "none": "null", "nil": "null", "undefined": "null"}
_QUOTES = "'`“”„‘’«»"
_ESCAPES = (
    'After a backslash stands one of " \\ / b f n r t, or u with four hexadecimal digits. Write \\\\ for the sign.'
)


@dataclass(frozen=True)
class _Place:
    """Where reading stopped: the text up to `at` is the beginning of valid JSON."""

    text: str
    at: int

    @property
    def here(self) -> str:
        """The character at fault; empty at the end of the text."""
        return self.text[self.at : self.at + 1]

    @property
    def before(self) -> int:
        """The index of the last character before it that is no space; -1 if there is none."""
        return len(self.text[: self.at].rstrip()) - 1

    @property
    def last(self) -> str:
        """That character; empty if there is none."""
        return self.text[self.before] if self.before >= 0 else ""

    def tell(self, detail: str, length: int = 1) -> Told:
        """Tells of `length` characters from here."""
        return self.at, self.at + length, detail

    def line_of(self, index: int) -> int:
        """The line of a character, from 1."""
        return self.text.count("\n", 0, index) + 1

    def open_bracket(self) -> tuple[str, int] | None:
        """The innermost bracket that is open here, and its index."""
        stack: list[tuple[str, int]] = []
        for match in _STRING_OR_BRACKET.finditer(self.text, 0, self.at):
            if match[0] in _CLOSING:
                stack.append((match[0], match.start()))
            elif match[0] in "]}" and stack:
                stack.pop()
        return stack[-1] if stack else None


def describe_syntax_error(text: str, at: int, message: str) -> Told:
    """What is wrong, by the index `at` and the `message` of Python's JSON reader."""
    if not text.strip():
        return 0, 0, "Nothing stands here. A JSON object begins with { and ends with }."
    place = _Place(text, at)
    if message.startswith("Illegal trailing comma") or (place.here and place.here in "]}" and place.last == ","):
        comma = at if place.here == "," else place.before
        return comma, comma + 1, "Take this comma away: nothing follows it."
    if message.startswith(("Unterminated", "Invalid")):
        return _describe_text(place, message)
    return _describe_end(place) or _describe_sign(place) or _describe_expected(place, message)


def _describe_text(place: _Place, message: str) -> Told:
    if message.startswith("Unterminated") or place.here in {"\n", "\r", ""}:
        start = place.at if message.startswith("Unterminated") else _start_of_text(place)
        end = place.text.find("\n", start)
        return start, len(place.text) if end < 0 else end, 'This text is not closed: the " at its end is missing.'
    if message.startswith("Invalid control"):
        written = {"\t": "\\t", "\b": "\\b", "\f": "\\f"}.get(place.here, f"\\u{ord(place.here):04x}")
        return place.tell(f"A text cannot hold this sign as it is. Write {written} instead.")
    return place.tell(_ESCAPES)


def _start_of_text(place: _Place) -> int:
    """The quotation mark that opens the text which runs into the end of its line."""
    start = place.text.rfind("\n", 0, place.at) + 1
    for match in _STRING.finditer(place.text, start, place.at):
        start = match.end()
    return max(place.text.find('"', start, place.at), start)


def _describe_end(place: _Place) -> Told | None:
    """The text ends too early."""
    if place.here:
        return None
    opened = place.open_bracket()
    last = max(place.before, 0)
    if opened is None:
        return last, last + 1, "The text ends here, but something is missing."
    bracket, index = opened
    line = place.line_of(index)
    return (
        last,
        last + 1,
        f"The text ends, but the “{bracket}” of line {line} is not closed: add “{_CLOSING[bracket]}”.",
    )


def _describe_sign(place: _Place) -> Told | None:
    """Signs that other languages have."""
    if place.text.startswith(("//", "/*", "#"), place.at):
        return place.tell("JSON has no comments. Take this one away.", 1 if place.here == "#" else 2)
    if place.here in _QUOTES:
        return place.tell('Names and texts stand between straight double quotation marks: "…".')
    if place.here == ";":
        return place.tell("Write a comma here instead of the semicolon, or nothing at the end.")
    return None


def _describe_expected(place: _Place, message: str) -> Told:
    if message.startswith("Extra data"):
        return _describe_extra(place)
    if message.startswith("Expecting property name"):
        return _describe_name(place)
    if message.startswith("Expecting ':'"):
        return place.tell("A colon is missing between the name and its value.")
    if message.startswith("Expecting ','"):
        return _describe_missing_comma(place)
    return _describe_value(place)


def _describe_extra(place: _Place) -> Told:
    if place.here in "]}":
        return place.tell(f"This “{place.here}” closes nothing: its opening bracket is missing, or it is one too many.")
    return place.tell("The JSON has ended before this. Take away what follows.")


def _describe_name(place: _Place) -> Told:
    word = _WORD.match(place.text, place.at)
    if word:
        return place.tell(f'Put the name between quotation marks: "{word[0]}".', len(word[0]))
    if place.here == ",":
        return place.tell("One comma too many: a name is missing before it.")
    return place.tell('A name between quotation marks is expected here, such as "name".')


def _describe_missing_comma(place: _Place) -> Told:
    adjacent = place.before == place.at - 1 and place.last.isdigit()
    if adjacent and (place.here.isdigit() or place.here in ".eExX"):
        if place.here == ".":
            return place.tell("Digits are missing after the decimal point.")
        return place.tell("This is no number in JSON: no 0 at its front, and digits from 0 to 9 only.")
    opened = place.open_bracket()
    if opened is not None and place.here in "]}" and _CLOSING[opened[0]] != place.here:
        bracket, index = opened
        detail = f"“{_CLOSING[bracket]}” is expected here, for the “{bracket}” of line {place.line_of(index)}."
        return place.tell(detail)
    if opened is not None and opened[0] == "[" and place.here == ":":
        return place.tell("An array, in [ ], has no names. An object, in { }, has.")
    if place.text.count("\n", place.before, place.at):
        return place.tell(f"A comma is missing before this, at the end of line {place.line_of(place.before)}.")
    return place.tell("A comma is missing before this.")


def _describe_value(place: _Place) -> Told:
    word = _WORD.match(place.text, place.at)
    if word:
        meant = _NEAR_MISSES.get(word[0].lower())
        if meant is not None:
            return place.tell(f"Write {meant} here, in small letters.", len(word[0]))
        detail = f'Put texts between quotation marks: "{word[0][:40]}". Only true, false and null stand without.'
        return place.tell(detail, len(word[0]))
    if place.here in ",]}":
        return place.tell(f"A value is missing before this “{place.here}”.")
    if place.here in "+.":
        return place.tell("A number begins with a digit or with a minus sign: 0.5, -3.")
    return place.tell("A value is expected here: a text, a number, true, false, null, { } or [ ].")
