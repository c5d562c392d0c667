"""The list under the editor of everything that is wrong; a click or Enter leads there."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["FaultList"]

_ROWS_SHOWN = 4
_LEAST_ROWS = 2
_ROW_HEIGHT = 28
_FRAME = 16
_POSITION = Qt.ItemDataRole.UserRole


class FaultList(QListWidget):
    """Not there while nothing is wrong. `chosen` carries the place of the fault that was chosen."""

    chosen = Signal(int)

    def __init__(self, *, theme: Theme, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName(name)
        self.setProperty("role", "faults")
        self.setAccessibleName(f"{label}: what is wrong")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setIconSize(QSize(16, 16))
        self.setTabKeyNavigation(False)
        self.itemClicked.connect(self._choose)
        self.hide()

    def show_faults(self, faults: Sequence[tuple[int, int, str]]) -> None:
        """Shows faults: line (from 1), place in the text, and what is wrong."""
        row = self.currentRow()
        self.clear()
        for line, position, detail in faults:
            item = QListWidgetItem(self._theme.icon("ph.warning-circle", "danger_fg"), f"Line {line}: {detail}")
            item.setData(_POSITION, position)
            item.setToolTip(detail)
            self.addItem(item)
        if faults:
            self.setCurrentRow(min(max(row, 0), len(faults) - 1))
        self.setMinimumHeight(_ROW_HEIGHT * min(len(faults), _LEAST_ROWS) + _FRAME)
        self.setMaximumHeight(_ROW_HEIGHT * min(len(faults), _ROWS_SHOWN) + _FRAME)
        self.updateGeometry()
        self.setVisible(bool(faults))

    @override
    def sizeHint(self) -> QSize:
        return QSize(0, self.maximumHeight())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self.currentItem():
            self._choose(self.currentItem())
        else:
            super().keyPressEvent(event)

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(_POSITION))
