"""A small table of a fixed number of rows that is as high as they are: the page scrolls, not the table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget
from typing_extensions import override

from ss_admin.desktop.widgets.row_cells import wrapped_tooltip
from ss_admin.desktop.widgets.row_table import show_as_rows

__all__ = ["FactColumn", "FactsModel", "FactsTable"]

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_ROW = 34
_NUMBERS = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_WORDS = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class FactColumn:
    """A column: its title, what it shows of an item, its tooltip (default: the text), and its width in pixels.

    A width of 0 takes what the others leave.
    """

    title: str
    text: Callable[[Any], str]
    tooltip: Callable[[Any], str] | None = None
    width: int = 0
    is_number: bool = False


class FactsModel(QAbstractTableModel):
    """Rows of documents, all there at once."""

    def __init__(self, columns: Sequence[FactColumn], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._items: Sequence[Any] = ()

    def show_items(self, items: Sequence[Any]) -> None:
        """Shows other items; where they are as many as before the current row stays."""
        if len(items) == len(self._items):
            self._items = tuple(items)
            self.tell_time_passed()
            return
        self.beginResetModel()
        self._items = tuple(items)
        self.endResetModel()

    def tell_time_passed(self) -> None:
        """Texts that depend on the time of day are shown anew."""
        if self._items:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._items) - 1, len(self.columns) - 1))

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._items)

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    @override
    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or index.row() >= len(self._items):
            return None
        column, item = self.columns[index.column()], self._items[index.row()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return column.text(item)
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrapped_tooltip((column.tooltip or column.text)(item))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _NUMBERS if column.is_number else _WORDS
        return None

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _NUMBERS if self.columns[section].is_number else _WORDS
        return None


class FactsTable(QTableView):
    """As high as its rows."""

    def __init__(self, model: FactsModel, *, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        show_as_rows(self, _ROW)
        self.setModel(model)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(60)
        for number, column in enumerate(model.columns):
            if column.width:
                header.resizeSection(number, column.width)
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Fixed)
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
        for change in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            change.connect(self._fit)
        self._fit()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """The page scrolls."""
        event.ignore()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """There is always a current row while the table has the keyboard."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.model().rowCount():
            self.setCurrentIndex(self.model().index(0, 0))

    def _fit(self) -> None:
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + _ROW * self.model().rowCount() + 2)
