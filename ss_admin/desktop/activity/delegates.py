"""Paints the cells of the audit trail: a line, and dimmed below it what goes with it."""

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QPainter

from ss_admin.contract.activity import ActivityEntry
from ss_admin.desktop.activity.cells import Column, cell_lines
from ss_admin.desktop.moments import Clock
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.row_cells import ActionsDelegate, FindLook, RowDelegate, paint_text, two_lines
from ss_admin.desktop.widgets.row_look import RowLook

__all__ = ["make_delegates"]


class _CellDelegate(RowDelegate):
    """One or two lines of text."""

    def __init__(self, column: Column, theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> None:
        super().__init__(theme, clock, find_look, parent)
        self._column = column

    def paint_content(self, painter: QPainter, content: QRect, entry: ActivityEntry, look: RowLook) -> None:
        """A single line stands in the middle."""
        text, below = cell_lines(entry, self._column, self.clock())
        first, second = two_lines(content) if below else (content, QRect())
        font = self.strong_font if self._column is Column.ACTION else self.body_font
        paint_text(painter, first, text, font, self.theme.colour("text"))
        is_key = self._column is Column.OBJECT
        paint_text(
            painter, second, below, self.mono_font if is_key else self.small_font, self.theme.colour("text_dimmed")
        )


def make_delegates(theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> dict[Column, RowDelegate]:
    """A delegate for each column."""
    made: dict[Column, RowDelegate] = {
        column: _CellDelegate(column, theme, clock, find_look, parent) for column in Column
    }
    made[Column.ACTIONS] = ActionsDelegate(theme, clock, find_look, parent)
    return made
