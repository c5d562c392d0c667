"""The head of an execution: how it ended, when, with which key, from where, and its numbers."""

from datetime import datetime

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ss_admin.contract.executions import Execution
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.moments import ago, exact_moment
from ss_admin.desktop.rule_chains.executions.cells import OUTCOME_BADGES
from ss_admin.desktop.rule_chains.executions.execution_filter import OUTCOME_WORDS
from ss_admin.desktop.rule_chains.picture.run_marks import duration_words
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge_label import BadgeLabel
from ss_admin.desktop.widgets.copy_line import CopyLine
from ss_admin.desktop.widgets.labels import ElidedLabel, words
from ss_admin.desktop.widgets.row_cells import plain_tooltip

__all__ = ["ExecutionFacts"]

_COLUMNS = 4
_LINE = 30


class ExecutionFacts(QWidget):
    """Captions over their values, in two rows."""

    def __init__(
        self, execution: Execution, *, now: datetime, clipboard: Clipboard, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.tokens.xl)
        self._grid.setVerticalSpacing(4)
        icon, kind = OUTCOME_BADGES[execution.outcome]
        ids = [
            CopyLine(what, text, clipboard=clipboard, theme=theme, name=f"execution.{name}")
            for what, text, name in (
                ("execution ID", execution.id, "id"),
                ("request ID", execution.request_id, "requestId"),
            )
        ]
        facts: tuple[tuple[str, QWidget], ...] = (
            ("Outcome", BadgeLabel(OUTCOME_WORDS[execution.outcome], kind, theme=theme, icon=icon)),
            ("When", _when(execution, now)),
            ("Duration", words(duration_words(execution.duration_ms))),
            ("API key", ElidedLabel(execution.api_key.name)),
            ("Address", words(execution.address)),
            ("Execution ID", ids[0]),
            ("Request ID", ids[1]),
        )
        for place, (caption, value) in enumerate(facts):
            self._add(place, caption, value, columns=2 if value is ids[1] else 1)
        self._grid.setColumnStretch(_COLUMNS - 1, 1)

    def _add(self, place: int, caption: str, value: QWidget, *, columns: int) -> None:
        cell = QVBoxLayout()
        cell.setSpacing(1)
        label = words(caption, "caption")
        label.setBuddy(value)
        cell.addWidget(label)
        line = QHBoxLayout()
        line.addWidget(value)
        if isinstance(value, BadgeLabel):
            line.addStretch()
        line.addStrut(_LINE)
        cell.addLayout(line)
        cell.addStretch()
        self._grid.addLayout(cell, place // _COLUMNS, place % _COLUMNS, 1, columns)


def _when(execution: Execution, now: datetime) -> QLabel:
    exact = exact_moment(execution.at)
    label = words(f"{exact.splitlines()[0]} · {ago(execution.at, now)}")
    label.setToolTip(plain_tooltip(exact))
    return label
