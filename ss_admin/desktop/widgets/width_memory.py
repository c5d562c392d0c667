"""Remembers the widths that a person gave to the columns of a list, from one start to the next."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QHeaderView

from ss_admin.desktop.preferences import Preferences

__all__ = ["WidthMemory"]

_REST_MS = 500


class WidthMemory(QObject):
    """Widths are put back at once, and written down when a column's edge has been let go."""

    def __init__(
        self, preferences: Preferences, list_name: str, columns: QHeaderView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._list_name = list_name
        self._columns = columns
        widths = preferences.column_widths(list_name)
        if len(widths) == columns.count():
            for column, width in enumerate(widths):
                if self._can_be_drawn(column):
                    columns.resizeSection(column, max(columns.minimumSectionSize(), width))
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._remember)
        columns.sectionResized.connect(self._on_resized)

    def _can_be_drawn(self, column: int) -> bool:
        """Whether the column's edge can be drawn with the mouse; the others follow the room there is."""
        return self._columns.sectionResizeMode(column) is QHeaderView.ResizeMode.Interactive

    def _on_resized(self, column: int, _old: int, _new: int) -> None:
        if self._can_be_drawn(column):
            self._rest.start()

    def _remember(self) -> None:
        widths = [self._columns.sectionSize(column) for column in range(self._columns.count())]
        self._preferences.set_column_widths(self._list_name, widths)
