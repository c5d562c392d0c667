"""A read-only table over a list of any length, made of columns that say what they show of a document."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt
from typing_extensions import override

from ss_admin.desktop.background import Background
from ss_admin.desktop.widgets.cursor_model import CursorColumn
from ss_admin.desktop.widgets.paged.page_loader import PageSource
from ss_admin.desktop.widgets.paged.paged_rows import Index, PagedRows
from ss_admin.desktop.widgets.row_cells import ROW_ROLE

__all__ = ["ColumnRows"]

_NOWHERE = QModelIndex()


class ColumnRows(PagedRows):
    """Rows that are not loaded have no text; screen readers say “Loading”."""

    def __init__(
        self,
        columns: Sequence[CursorColumn],
        source: PageSource,
        first_query: Any,  # noqa: ANN401 -- each list has queries of its own
        background: Background,
        *,
        grows_at_top: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(source, first_query, background, grows_at_top=grows_at_top, parent=parent)
        self._columns = tuple(columns)

    @property
    def is_loaded(self) -> bool:
        """Whether the first page has arrived at least once."""
        return self.shown_query is not None

    def tell_time_passed(self) -> None:
        """Texts that depend on the time of day are shown anew."""
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._columns)

    @override
    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        column, item = self._columns[index.column()], self.item(index.row())
        if role == ROW_ROLE:
            return item
        if item is None:
            return "Loading" if role == Qt.ItemDataRole.AccessibleTextRole else None
        words = {
            Qt.ItemDataRole.DisplayRole: column.text,
            Qt.ItemDataRole.ToolTipRole: column.tooltip or column.text,
            Qt.ItemDataRole.AccessibleTextRole: column.spoken or column.text,
        }
        say = words.get(Qt.ItemDataRole(role))
        return say(item) if say else None

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None
