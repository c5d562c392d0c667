"""What is wrong in a text, kept at its place while the text is edited. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ss_admin.desktop.rule_chains.json_editor.json_places import Span

__all__ = ["FaultMark", "FaultMarks"]


@dataclass(frozen=True)
class FaultMark:
    """A fault at `span`. It goes once anything within `watched` changes; None: it stays until it is judged anew.

    `pointer`: the JSON pointer that the fault came with, None for one found in the text itself; `lead`: how `detail`
    begins where it had to be said what is missing.
    """

    detail: str
    span: Span
    watched: Span | None = None
    pointer: str | None = None
    lead: str = ""


class FaultMarks:
    """The faults of the text itself (`found`), and those told of it by the server (`told`)."""

    def __init__(self) -> None:
        self.found: Sequence[FaultMark] = ()
        self.told: Sequence[FaultMark] = ()

    def all(self) -> list[FaultMark]:
        """Every fault, from the top of the text to its end."""
        return sorted([*self.found, *self.told], key=lambda mark: mark.span.start)

    def follow(self, at: int, removed: int, added: int) -> bool:
        """The text changed: `removed` characters at `at` gave way to `added`. Whether a fault went with it."""
        self.found = [_moved(mark, at, removed, added) for mark in self.found]
        before = len(self.told)
        self.told = [
            _moved(mark, at, removed, added) for mark in self.told if not _touches(mark.watched, at, at + removed)
        ]
        return len(self.told) < before


def _touches(watched: Span | None, start: int, end: int) -> bool:
    return watched is not None and start <= watched.end and end >= watched.start


def _moved(mark: FaultMark, at: int, removed: int, added: int) -> FaultMark:
    if at + removed > mark.span.start or (at == mark.span.start and removed):
        return mark
    by = added - removed
    watched = Span(mark.watched.start + by, mark.watched.end + by) if mark.watched else None
    return replace(mark, span=Span(mark.span.start + by, mark.span.end + by), watched=watched)
