"""One column of a table takes the room that the others leave."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QHeaderView, QTableView
from typing_extensions import override

__all__ = ["FillingColumn"]


class FillingColumn(QObject):
    """Keeps `column` at least `least` pixels wide; then the table scrolls.

    Qt's own stretched column keeps what it once had when the table becomes too narrow for it.
    """

    def __init__(self, table: QTableView, column: int, least: int) -> None:
        super().__init__(table)
        self._table = table
        self._column = column
        self._least = least
        header = table.horizontalHeader()
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.sectionResized.connect(self._on_resized)
        table.viewport().installEventFilter(self)
        self._fill()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Show}:
            self._fill()
        return super().eventFilter(watched, event)

    def _on_resized(self, column: int, _old: int, _new: int) -> None:
        if column != self._column:
            self._fill()

    def _fill(self) -> None:
        header = self._table.horizontalHeader()
        others = header.length() - header.sectionSize(self._column)
        header.resizeSection(self._column, max(self._least, self._table.viewport().width() - others))
