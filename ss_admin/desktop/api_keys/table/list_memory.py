"""Remembers how the list was looked at: its order and the widths of its columns."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHeaderView

from ss_admin.contract.api_keys import ApiKeySort
from ss_admin.desktop.preferences import ListSort, Preferences
from ss_admin.desktop.widgets.width_memory import WidthMemory

__all__ = ["ListMemory"]

_LIST = "apiKeys"


class ListMemory(WidthMemory):
    """The memory of widths, and besides the order."""

    def __init__(self, preferences: Preferences, columns: QHeaderView, parent: QObject | None = None) -> None:
        super().__init__(preferences, _LIST, columns, parent)
        self._preferences = preferences

    def sort(self) -> tuple[ApiKeySort, bool]:
        """The order that the list had last, and whether it is descending; at first the newest keys come first."""
        remembered = self._preferences.sort(_LIST)
        if remembered is None or remembered.column not in set(ApiKeySort):
            return ApiKeySort.CREATED_AT, True
        return ApiKeySort(remembered.column), remembered.descending

    def remember_sort(self, sort: ApiKeySort, *, descending: bool) -> None:
        """Keeps the order for the next start."""
        self._preferences.set_sort(_LIST, ListSort(sort.value, descending))
