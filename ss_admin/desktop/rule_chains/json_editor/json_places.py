"""Where things stand in a JSON text: JSON pointers to places and back, brackets and their mates. No Qt.

Places are counted in UTF-16 code units, as Qt counts the characters of a document. The text may be broken: tree-sitter
finds its way around what is wrong, and a place is then as near as the text allows.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import tree_sitter_json
from tree_sitter import Language, Node, Parser, Tree

__all__ = ["Change", "JsonPlaces", "Place", "RepeatedName", "Span", "pointer_tokens", "to_pointer"]

_OPENING = {"{": "}", "[": "]"}
_BRACKETS = frozenset("{}[]")


@dataclass(frozen=True)
class Span:
    """From `start` to before `end`, in UTF-16 code units."""

    start: int
    end: int


@dataclass(frozen=True)
class Place:
    """A value: what of it is marked (`mark`), and all of it (`whole`).

    `lost`: the part of the pointer that led no further, where the value is not there.
    """

    mark: Span
    whole: Span
    lost: str = ""


@dataclass(frozen=True)
class RepeatedName:
    """A name that its object has had before, in line `first_line` (from 1)."""

    name: str
    span: Span
    first_line: int


def pointer_tokens(pointer: str) -> list[str]:
    """The parts of a JSON pointer (RFC 6901); the empty pointer, the whole document, has none."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def to_pointer(tokens: list[str]) -> str:
    """The JSON pointer (RFC 6901) of these parts."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


@dataclass(frozen=True)
class Change:
    """A text became another: the same up to `start`, and the same again in the last `tail` characters."""

    start: int
    tail: int

    def and_then(self, later: "Change") -> "Change":
        """Both changes as one."""
        return Change(min(self.start, later.start), min(self.tail, later.tail))


class JsonPlaces:
    """The places of one text. They take about 0.1 s per MiB to find; what is asked of them afterwards is quick.

    `known`: the tree of a text that was much the same, told of what changed.
    """

    def __init__(self, text: str, known: Tree | None = None) -> None:
        self._text = text
        self._unit = 1 if text.isascii() else 2
        source = text.encode("ascii") if self._unit == 1 else text.encode("utf-16-le", "surrogatepass")
        self._size = len(source)
        encoding: Literal["utf8", "utf16le"] = "utf8" if self._unit == 1 else "utf16le"
        parser = Parser(Language(tree_sitter_json.language()))
        if known is None:
            self._tree = parser.parse(source, encoding=encoding)
        else:
            self._tree = parser.parse(source, known, encoding=encoding)

    def changed_to(self, text: str, change: Change) -> "JsonPlaces":
        """The places of a text that this one has become, found at once; these here are used up by it."""
        plain = self._size == len(self._text) * self._unit
        alike = plain and (text.isascii() if self._unit == 1 else _has_single_units(text))
        return JsonPlaces(text, self._told_of(text, change) if alike else None)

    def place_of(self, pointer: str) -> Place:
        """The value at `pointer`; where it is not there, the nearest thing around it that is.

        A value of several lines is marked at its name, or at its first bracket.
        """
        key: Node | None = None
        node = self._top()
        lost = ""
        for token in pointer_tokens(pointer):
            found = self._step_into(node, token)
            if found is None:
                lost = token
                break
            key, node = found
        if node is None:
            return Place(Span(0, 0), Span(0, 0), lost)
        whole = self._span(node)
        if node.start_point.row == node.end_point.row:
            return Place(whole, whole, lost)
        if key is not None:
            return Place(self._span(key), whole, lost)
        return Place(Span(whole.start, whole.start + 1), whole, lost)

    def pointer_at(self, position: int) -> str:
        """The pointer of the innermost value around `position`; within a name, that of the value it names."""
        tokens: list[str] = []
        root = self._tree.root_node
        at = min(position * self._unit, root.end_byte)
        node: Node | None = root.named_descendant_for_byte_range(at, at)
        while node is not None:
            parent = node.parent
            if node.type == "pair":
                tokens.append(self._name_of(node))
            elif parent is not None and parent.type == "array" and not node.is_extra and not node.is_error:
                tokens.append(str(_items(parent).index(node)))
            node = parent
        return to_pointer(tokens[::-1])

    def brackets_at(self, position: int) -> tuple[int, int] | None:
        """Where the bracket beside `position` and its mate stand, the opening one first; the right side goes first."""
        for place in (position, position - 1):
            if place < 0:
                continue
            at = place * self._unit
            node = self._tree.root_node.descendant_for_byte_range(at, at + self._unit)
            if node is None or node.type not in _BRACKETS or node.is_missing or node.parent is None:
                continue
            first, last = node.parent.children[0], node.parent.children[-1]
            if _OPENING.get(first.type) == last.type and not last.is_missing and node in (first, last):
                return first.start_byte // self._unit, last.start_byte // self._unit
        return None

    def repeated_names(self) -> Iterator[RepeatedName]:
        """Every name that its object had before: readers of JSON disagree on which of the values counts."""
        waiting = [self._tree.root_node]
        while waiting:
            node = waiting.pop()
            if node.type == "object":
                yield from self._repeated_in(node)
            waiting.extend(reversed(node.named_children))

    def _told_of(self, text: str, change: Change) -> Tree:
        """The tree, told what became of its text."""
        old_end, new_end = len(self._text) - change.tail, len(text) - change.tail
        start = min(change.start, old_end, new_end)
        places = self._point(self._text, start), self._point(self._text, old_end), self._point(text, new_end)
        self._tree.edit(start * self._unit, old_end * self._unit, new_end * self._unit, *places)
        return self._tree

    def _point(self, text: str, at: int) -> tuple[int, int]:
        return text.count("\n", 0, at), (at - text.rfind("\n", 0, at) - 1) * self._unit

    def _repeated_in(self, node: Node) -> Iterator[RepeatedName]:
        seen: dict[str, int] = {}
        for pair in node.named_children:
            key = pair.child_by_field_name("key")
            if key is None:
                continue
            name = self._name_of(pair)
            if name in seen:
                yield RepeatedName(name, self._span(key), seen[name])
            else:
                seen[name] = key.start_point.row + 1

    def _top(self) -> Node | None:
        return next((node for node in self._tree.root_node.named_children if not _is_aside(node)), None)

    def _step_into(self, node: Node | None, token: str) -> tuple[Node | None, Node] | None:
        """The name (none in arrays) and the value that `token` leads to."""
        if node is None:
            return None
        if node.type == "array":
            items = _items(node)
            index = int(token) if token.isdecimal() and len(token) < 10 else len(items)
            return (None, items[index]) if index < len(items) else None
        if node.type == "object":
            for pair in node.named_children:
                key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if key is not None and value is not None and self._name_of(pair) == token:
                    return key, value
        return None

    def _name_of(self, pair: Node) -> str:
        key = pair.child_by_field_name("key")
        written = self._text_of(key) if key is not None else '""'
        try:
            return str(json.loads(written, strict=False))
        except ValueError:
            return written.strip('"')

    def _text_of(self, node: Node) -> str:
        return (node.text or b"").decode("ascii" if self._unit == 1 else "utf-16-le", "surrogatepass")

    def _span(self, node: Node) -> Span:
        return Span(node.start_byte // self._unit, node.end_byte // self._unit)


def _has_single_units(text: str) -> bool:
    """Whether the text is encoded in two bytes a character: it has others than ASCII, and none beyond U+FFFF."""
    return not text.isascii() and len(text.encode("utf-16-le", "surrogatepass")) == 2 * len(text)


def _is_aside(node: Node) -> bool:
    return node.is_extra or node.is_error


def _items(array: Node) -> list[Node]:
    return [item for item in array.named_children if not _is_aside(item)]
