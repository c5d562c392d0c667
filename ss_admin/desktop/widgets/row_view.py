"""A list of rows on the screen: the row under the pointer, the row with the keyboard, and each row's ⋯ menu."""

from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QTableView, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.row_cells import ROW_ROLE, Index
from ss_admin.desktop.widgets.row_look import RowLook
from ss_admin.desktop.widgets.row_table import show_as_rows

__all__ = ["RowView"]

_WORDS_MOVE_ON_MS = 5_000
_KEYBOARD_REASONS = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}


class RowView(QTableView):
    """The model gives each row's document (which has an `id`) under `ROW_ROLE`; the column `menu_column` has the ⋯.

    Enter and a double click open a row (on the ⋯ cell Enter opens the menu), the menu key and Shift+F10 open its
    menu. Signals carry the row's document; nothing is emitted for a row that is not loaded yet.
    """

    open_requested = Signal(object)
    delete_requested = Signal(object)
    menu_requested = Signal(object, QPoint)

    def __init__(self, theme: Theme, *, first_column: int, menu_column: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first_column = first_column
        self._menu_column = menu_column
        self._hovered = QPersistentModelIndex()
        self._menu_open: str | None = None
        self._by_keyboard = False
        show_as_rows(self, theme.tokens.row_height)
        self._words = QTimer(self, interval=_WORDS_MOVE_ON_MS)
        self._words.timeout.connect(self.viewport().update)
        self._words.start()
        theme.changed.connect(self.viewport().update)

    def show_menu_open(self, document_id: str | None) -> None:
        """Marks the row whose menu is open; None: no menu is open."""
        self._menu_open = document_id
        self.viewport().update()

    def document(self, index: Index) -> Any:  # noqa: ANN401 -- lists are of documents of every kind
        """The document of the row; None where there is none or it is not loaded."""
        return index.data(ROW_ROLE) if index.isValid() else None

    def is_checked(self, document: Any) -> bool:  # noqa: ANN401 -- for lists whose rows can be checked
        """Whether the row is checked; in most lists no row can be."""
        return False

    def press(self, index: Index, document: Any) -> None:  # noqa: ANN401 -- as above
        """The left button went down on a cell of a loaded row, which is current by now."""
        if index.column() == self._menu_column:
            self.ask_for_menu(document, self.menu_place(index.row()))

    def use(self, document: Any, key: Qt.Key) -> bool:  # noqa: ANN401 -- as above
        """A key went down on the current row; whether it meant something."""
        if key == Qt.Key.Key_Delete:
            self.delete_requested.emit(document)
        elif key not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            return False
        elif self.currentIndex().column() == self._menu_column:
            self.ask_for_menu(document, self.menu_place(self.currentIndex().row()))
        else:
            self.open_requested.emit(document)
        return True

    def menu_place(self, row: int) -> QPoint:
        """Where a row's menu opens from its button or the keyboard, in global coordinates."""
        cell = self.visualRect(self.model().index(row, self._menu_column))
        return self.viewport().mapToGlobal(QPoint(cell.left(), cell.bottom() - 8))

    def ask_for_menu(self, document: Any, place: QPoint) -> None:  # noqa: ANN401 -- as above
        """Asks for the menu of a loaded row, unless one is open."""
        if document is not None and self._menu_open is None:
            self.menu_requested.emit(document, place)

    def look_of(self, index: Index) -> RowLook:
        """How the row of this cell stands out."""
        document, current = self.document(index), self.currentIndex()
        header = self.horizontalHeader()
        hovered = self._hovered.isValid() and self._hovered.row() == index.row()
        is_current = current.isValid() and current.row() == index.row()
        return RowLook(
            QRect(
                -header.offset(), self.rowViewportPosition(index.row()), header.length(), self.rowHeight(index.row())
            ),
            hovered=hovered,
            checked=document is not None and self.is_checked(document),
            current=is_current,
            focused=self.hasFocus() and self._by_keyboard,
            cell_hovered=hovered and self._hovered.column() == index.column(),
            cell_current=is_current and current.column() == index.column(),
            menu_open=document is not None and document.id == self._menu_open,
        )

    @override
    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        # The whole row shows that it is current; Qt renews no more than the cell.
        self.selectionModel().currentRowChanged.connect(lambda *_: self.viewport().update())

    @override
    def keyboardSearch(self, _text: str) -> None:
        """Letters do nothing: Qt would look through every row, of which most are not here. Ctrl+F searches."""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._by_keyboard = True
        document, key = self.document(self.currentIndex()), Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            # which X11 does not take for the menu key
            self.ask_for_menu(document, self.menu_place(self.currentIndex().row()))
        elif document is None or not plain or not self.use(document, key):
            super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Makes the row current, then does what the cell is for."""
        self._by_keyboard = False
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        document = self.document(index)
        if document is not None and event.button() == Qt.MouseButton.LeftButton:
            self.press(index, document)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        document = self.document(index)
        if document is None or not self.opens(index):
            self.mousePressEvent(event)
        elif event.button() == Qt.MouseButton.LeftButton:
            self.open_requested.emit(document)

    def opens(self, index: Index) -> bool:
        """Whether a double click on this cell opens the row."""
        return index.column() != self._menu_column

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()))

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(QModelIndex())
        return super().viewportEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The row's menu, at the pointer or, by the menu key, at the row."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        self.ask_for_menu(self.document(index), self.menu_place(index.row()) if by_key else event.globalPos())

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """There is always a current row while the list has the keyboard."""
        self._by_keyboard = self._by_keyboard or event.reason() in _KEYBOARD_REASONS
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.model().rowCount():
            self.setCurrentIndex(self.model().index(max(0, self.rowAt(0)), self._first_column))
        self.viewport().update()

    def _hover(self, index: QModelIndex) -> None:
        if self._hovered != index:
            self._hovered = QPersistentModelIndex(index)
            self.viewport().update()
