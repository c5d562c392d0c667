"""Paints the cells of the list: text, and the outcome on a badge."""

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QPainter

from ss_admin.contract.executions import Execution, ExecutionOutcome
from ss_admin.desktop.moments import Clock
from ss_admin.desktop.rule_chains.executions.cells import OUTCOME_BADGES, Column, cell_text, two_line_cell
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge import paint_badge
from ss_admin.desktop.widgets.row_cells import FindLook, RowDelegate, paint_text, two_lines
from ss_admin.desktop.widgets.row_look import RowLook

__all__ = ["make_delegates"]


class _TextDelegate(RowDelegate):
    """One line of text."""

    def __init__(self, column: Column, theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> None:
        super().__init__(theme, clock, find_look, parent)
        self._column = column

    def paint_content(self, painter: QPainter, content: QRect, execution: Execution, look: RowLook) -> None:
        """One line."""
        text = cell_text(execution, self._column, self.clock())
        role = "text_dimmed" if self._column is Column.DURATION else "text"
        paint_text(painter, content, text, self.body_font, self.theme.colour(role))


class _ApiKeyDelegate(RowDelegate):
    """The key's name, and the masked key under it, dimmed."""

    def paint_content(self, painter: QPainter, content: QRect, execution: Execution, look: RowLook) -> None:
        """Two lines; a name alone stands in the middle."""
        name, masked = two_line_cell(execution, Column.API_KEY)
        name_line, key_line = two_lines(content) if masked else (content, QRect())
        paint_text(painter, name_line, name, self.body_font, self.theme.colour("text"))
        paint_text(painter, key_line, masked, self.mono_font, self.theme.colour("text_dimmed"))


class _ErrorDelegate(RowDelegate):
    """Which node failed, and under it why, in the colour of errors."""

    def paint_content(self, painter: QPainter, content: QRect, execution: Execution, look: RowLook) -> None:
        """Two lines; a cause alone stands in the middle."""
        where, cause = two_line_cell(execution, Column.ERROR)
        ink = self.theme.colour("danger_fg" if execution.outcome is ExecutionOutcome.FAILED else "text")
        if not cause:
            paint_text(painter, content, where, self.body_font, ink)
            return
        where_line, cause_line = two_lines(content)
        paint_text(painter, where_line, where, self.body_font, self.theme.colour("text"))
        paint_text(painter, cause_line, cause, self.small_font, ink)


class _OutcomeDelegate(RowDelegate):
    """“Succeeded” or “Failed” on a badge with an icon."""

    def paint_content(self, painter: QPainter, content: QRect, execution: Execution, look: RowLook) -> None:
        """Icon, word and tint say the same."""
        icon, kind = OUTCOME_BADGES[execution.outcome]
        text = cell_text(execution, Column.OUTCOME, self.clock())
        paint_badge(painter, content, text, kind, self.theme, icon=icon)


def make_delegates(theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> dict[Column, RowDelegate]:
    """A delegate for each column."""
    made: dict[Column, RowDelegate] = {
        column: _TextDelegate(column, theme, clock, find_look, parent) for column in Column
    }
    made[Column.API_KEY] = _ApiKeyDelegate(theme, clock, find_look, parent)
    made[Column.ERROR] = _ErrorDelegate(theme, clock, find_look, parent)
    made[Column.OUTCOME] = _OutcomeDelegate(theme, clock, find_look, parent)
    return made
