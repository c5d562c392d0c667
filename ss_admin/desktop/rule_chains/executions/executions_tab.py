"""“Executions”: what became of the calls that reached a rule chain, newest first."""

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.executions import ExecutionQuery, ExecutionsClient
from ss_admin.contract.executions import Execution, ExecutionPage
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.moments import Clock, utc_now
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.rule_chains.executions.cells import (
    COLUMN_TITLES,
    COLUMN_WIDTHS,
    Column,
    cell_spoken,
    cell_text,
    cell_tooltip,
)
from ss_admin.desktop.rule_chains.executions.delegates import make_delegates
from ss_admin.desktop.rule_chains.executions.execution_dialog import ExecutionDialog
from ss_admin.desktop.rule_chains.executions.filter_bar import FilterBar
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.cursor_model import CursorModel
from ss_admin.desktop.widgets.empty_state import EmptyState
from ss_admin.desktop.widgets.labels import words
from ss_admin.desktop.widgets.list_page import ListPage
from ss_admin.desktop.widgets.menu import Menu
from ss_admin.desktop.widgets.row_view import RowView
from ss_admin.desktop.widgets.timed_columns import timed_columns

__all__ = ["ExecutionsTab"]

REFRESH_MS = 30_000
_PAGE_ITEMS = 100
_NO_MENU_COLUMN = -1
_NO_ICON, _NO_TITLE = "ph.clock-counter-clockwise", "No executions yet"
_NONE_YET = (
    "Every call that reaches this rule chain is listed here: when it came, with which key, how it ended and how long "
    "it took. Calls that are refused before, by their key or their payload, are not."
)


class ExecutionsTab(ListPage[CursorModel]):
    """Enter or a double click opens an execution. It refreshes itself every 30 s while it can be seen.

    `said`, `failed` and `recovered` are those of a page, see `shell/place.py`.
    """

    def __init__(
        self,
        *,
        executions: ExecutionsClient,
        api_keys: ApiKeysClient,
        background: Background,
        clipboard: Clipboard,
        theme: Theme,
        preferences: Preferences | None = None,
        clock: Clock = utc_now,
        parent: QWidget | None = None,
    ) -> None:
        self._executions = executions
        self._background = background
        self._clipboard = clipboard
        self._clock = clock
        self._chain_id = ""
        self._chain_name = ""
        self._query = ExecutionQuery()
        columns = timed_columns(COLUMN_TITLES, clock, text=cell_text, tooltip=cell_tooltip, spoken=cell_spoken)
        table = RowView(theme, first_column=Column.WHEN, menu_column=_NO_MENU_COLUMN)
        super().__init__(
            CursorModel(columns, self._load, background),
            theme=theme,
            name="executions",
            heading="Executions",
            about="",
            empty=EmptyState(
                _NO_ICON, _NO_TITLE, _NONE_YET, theme=theme, action_kind="standard", name="executions.empty"
            ),
            widths=tuple(COLUMN_WIDTHS.values()),
            filling=Column.ERROR,
            table=table,
            within=True,
            preferences=preferences,
            parent=parent,
        )
        self.rows = table
        self.filters = FilterBar(api_keys, background, theme=theme, clock=clock)
        self.count = words("", "dimmed")
        self.count.setObjectName("executions.count")
        for column, delegate in make_delegates(theme, clock, table.look_of, table).items():
            table.setItemDelegateForColumn(column, delegate)
        self.head.insertWidget(0, self.filters)
        self.head.insertStretch(1)
        self.head.insertWidget(2, self.count)
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._connect_parts()

    def show_chain(self, chain_id: str, name: str) -> None:
        """Shows the executions of this chain; those of another one are gone at once."""
        self._chain_name = name
        if chain_id != self._chain_id:
            self._chain_id = chain_id
            self.filters.clear()
            self.count.hide()
            self.model.forget()
        if self.isVisible():
            self.refresh()

    @override
    def refresh(self) -> None:
        if self._chain_id:
            self._query = self.filters.filter.query(self._clock())
            super().refresh()

    @override
    def activate(self) -> None:
        self.refresh()
        self.table.setFocus()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self.refresh()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _load(self, cursor: str | None) -> ExecutionPage:
        return self._executions.list_page(self._chain_id, self._query, limit=_PAGE_ITEMS, cursor=cursor)

    def _connect_parts(self) -> None:
        self.filters.changed.connect(self._apply_filter)
        self.filters.failed.connect(self.failed)
        self.model.answered.connect(self._on_answered)
        self.empty.acted.connect(self.filters.clear)
        self.rows.open_requested.connect(self._open)
        self.rows.menu_requested.connect(self._show_menu)
        self._timer.timeout.connect(self.refresh)

    def _apply_filter(self) -> None:
        self.table.scrollToTop()
        self.refresh()

    def _on_answered(self) -> None:
        total, chosen = self.model.total, self.filters.filter
        self.count.setText("1 execution" if total == 1 else f"{total:,} executions")
        self.count.setVisible(bool(total))
        if chosen.is_empty:
            self.empty.say(_NO_ICON, _NO_TITLE, _NONE_YET)
        else:
            text = f"Nothing matches {chosen.words()}."
            self.empty.say("ph.magnifying-glass", "No execution matches", text, "Clear filters")

    def _open(self, execution: Execution) -> None:
        dialog = ExecutionDialog(
            self.window(),
            execution,
            self._chain_name,
            executions=self._executions,
            background=self._background,
            clipboard=self._clipboard,
            theme=self.theme,
            clock=self._clock,
        )
        dialog.failed.connect(self.failed)
        dialog.open()

    def _show_menu(self, execution: Execution, place: QPoint) -> None:
        menu = Menu(self, name="executions.rowMenu")
        menu.addAction("Open").triggered.connect(lambda: self._open(execution))
        only = menu.addAction("Show this API key only")
        only.triggered.connect(lambda: self.filters.api_key.choose(execution.api_key))
        menu.aboutToHide.connect(lambda: self.rows.show_menu_open(None))
        menu.aboutToHide.connect(menu.deleteLater)
        self.rows.show_menu_open(execution.id)
        menu.popup(place)
