"""The list on the screen: its rows by mouse and by keyboard."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QWidget
from typing_extensions import override

from ss_admin.contract.api_keys import ApiKey
from ss_admin.desktop.api_keys.table.columns import COLUMN_WIDTHS, Column
from ss_admin.desktop.api_keys.table.delegates import make_delegates
from ss_admin.desktop.api_keys.table.header import ApiKeyHeader
from ss_admin.desktop.api_keys.table.name_link import NameLink
from ss_admin.desktop.api_keys.table.selection import KeyChecks
from ss_admin.desktop.api_keys.table.table_model import ApiKeyTableModel
from ss_admin.desktop.moments import Clock, utc_now
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.filling_column import FillingColumn
from ss_admin.desktop.widgets.paged.row_anchor import RowAnchor
from ss_admin.desktop.widgets.paged.rows_in_view import RowsInView
from ss_admin.desktop.widgets.row_cells import Index
from ss_admin.desktop.widgets.row_look import RowLook
from ss_admin.desktop.widgets.row_view import RowView

__all__ = ["ApiKeyTableView"]

_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


class ApiKeyTableView(RowView):
    """Enter edits, Space checks, Delete deletes; Ctrl+Enter, or a click on the name, asks for the key's own page.

    The documents of the signals are `ApiKey`s.
    """

    page_requested = Signal(object)

    def __init__(
        self, model: ApiKeyTableModel, checks: KeyChecks, theme: Theme, *, clock: Clock = utc_now, parent: QWidget
    ) -> None:
        super().__init__(theme, first_column=Column.NAME, menu_column=Column.ACTIONS, parent=parent)
        self._rows = model
        self._checks = checks
        self.setObjectName("apiKeys.table")
        self.setAccessibleName("API keys")
        self.columns = ApiKeyHeader(theme, self)
        self.setHorizontalHeader(self.columns)
        self.setModel(model)
        for column, delegate in make_delegates(theme, clock, self.look_of, self).items():
            self.setItemDelegateForColumn(column, delegate)
        self._link = NameLink(self, self.page_requested)
        self._lay_out_columns()
        self._anchor = RowAnchor(self, model, first_column=Column.NAME)
        self.in_view = RowsInView(self, model)
        checks.changed.connect(self.viewport().update)

    def current_key(self) -> ApiKey | None:
        """The key of the current row, None where there is none or it is not loaded."""
        return self._rows.api_key(self.currentIndex().row())

    def make_current(self, api_key_id: str) -> bool:
        """Makes a key's row the current one and brings it into view; False where the key is not loaded."""
        row = self._rows.find(api_key_id)
        if row is None:
            return False
        self.setCurrentIndex(self._rows.index(row, Column.NAME))
        return True

    @override
    def is_checked(self, document: ApiKey) -> bool:
        return self._checks.is_checked(document.id)

    @override
    def opens(self, index: Index) -> bool:
        """The check box counts both clicks of a double click."""
        return index.column() != Column.CHECK and super().opens(index)

    @override
    def look_of(self, index: Index) -> RowLook:
        look = super().look_of(index)
        return replace(look, link_hovered=self._link.is_hovered(index)) if look.cell_hovered else look

    @override
    def press(self, index: Index, document: ApiKey) -> None:
        if index.column() == Column.CHECK:
            self._checks.toggle(document.id)
        else:
            super().press(index, document)

    @override
    def use(self, document: ApiKey, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Space:
            self._checks.toggle(document.id)
            return True
        return super().use(document, key)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, and “all”, are for what is checked; the rest is for the current row."""
        if event.key() in _ENTER and event.modifiers() & ~_KEYPAD == Qt.KeyboardModifier.ControlModifier:
            if (current := self.current_key()) is not None:
                self.page_requested.emit(current)
            return
        if event.key() == Qt.Key.Key_A and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.columns.check_all_requested.emit()
        elif event.key() == Qt.Key.Key_Escape and not event.modifiers() and self._checks.count(self._rows.rowCount()):
            self._checks.clear()
        else:
            super().keyPressEvent(event)

    def _lay_out_columns(self) -> None:
        for column, width in COLUMN_WIDTHS.items():
            self.columns.resizeSection(column, width)
            self.columns.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        for fixed in (Column.CHECK, Column.ACTIONS):
            self.columns.setSectionResizeMode(fixed, QHeaderView.ResizeMode.Fixed)
        FillingColumn(self, Column.NAME, COLUMN_WIDTHS[Column.NAME])
