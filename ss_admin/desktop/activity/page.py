"""The page “Activity”: the audit trail, newest first, narrowed by filters, opened entry by entry, taken out as CSV."""

from itertools import pairwise

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHeaderView, QWidget
from typing_extensions import override

from ss_admin.client.activity import ActivityClient, ActivityQuery
from ss_admin.contract.activity import EXPORT_MAX_ENTRIES, ActivityEntry
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.activity.activity_filter import ActivityFilter
from ss_admin.desktop.activity.cells import COLUMN_TITLES, COLUMN_WIDTHS, Column, cell_spoken, cell_text, cell_tooltip
from ss_admin.desktop.activity.delegates import make_delegates
from ss_admin.desktop.activity.entry_dialog import EntryDialog
from ss_admin.desktop.activity.filter_bar import FilterBar
from ss_admin.desktop.activity.row_menu import RowMenu
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.file_saving import FileKind, FileSaving
from ss_admin.desktop.moments import Clock, local_date, utc_now
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.choosing.period import TimeSpan
from ss_admin.desktop.widgets.dialog import Message
from ss_admin.desktop.widgets.empty_state import EmptyState
from ss_admin.desktop.widgets.labels import words
from ss_admin.desktop.widgets.list_page import ListPage
from ss_admin.desktop.widgets.paged.column_rows import ColumnRows
from ss_admin.desktop.widgets.row_view import RowView
from ss_admin.desktop.widgets.timed_columns import timed_columns

__all__ = ["ActivityPage"]

REFRESH_MS = 30_000
_ABOUT = "Who did what to which key or rule chain, and when. Entries cannot be changed or deleted."
_NONE_YET = (
    "ph.clock-counter-clockwise",
    "Nothing has happened yet",
    "As soon as somebody signs in, or changes a key or a rule chain, it is told here.",
)


