"""Shows what is wrong with the text of an editor, in the text, beside it and in a list, and leads there."""

from collections.abc import Sequence

from ss_admin.desktop.rule_chains.json_editor.code_area import CodeArea
from ss_admin.desktop.rule_chains.json_editor.current_text import CurrentText
from ss_admin.desktop.rule_chains.json_editor.fault_list import FaultList
from ss_admin.desktop.rule_chains.json_editor.fault_marks import FaultMark, FaultMarks
from ss_admin.desktop.rule_chains.json_editor.json_places import Span

__all__ = ["FaultView"]

Told = tuple[str, str]
"""A JSON pointer, and what is wrong there."""


class FaultView:
    """Faults of the text itself are found by `check()`; those that a server found are told with `tell()`."""

    def __init__(self, area: CodeArea, current: CurrentText, shown: FaultList) -> None:
        self._area = area
        self._current = current
        self._list = shown
        self._marks = FaultMarks()
        shown.chosen.connect(area.go_to_position)

    @property
    def count(self) -> int:
        """How many faults are shown."""
        return len(self._marks.all())

    @property
    def told(self) -> list[Told]:
        """Those told by the server that still stand."""
        return [(mark.pointer or "", mark.detail.removeprefix(mark.lead)) for mark in self._marks.told]

    def check(self) -> None:
        """Looks what is wrong with the text as it stands."""
        faults = self._current.reading().faults
        self._marks.found = [FaultMark(fault.detail, Span(fault.start, fault.end)) for fault in faults]
        self._show()

    def tell(self, faults: Sequence[Told]) -> None:
        """Shows these faults in the place of those told before."""
        places = self._current.places() if faults else None
        marks = []
        for pointer, detail in faults:
            if places is not None:
                place = places.place_of(pointer)
                lead = f"“{place.lost}”: " if place.lost and place.lost not in detail else ""
                marks.append(FaultMark(lead + detail, place.mark, place.whole if pointer else None, pointer, lead))
        self._marks.told = marks
        self._show()

    def follow(self, at: int, removed: int, added: int) -> None:
        """The text was edited: faults move with it, and go where it was edited."""
        if self._marks.follow(at, removed, added):
            self._show()

    def go_to_next(self, *, backwards: bool = False) -> None:
        """Puts the cursor on the next fault or the one before, round the end of the text if need be."""
        places = [mark.span.start for mark in self._marks.all()]
        here = self._area.textCursor().position()
        beyond = [place for place in places if (place < here if backwards else place > here)] or places
        if beyond:
            self._area.go_to_position(beyond[-1 if backwards else 0])

    def _show(self) -> None:
        marks = self._marks.all()
        self._area.tints.show_marks(marks)
        lines: dict[int, str] = {}
        rows = []
        for mark in marks:
            line = self._area.line_of(mark.span.start)
            lines[line] = f"{lines[line]}\n{mark.detail}" if line in lines else mark.detail
            rows.append((line + 1, mark.span.start, mark.detail))
        self._area.gutter.show_faults(lines)
        self._list.show_faults(rows)
