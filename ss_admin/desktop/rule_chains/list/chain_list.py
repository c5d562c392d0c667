"""The list of rule chains on its page: search, states, the last run, and the way into a chain."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QMouseEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHeaderView
from typing_extensions import override

from ss_admin.contract.rule_chains import RuleChainPage
from ss_admin.desktop.rule_chains.list.cells import (
    COLUMN_TITLES,
    COLUMN_WIDTHS,
    Column,
    cell_spoken,
    cell_text,
    cell_tooltip,
)
from ss_admin.desktop.rule_chains.list.delegates import make_delegates
from ss_admin.desktop.rule_chains.surroundings import Surroundings
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.cursor_model import CursorModel
from ss_admin.desktop.widgets.empty_state import EmptyState
from ss_admin.desktop.widgets.labels import words
from ss_admin.desktop.widgets.list_page import ListPage
from ss_admin.desktop.widgets.row_view import RowView
from ss_admin.desktop.widgets.search_field import SearchField
from ss_admin.desktop.widgets.timed_columns import timed_columns

__all__ = ["ChainList"]

REFRESH_MS = 30_000
_PAGE_ITEMS = 200
_ABOUT = "A rule chain says what happens when a partner calls. It is called at its API endpoint, with an API key."
_FIRST_CHAIN = (
    "A rule chain takes what a partner sends, decides by your rules, and answers. Begin with a template: it works as "
    "it stands, and you change it to your rules."
)


class ChainTable(RowView):
    """A click, Enter and a double click open a chain, but for the ⋯."""

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Opens the row that was pressed and let go, as a link would."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        is_click = event.button() == Qt.MouseButton.LeftButton and index == self.currentIndex()
        if is_click and self.opens(index) and (chain := self.document(index)) is not None:
            self.open_requested.emit(chain)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The first click has opened the chain already; on the ⋯ both count."""
        if not self.opens(self.indexAt(event.position().toPoint())):
            super().mouseDoubleClickEvent(event)


class ChainList(ListPage[CursorModel]):
    """It refreshes itself every 30 s while it can be seen; the row with the keyboard and the place scrolled to stay.

    `create_requested` and `import_requested` are the two ways to a new chain; the other signals are the table's.
    """

    create_requested = Signal()
    import_requested = Signal()

    def __init__(self, surroundings: Surroundings) -> None:
        theme, self._with = surroundings.theme, surroundings
        self._search = ""
        self._awaited: str | None = None
        table = ChainTable(theme, first_column=Column.NAME, menu_column=Column.ACTIONS)
        super().__init__(
            CursorModel(
                timed_columns(
                    COLUMN_TITLES, surroundings.clock, text=cell_text, tooltip=cell_tooltip, spoken=cell_spoken
                ),
                self._load,
                surroundings.background,
            ),
            theme=theme,
            name="ruleChains",
            heading="Rule Chains",
            about=_ABOUT,
            empty=EmptyState("ph.flow-arrow", "", "", "New Rule Chain", theme=theme, name="ruleChains.empty"),
            widths=tuple(COLUMN_WIDTHS.values()),
            filling=Column.NAME,
            table=table,
            preferences=surroundings.preferences,
        )
        self.chains = table
        self.search = SearchField("Search rule chains", theme=theme, name="ruleChains.search")
        self.count = words("", "dimmed")
        self.count.setObjectName("ruleChains.count")
        self.import_button = button("Import…", name="ruleChains.import", theme=theme, icon="ph.download-simple")
        self.create_button = button("New Rule Chain", "primary", name="ruleChains.create", theme=theme, icon="ph.plus")
        self.create_button.setToolTip("Ctrl+N")
        for column, delegate in make_delegates(theme, surroundings.clock, table.look_of, table).items():
            table.setItemDelegateForColumn(column, delegate)
        table.horizontalHeader().setMinimumSectionSize(44)
        table.horizontalHeader().setSectionResizeMode(Column.ACTIONS, QHeaderView.ResizeMode.Fixed)
        table.setColumnWidth(Column.ACTIONS, COLUMN_WIDTHS[Column.ACTIONS])
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._arrange()
        self._connect_parts()

    def expect(self, chain_id: str) -> None:
        """Makes this chain the current row once it is there."""
        self._awaited = chain_id
        self._make_awaited_current()

    def start_search(self) -> None:
        """The search gets the keyboard."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _load(self, cursor: str | None) -> RuleChainPage:
        return self._with.chains.list_page(search=self._search, limit=_PAGE_ITEMS, cursor=cursor)

    def _arrange(self) -> None:
        for control in (self.import_button, self.create_button):
            self.head.addWidget(control)
        self.search.setMaximumWidth(360)
        self.above.addWidget(self.search, 1)
        self.above.addStretch(1)
        self.above.addWidget(self.count)

    def _connect_parts(self) -> None:
        self.search.searched.connect(self._search_for)
        self.import_button.clicked.connect(self.import_requested)
        self.create_button.clicked.connect(self.create_requested)
        self.empty.acted.connect(self._act_on_empty)
        self.model.answered.connect(self._on_answered)
        self._timer.timeout.connect(self.refresh)
        for key, act in (
            (QKeySequence.StandardKey.New, self.create_requested.emit),
            (QKeySequence.StandardKey.Find, self.start_search),
        ):
            shortcut = QShortcut(key, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _search_for(self, text: str) -> None:
        self._search = text
        self.table.scrollToTop()
        self.model.refresh()

    def _act_on_empty(self) -> None:
        if self._search:
            self.search.clear()
        else:
            self.create_requested.emit()

    def _on_answered(self) -> None:
        total = self.model.total
        self.count.setText("1 rule chain" if total == 1 else f"{total:,} rule chains")
        self.count.setVisible(bool(total))
        if self._search:
            text = f"No rule chain has “{self._search}” in its name."
            self.empty.say("ph.magnifying-glass", "No rule chain matches", text, "Clear search")
        else:
            self.empty.say("ph.flow-arrow", "No rule chains yet", _FIRST_CHAIN, "New Rule Chain")
        self._make_awaited_current()
        if self.table.hasFocus() and not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.model.index(0, Column.NAME))

    def _make_awaited_current(self) -> None:
        row = self.model.find(self._awaited) if self._awaited is not None else None
        if row is not None:
            self._awaited = None
            self.table.setCurrentIndex(self.model.index(row, Column.NAME))
