"""The list on the screen: its rows by mouse and by keyboard."""

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from ss_admin.contract.api_keys import ApiKey
from ss_admin.desktop.api_keys.table.columns import COLUMN_WIDTHS, Column
from ss_admin.desktop.api_keys.table.delegates import make_delegates
from ss_admin.desktop.api_keys.table.header import ApiKeyHeader
from ss_admin.desktop.api_keys.table.row_anchor import RowAnchor
from ss_admin.desktop.api_keys.table.rows_in_view import RowsInView
from ss_admin.desktop.api_keys.table.selection import KeyChecks
from ss_admin.desktop.api_keys.table.table_model import ApiKeyTableModel
from ss_admin.desktop.moments import Clock, utc_now
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.filling_column import FillingColumn
from ss_admin.desktop.widgets.row_look import RowLook
from ss_admin.desktop.widgets.row_table import show_as_rows

__all__ = ["ApiKeyTableView"]

_WORDS_MOVE_ON_MS = 5_000
_KEYBOARD_REASONS = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}


class ApiKeyTableView(QTableView):
    """Enter edits (on the ⋯ cell it opens the menu), Space checks, Delete deletes, menu key or Shift+F10 open the menu.

    Signals carry the row's `ApiKey`; nothing is emitted for a row that is not loaded yet.
    """

    edit_requested = Signal(object)
    delete_requested = Signal(object)
    menu_requested = Signal(object, QPoint)

    def __init__(
        self, model: ApiKeyTableModel, checks: KeyChecks, theme: Theme, *, clock: Clock = utc_now, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._rows = model
        self._checks = checks
        self._hovered = QPersistentModelIndex()
        self._menu_key: str | None = None
        self._by_keyboard = False
        self.columns = ApiKeyHeader(theme, self)
        self.setHorizontalHeader(self.columns)
        self._set_up(theme)
        self.setModel(model)
        # The whole row shows that it is current; Qt renews no more than the cell.
        self.selectionModel().currentRowChanged.connect(lambda *_: self.viewport().update())
        for column, delegate in make_delegates(theme, clock, self._look_of, self).items():
            self.setItemDelegateForColumn(column, delegate)
        self._lay_out_columns()
        self._anchor = RowAnchor(self, model)
        self.in_view = RowsInView(self, model)
        self._words = QTimer(self, interval=_WORDS_MOVE_ON_MS)
        self._words.timeout.connect(self.viewport().update)
        self._words.start()
        checks.changed.connect(self.viewport().update)
        theme.changed.connect(self.viewport().update)

    def show_menu_open(self, api_key_id: str | None) -> None:
        """Marks the row whose menu is open; None: no menu is open."""
        self._menu_key = api_key_id
        self.viewport().update()

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

    def keyboardSearch(self, _text: str) -> None:
        """Letters do nothing: Qt would look through every row, of which most are not here. Ctrl+F searches."""

    def key_menu_place(self) -> QPoint:
        """Where the current row's menu opens from the keyboard, in global coordinates."""
        cell = self.visualRect(self._rows.index(self.currentIndex().row(), Column.ACTIONS))
        return self.viewport().mapToGlobal(QPoint(cell.left(), cell.bottom() - 8))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, Space, Delete, Escape, and “all” on what the list shows; the rest moves as in any table."""
        self._by_keyboard = True
        api_key, key = self.current_key(), Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key == Qt.Key.Key_A and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.columns.check_all_requested.emit()
        elif key == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._ask_for_menu(api_key, self.key_menu_place())  # which X11 does not take for the menu key
        elif key == Qt.Key.Key_Escape and plain and self._checks.count(self._rows.rowCount()):
            self._checks.clear()
        elif api_key is None or not plain or not self._use(api_key, key):
            super().keyPressEvent(event)

    def _use(self, api_key: ApiKey, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Space:
            self._checks.toggle(api_key.id)
        elif key == Qt.Key.Key_Delete:
            self.delete_requested.emit(api_key)
        elif key not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            return False
        elif self.currentIndex().column() == Column.ACTIONS:
            self._ask_for_menu(api_key, self.key_menu_place())
        else:
            self.edit_requested.emit(api_key)
        return True

    def _ask_for_menu(self, api_key: ApiKey | None, place: QPoint) -> None:
        if api_key is not None and self._menu_key is None:
            self.menu_requested.emit(api_key, place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Makes the row current; on the check box checks it, on ⋯ opens the menu."""
        self._by_keyboard = False
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        api_key = self._rows.api_key(index.row()) if index.isValid() else None
        if api_key is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if index.column() == Column.CHECK:
            self._checks.toggle(api_key.id)
        elif index.column() == Column.ACTIONS:
            self._ask_for_menu(api_key, self.key_menu_place())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Edits the row; the check box counts both clicks."""
        index = self.indexAt(event.position().toPoint())
        api_key = self._rows.api_key(index.row()) if index.isValid() else None
        if api_key is None or index.column() in {Column.CHECK, Column.ACTIONS}:
            self.mousePressEvent(event)
        elif event.button() == Qt.MouseButton.LeftButton:
            self.edit_requested.emit(api_key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Marks the row under the pointer."""
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Unmarks it when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._hover(QModelIndex())
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The row's menu, at the pointer or, by the menu key or Shift+F10, at the row."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        api_key = self._rows.api_key(index.row()) if index.isValid() else None
        self._ask_for_menu(api_key, self.key_menu_place() if by_key else event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """There is always a current row while the list has the keyboard."""
        self._by_keyboard = self._by_keyboard or event.reason() in _KEYBOARD_REASONS
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._rows.rowCount():
            self.setCurrentIndex(self._rows.index(max(0, self.rowAt(0)), Column.NAME))
        self.viewport().update()

    def _hover(self, index: QModelIndex) -> None:
        if self._hovered != index:
            self._hovered = QPersistentModelIndex(index)
            self.viewport().update()

    def _look_of(self, index: QModelIndex | QPersistentModelIndex) -> RowLook:
        api_key, current = self._rows.api_key(index.row()), self.currentIndex()
        top, height = self.rowViewportPosition(index.row()), self.rowHeight(index.row())
        hovered = self._hovered.isValid() and self._hovered.row() == index.row()
        return RowLook(
            QRect(-self.columns.offset(), top, self.columns.length(), height),
            hovered=hovered,
            checked=api_key is not None and self._checks.is_checked(api_key.id),
            current=current.row() == index.row(),
            focused=self.hasFocus() and self._by_keyboard,
            cell_hovered=hovered and self._hovered.column() == index.column(),
            cell_current=current.row() == index.row() and current.column() == index.column(),
            menu_open=api_key is not None and api_key.id == self._menu_key,
        )

    def _set_up(self, theme: Theme) -> None:
        self.setObjectName("apiKeys.table")
        self.setAccessibleName("API keys")
        show_as_rows(self, theme.tokens.row_height)

    def _lay_out_columns(self) -> None:
        for column, width in COLUMN_WIDTHS.items():
            self.columns.resizeSection(column, width)
            self.columns.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        for fixed in (Column.CHECK, Column.ACTIONS):
            self.columns.setSectionResizeMode(fixed, QHeaderView.ResizeMode.Fixed)
        FillingColumn(self, Column.NAME, COLUMN_WIDTHS[Column.NAME])
