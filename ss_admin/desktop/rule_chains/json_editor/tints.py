"""What is drawn over and under the text: the cursor's line, matches, pairs of brackets, faults underlined."""

from collections.abc import Sequence

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from ss_admin.desktop.rule_chains.json_editor.fault_marks import FaultMark
from ss_admin.desktop.theme.theme import Theme

__all__ = ["Tints"]

_UNDERLINES = 300


class Tints:
    """The tints of one editor."""

    def __init__(self, area: QPlainTextEdit, *, theme: Theme) -> None:
        self._area = area
        self._theme = theme
        self._marks: Sequence[FaultMark] = ()
        self._underlines: Sequence[QTextEdit.ExtraSelection] = ()
        self._brackets: Sequence[int] = ()
        self._matches: Sequence[QTextCursor] = ()
        self._found: Sequence[QTextEdit.ExtraSelection] = ()

    def show_marks(self, marks: Sequence[FaultMark]) -> None:
        """Underlines what is at fault."""
        self._marks = marks
        self._underlines = [self._underline(mark) for mark in marks[:_UNDERLINES]]
        self.draw()

    def show_brackets(self, positions: Sequence[int]) -> None:
        """Tints the brackets at these places."""
        if positions != self._brackets:
            self._brackets = positions
            self.draw()

    def show_matches(self, matches: Sequence[QTextCursor]) -> None:
        """Tints what was searched for."""
        self._matches = matches
        ground = self._theme.colour("warning_bg")
        self._found = [_tint(match, ground) for match in matches]
        self.draw()

    def details_at(self, position: int) -> list[str]:
        """What is wrong at a place."""
        under = zip(self._marks, self._underlines, strict=False)
        return [mark.detail for mark, tint in under if tint.cursor.anchor() <= position <= tint.cursor.position()]

    def draw(self) -> None:
        """Draws all afresh, where the cursor has moved."""
        colour = self._theme.colour
        here = self._area.textCursor()
        here.clearSelection()
        line = _tint(here, colour("surface_hover"))
        line.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        brackets = [_tint(self._cursor(at, at + 1), colour("accent_bg")) for at in self._brackets]
        self._area.setExtraSelections([line, *self._found, *brackets, *self._underlines])

    def recolour(self) -> None:
        """Draws all in the colours of the theme in force."""
        self.show_matches(self._matches)
        self.show_marks(self._marks)

    def _underline(self, mark: FaultMark) -> QTextEdit.ExtraSelection:
        tint = _tint(self._cursor(mark.span.start, max(mark.span.end, mark.span.start + 1)))
        tint.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        tint.format.setUnderlineColor(self._theme.colour("danger_fg"))
        return tint

    def _cursor(self, start: int, end: int) -> QTextCursor:
        last = self._area.document().characterCount() - 1
        cursor = QTextCursor(self._area.document())
        cursor.setPosition(min(start, last))
        cursor.setPosition(min(end, last), QTextCursor.MoveMode.KeepAnchor)
        return cursor


def _tint(cursor: QTextCursor, ground: QColor | None = None) -> QTextEdit.ExtraSelection:
    tint = QTextEdit.ExtraSelection()
    tint.cursor = QTextCursor(cursor)
    tint.format = QTextCharFormat()
    if ground is not None:
        tint.format.setBackground(ground)
    return tint
