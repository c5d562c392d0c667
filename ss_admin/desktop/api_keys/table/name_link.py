"""The name in a row leads to the key's own page: what of the cell is the name, and the click on it."""

from PySide6.QtCore import QEvent, QObject, QPersistentModelIndex, QPoint, Qt, SignalInstance
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QTableView
from typing_extensions import override

from ss_admin.desktop.api_keys.table.columns import Column
from ss_admin.desktop.api_keys.table.delegates import NameDelegate
from ss_admin.desktop.widgets.row_cells import ROW_ROLE, Index

__all__ = ["NameLink"]


class NameLink(QObject):
    """Watches the pointer over `view`; emits `opened` with the key when its name was pressed and let go."""

    def __init__(self, view: QTableView, opened: SignalInstance) -> None:
        super().__init__(view)
        self._view = view
        self._opened = opened
        self._hovered = QPersistentModelIndex()
        self._pressed = QPersistentModelIndex()
        view.viewport().installEventFilter(self)

    def is_hovered(self, index: Index) -> bool:
        """Whether the pointer is on the name of this row."""
        return index.column() == Column.NAME and self._hovered.isValid() and self._hovered.row() == index.row()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent):
            self._follow(event)
        elif event.type() in {QEvent.Type.Leave, QEvent.Type.Wheel}:
            self._hover(QPersistentModelIndex())
        return super().eventFilter(watched, event)

    def _follow(self, event: QMouseEvent) -> None:
        here = self._name_at(event.position().toPoint())
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        if event.type() == QEvent.Type.MouseMove:
            self._hover(here)
        elif event.type() == QEvent.Type.MouseButtonPress:
            self._pressed = here if plain else QPersistentModelIndex()
        elif event.type() == QEvent.Type.MouseButtonRelease:
            pressed, self._pressed = self._pressed, QPersistentModelIndex()
            if plain and here.isValid() and here == pressed:
                self._opened.emit(here.data(ROW_ROLE))

    def _hover(self, name: QPersistentModelIndex) -> None:
        if name != self._hovered:
            self._hovered = name
            viewport = self._view.viewport()
            viewport.setCursor(Qt.CursorShape.PointingHandCursor if name.isValid() else Qt.CursorShape.ArrowCursor)
            viewport.update()

    def _name_at(self, place: QPoint) -> QPersistentModelIndex:
        index = self._view.indexAt(place)
        api_key = index.data(ROW_ROLE) if index.isValid() and index.column() == Column.NAME else None
        delegate = self._view.itemDelegateForColumn(Column.NAME)
        if api_key is None or not isinstance(delegate, NameDelegate):
            return QPersistentModelIndex()
        on_name = delegate.name_place(self._view.visualRect(index), api_key).contains(place)
        return QPersistentModelIndex(index) if on_name else QPersistentModelIndex()
