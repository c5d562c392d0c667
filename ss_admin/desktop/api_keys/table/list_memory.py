"""Remembers how the list was looked at: its order and the widths of its columns."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QHeaderView

from ss_admin.contract.api_keys import ApiKeySort
from ss_admin.desktop.api_keys.table.columns import Column
from ss_admin.desktop.preferences import ListSort, Preferences

__all__ = ["ListMemory"]

_LIST = "apiKeys"
_REST_MS = 500


class ListMemory(QObject):
    """Widths are put back at once, and written down when a column's edge has been let go."""

    def __init__(self, preferences: Preferences, columns: QHeaderView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._columns = columns
        widths = preferences.column_widths(_LIST)
        if len(widths) == len(Column):
            for column in Column:
                if columns.sectionResizeMode(column) is QHeaderView.ResizeMode.Interactive:
                    columns.resizeSection(column, max(columns.minimumSectionSize(), widths[column]))
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._remember_widths)
        columns.sectionResized.connect(self._on_resized)

    def sort(self) -> tuple[ApiKeySort, bool]:
        """The order that the list had last, and whether it is descending; at first the newest keys come first."""
        remembered = self._preferences.sort(_LIST)
        if remembered is None or remembered.column not in set(ApiKeySort):
            return ApiKeySort.CREATED_AT, True
        return ApiKeySort(remembered.column), remembered.descending

    def remember_sort(self, sort: ApiKeySort, *, descending: bool) -> None:
        """Keeps the order for the next start."""
        self._preferences.set_sort(_LIST, ListSort(sort.value, descending))

    def _on_resized(self, column: int, _old: int, _new: int) -> None:
        if self._columns.sectionResizeMode(column) is QHeaderView.ResizeMode.Interactive:
            self._rest.start()

    def _remember_widths(self) -> None:
        self._preferences.set_column_widths(_LIST, [self._columns.sectionSize(column) for column in Column])