class ActivityPage(ListPage[ColumnRows]):
    """Enter, or a double click, opens an entry. It refreshes itself every 30 s while it can be seen.

    `key_opened` carries the id of a key whose own page is wanted.
    """

    key_opened = Signal(str)

    def __init__(
        self,
        activity: ActivityClient,
        *,
        background: Background,
        clipboard: Clipboard,
        theme: Theme,
        preferences: Preferences | None = None,
        clock: Clock = utc_now,
        parent: QWidget | None = None,
    ) -> None:
        self._activity = activity
        self._clipboard = clipboard
        self._clock = clock
        table = RowView(theme, first_column=Column.WHEN, menu_column=Column.ACTIONS)
        rows = ColumnRows(
            timed_columns(COLUMN_TITLES, clock, text=cell_text, tooltip=cell_tooltip, spoken=cell_spoken),
            activity,
            ActivityQuery(),
            background,
            grows_at_top=True,
        )
        super().__init__(
            rows,
            theme=theme,
            name="activity",
            heading="Activity",
            about=_ABOUT,
            empty=EmptyState(*_NONE_YET, theme=theme, action_kind="standard", name="activity.empty"),
            widths=tuple(COLUMN_WIDTHS.values()),
            filling=Column.CHANGES,
            table=table,
            preferences=preferences,
            parent=parent,
        )
        self.view = table
        self.filters = FilterBar(activity, background, theme=theme, clock=clock)
        self.count = words("", "dimmed")
        self.count.setObjectName("activity.count")
        self.export_button = button(
            "Export CSV…", name="activity.export", theme=theme, icon="ph.download-simple", parent=self
        )
        self.files = FileSaving(background, self)
        for column, delegate in make_delegates(theme, clock, table.look_of, table).items():
            table.setItemDelegateForColumn(column, delegate)
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._arrange()
        self._connect_parts()

    def show_object(self, wanted: ObjectRef) -> None:
        """Shows everything that was done to one key or rule chain, and nothing else."""
        self.filters.show_filter(ActivityFilter(object=ObjectRef(id=wanted.id, name=wanted.name)))

    @override
    def refresh(self) -> None:
        """Asks for what is in view again; a span back from now is counted from now."""
        if not self.model.is_loaded:
            self.model.open(self._query())
        elif self.filters.filter.period.span in {TimeSpan.ANY, TimeSpan.CUSTOM}:
            self.model.refresh()
        else:
            self.model.refresh_as(self._query())

    @override
    def activate(self) -> None:
        self.refresh()
        self.table.setFocus()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def export(self) -> None:
        """Asks where to, and saves what the filters let through."""
        if self.model.rowCount() > EXPORT_MAX_ENTRIES:
            text = (
                f"The filters let {self.model.rowCount():,} entries through, and one file holds at most "
                f"{EXPORT_MAX_ENTRIES:,}. Choose a shorter time, and export one span after the other."
            )
            self._tell_trouble("Too many entries for one file", text)
            return
        query = self._query()
        kind = FileKind(
            "Export activity",
            "activity.saveFile",
            f"activity-{local_date(self._clock())}.csv",
            "CSV (*.csv)",
            "csv",
        )
        self.files.ask(kind, lambda: self._activity.export(query))

    def _query(self) -> ActivityQuery:
        return self.filters.filter.query(self._clock())

    def _arrange(self) -> None:
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(44)
        header.setSectionResizeMode(Column.ACTIONS, QHeaderView.ResizeMode.Fixed)
        self.table.setColumnWidth(Column.ACTIONS, COLUMN_WIDTHS[Column.ACTIONS])
        self.head.addWidget(self.export_button)
        self.above.addWidget(self.filters, 1)
        self.above.addWidget(self.count, 0, Qt.AlignmentFlag.AlignTop)
        self.count.setMinimumHeight(self.filters.time.sizeHint().height())
        for before, after in pairwise((self.export_button, self.refresh_button, self.filters, self.table)):
            QWidget.setTabOrder(before, after)

    def _connect_parts(self) -> None:
        self.filters.changed.connect(self._apply_filter)
        self.filters.failed.connect(self.failed)
        self.model.answered.connect(self._on_answered)
        self.empty.acted.connect(self.filters.clear)
        self.view.open_requested.connect(self._open)
        self.view.menu_requested.connect(self._show_menu)
        self.export_button.clicked.connect(self.export)
        self.files.busy_changed.connect(self._show_exporting)
        self.files.saved.connect(lambda name: self.said.emit(f"The activity was saved as “{name}”."))
        self.files.refused.connect(lambda text: self._tell_trouble("The file was not saved", text))
        self.files.failed.connect(self.failed)
        self._timer.timeout.connect(self.refresh)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.filters.object.click)

    def _apply_filter(self) -> None:
        self.model.open(self._query())

    def _on_answered(self) -> None:
        total, chosen = self.model.rowCount(), self.filters.filter
        self.count.setText("1 entry" if total == 1 else f"{total:,} entries")
        self.count.setVisible(bool(total))
        self.export_button.setEnabled(bool(total) and not self.files.is_busy)
        if chosen.is_empty:
            self.empty.say(*_NONE_YET)
        else:
            text = f"Nothing matches {chosen.words()}."
            self.empty.say("ph.magnifying-glass", "No entry matches", text, "Clear filters")
        if self.table.hasFocus() and not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.model.index(0, Column.WHEN))

    def _open(self, entry: ActivityEntry) -> None:
        dialog = EntryDialog(self.window(), entry, clipboard=self._clipboard, theme=self.theme, clock=self._clock)
        dialog.only_object_requested.connect(lambda: self.show_object(entry.object))
        dialog.open()

    def _show_menu(self, entry: ActivityEntry, place: QPoint) -> None:
        menu = RowMenu(entry, self.filters.filter, parent=self.view)
        menu.open_requested.connect(lambda: self._open(entry))
        menu.filter_requested.connect(self.filters.show_filter)
        menu.key_requested.connect(self.key_opened)
        menu.aboutToHide.connect(lambda: self.view.show_menu_open(None))
        menu.aboutToHide.connect(menu.deleteLater)
        self.view.show_menu_open(entry.id)
        menu.popup(place)
        menu.setActiveAction(menu.actions()[0])

    def _show_exporting(self, busy: bool) -> None:
        self.export_button.setEnabled(not busy)
        self.export_button.setText("Exporting…" if busy else "Export CSV…")

    def _tell_trouble(self, heading: str, text: str) -> None:
        Message(self.window(), theme=self.theme, name="activity.trouble", heading=heading, text=text).open()
