"""The chart's numbers as a table, for screen readers and for whoever wants the exact values."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget
from typing_extensions import override

from ss_admin.contract.usage import ApiKeyUsage, UsageBucket
from ss_admin.desktop.key_page.chart.bucket_words import bucket_time
from ss_admin.desktop.key_page.chart.series import SERIES_LOOKS, Series, counts_of, total_of
from ss_admin.desktop.widgets.row_table import show_as_rows

__all__ = ["UsageTable", "UsageTableModel"]

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_TITLES = ("When", *(SERIES_LOOKS[series].label.capitalize() for series in Series), "All calls")
_ROW = 32
_NUMBERS = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_WORDS = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class UsageTableModel(QAbstractTableModel):
    """A row for each stretch of time, the newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._buckets: list[UsageBucket] = []
        self._seconds = 0

    def show_usage(self, usage: ApiKeyUsage) -> None:
        """Shows another answer; the row that is current stays so where the number of rows is the same."""
        fresh = usage.buckets[::-1]
        if len(fresh) == len(self._buckets) and usage.bucket_seconds == self._seconds:
            self._buckets = fresh
            self.dataChanged.emit(self.index(0, 0), self.index(len(fresh) - 1, len(_TITLES) - 1))
            return
        self.beginResetModel()
        self._buckets, self._seconds = fresh, usage.bucket_seconds
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._buckets)

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    @override
    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or index.row() >= len(self._buckets):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _NUMBERS if index.column() else _WORDS
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index.row(), index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            title = _TITLES[index.column()].lower()
            text = self._text(index.row(), index.column())
            return f"{text} {title}" if index.column() else text
        return None

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _NUMBERS if section else _WORDS
        return None

    def _text(self, row: int, column: int) -> str:
        bucket = self._buckets[row]
        if column == 0:
            return bucket_time(bucket, self._seconds, is_last=row == 0)
        return f"{(*counts_of(bucket), total_of(bucket))[column - 1]:,}"


class UsageTable(QTableView):
    """The table on the screen."""

    def __init__(self, model: UsageTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keyPage.chartTable")
        self.setAccessibleName("Calls over time")
        show_as_rows(self, _ROW)
        self.setModel(model)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
