"""Paints the cells of the list: text, and the outcome on a badge."""

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QPainter

from ss_admin.contract.executions import Execution, ExecutionOutcome
from ss_admin.desktop.moments import Clock
from ss_admin.desktop.rule_chains.executions.cells import OUTCOME_BADGES, Column, cell_text
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge import paint_badge
from ss_admin.desktop.widgets.row_cells import FindLook, RowDelegate, paint_text
from ss_admin.desktop.widgets.row_look import RowLook

__all__ = ["make_delegates"]


class _TextDelegate(RowDelegate):
    """One line of text; an error in the colour of errors."""

    def __init__(self, column: Column, theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> None:
        super().__init__(theme, clock, find_look, parent)
        self._column = column

    def paint_content(self, painter: QPainter, content: QRect, execution: Execution, look: RowLook) -> None:
        """One line."""
        text = cell_text(execution, self._column, self.clock())
        role = "text_dimmed" if self._column is Column.DURATION else "text"
        if self._column is Column.ERROR and execution.outcome is ExecutionOutcome.FAILED:
            role = "danger_fg"
        paint_text(painter, content, text, self.body_font, self.theme.colour(role))


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
    made[Column.OUTCOME] = _OutcomeDelegate(theme, clock, find_look, parent)
    return made
