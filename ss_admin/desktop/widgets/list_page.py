"""A page that shows a list and lets one read it: heading, refresh, table, and what stands there when it is empty."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ss_admin.client.errors import ClientError
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.busy import ProgressStripe
from ss_admin.desktop.widgets.buttons import IconButton
from ss_admin.desktop.widgets.cursor_model import CursorModel
from ss_admin.desktop.widgets.empty_state import EmptyState
from ss_admin.desktop.widgets.filling_column import FillingColumn
from ss_admin.desktop.widgets.labels import words, wrapped_label
from ss_admin.desktop.widgets.paged.column_rows import ColumnRows
from ss_admin.desktop.widgets.paged.row_anchor import RowAnchor
from ss_admin.desktop.widgets.paged.rows_in_view import RowsInView
from ss_admin.desktop.widgets.row_table import show_as_rows
from ss_admin.desktop.widgets.scroll_anchor import ScrollAnchor
from ss_admin.desktop.widgets.stale_mark import StaleMark
from ss_admin.desktop.widgets.width_memory import WidthMemory

__all__ = ["ListPage"]

Rows = TypeVar("Rows", bound=CursorModel | ColumnRows)

_ROW = 48
_TIME_PASSES_MS = 30_000


class ListPage(QWidget, Generic[Rows]):
    """The base of a read-only list page; `name` begins the objectNames. See `shell/place.py` for the signals.

    `widths` are the columns' widths at first; the column `filling` (by default the last one) takes what is left over,
    and never less. `table` is the view, where it is one of its own kind. A page may add buttons to `head`, and a row
    of filters to `above`. A list that is `within` a page has no heading of its own: it begins with `head`. The widths
    that a person gives to the columns are kept in `preferences`.
    """

    said = Signal(str)
    failed = Signal(object)
    recovered = Signal()

    def __init__(
        self,
        model: Rows,
        *,
        theme: Theme,
        name: str,
        heading: str,
        about: str,
        empty: EmptyState,
        widths: Sequence[int],
        filling: int = -1,
        table: QTableView | None = None,
        within: bool = False,
        preferences: Preferences | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.theme = theme
        self.model: Rows = model
        model.setParent(self)
        self.table = table or _plain_table()
        self.empty = empty
        self.refresh_button = IconButton(
            "ph.arrows-clockwise", "Refresh (F5)", name=f"{name}.refresh", theme=theme, outlined=True
        )
        self.stale_mark = StaleMark(theme=theme, name=f"{name}.stale")
        self._stripe = ProgressStripe(theme=theme)
        self._stack = QStackedWidget()
        self._prepare_table(name, heading)
        for column, width in enumerate(widths):
            self.table.setColumnWidth(column, width)
        FillingColumn(self.table, filling % len(widths), widths[filling])
        if preferences is not None:
            WidthMemory(preferences, name, self.table.horizontalHeader(), self)
        _keep_in_place(self.table, model)
        self._lay_out(heading, about, within=within)
        self._time = QTimer(self, interval=_TIME_PASSES_MS)
        self._connect()

    def refresh(self) -> None:
        """Asks the server anew; what is shown stays until the answer is there."""
        self.model.refresh()

    def set_stale(self, stale: bool) -> None:
        """Marks what is shown as possibly out of date."""
        self.stale_mark.setVisible(stale and self.model.is_loaded)

    def activate(self) -> None:
        """The page has come to the front."""
        self.model.refresh()
        self.table.setFocus()

    def _prepare_table(self, name: str, heading: str) -> None:
        table = self.table
        table.setObjectName(f"{name}.table")
        table.setAccessibleName(heading)
        table.setModel(self.model)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(90)

    def _lay_out(self, heading: str, about: str, *, within: bool) -> None:
        tokens = self.theme.tokens
        self.head = QHBoxLayout()
        if not within:
            titles = QVBoxLayout()
            titles.setSpacing(2)
            titles.addWidget(words(heading, "heading"))
            titles.addWidget(wrapped_label(about, "dimmed"))
            self.head.addLayout(titles, 1)
        self.head.setSpacing(tokens.m)
        self.head.addWidget(self.stale_mark)
        self.head.addWidget(self.refresh_button)
        self.above = QHBoxLayout()
        self.above.setSpacing(tokens.m)
        card = QFrame()
        card.setProperty("role", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(1, 1, 1, 6)
        inside.setSpacing(0)
        inside.addWidget(self._stripe)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.empty)
        inside.addWidget(self._stack, 1)
        layout = QVBoxLayout(self)
        edge = 0 if within else tokens.xl
        layout.setContentsMargins(edge, edge or tokens.m, edge, edge)
        layout.setSpacing(tokens.m if within else tokens.l)
        layout.addLayout(self.head)
        layout.addLayout(self.above)
        layout.addWidget(card, 1)

    def _connect(self) -> None:
        busy = self.model.busy if isinstance(self.model, CursorModel) else self.model.busy_changed
        busy.connect(self._show_busy)
        self.model.answered.connect(self._show_answer)
        self.model.failed.connect(self._pass_on)
        self.refresh_button.clicked.connect(self.refresh)
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_F5), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.refresh)
        self._time.timeout.connect(self.model.tell_time_passed)
        self._time.start()

    def _show_busy(self, busy: bool) -> None:
        if busy:
            self._stripe.start()
        else:
            self._stripe.stop()

    def _show_answer(self) -> None:
        self.set_stale(False)
        self._stack.setCurrentWidget(self.table if self.model.rowCount() else self.empty)
        self.recovered.emit()

    def _pass_on(self, error: ClientError) -> None:
        self.failed.emit(error)


def _keep_in_place(table: QTableView, model: CursorModel | ColumnRows) -> None:
    if isinstance(model, CursorModel):
        ScrollAnchor(table, model)
    else:
        RowAnchor(table, model)
        RowsInView(table, model)


def _plain_table() -> QTableView:
    table = QTableView()
    show_as_rows(table, _ROW)
    return table
