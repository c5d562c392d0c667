"""A table model over a list that the server gives page by page: the next page is asked for as it comes into view."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from typing_extensions import override

from ss_admin.client.errors import ClientError
from ss_admin.contract.documents import Page
from ss_admin.desktop.background import Background, Task
from ss_admin.desktop.widgets.row_cells import ROW_ROLE
from ss_admin.desktop.widgets.row_merge import merge_rows

__all__ = ["CursorColumn", "CursorModel"]

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class CursorColumn:
    """A column: its title, what it shows of an item, the tooltip and what screen readers say (default: the text)."""

    title: str
    text: Callable[[Any], str]
    tooltip: Callable[[Any], str] | None = None
    spoken: Callable[[Any], str] | None = None


class CursorModel(QAbstractTableModel):
    """Items are documents with an `id`. `load` gives the page at a cursor (None: the first) on another thread.

    `answered` is emitted at every answer, `failed` with a `ClientError`, `busy` when asking begins and ends; `merging`
    and `merged` before and after a refresh changes the rows.
    """

    merging = Signal()
    merged = Signal()
    answered = Signal()
    failed = Signal(object)
    busy = Signal(bool)

    def __init__(
        self,
        columns: Sequence[CursorColumn],
        load: Callable[[str | None], Page[Any]],
        background: Background,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._load = load
        self._background = background
        self._items: list[Any] = []
        self._next_cursor: str | None = None
        self._total = 0
        self._is_loaded = False
        self._has_failed = False
        self._task: Task | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether the first page has arrived at least once."""
        return self._is_loaded

    @property
    def total(self) -> int:
        """How many items there are in all, loaded or not, as the last answer said."""
        return self._total

    def find(self, item_id: str) -> int | None:
        """The row of the item with this id; None where it is not loaded."""
        return next((row for row, item in enumerate(self._items) if item.id == item_id), None)

    def item(self, row: int) -> Any:  # noqa: ANN401 -- the model is the same for documents of every kind
        """The document in this row."""
        return self._items[row]

    def refresh(self) -> None:
        """Asks for the first page anew; rows come, go and move one by one, so that the current one stays current."""
        if self._task is not None:
            self._task.cancel()
        self._ask(None, self._take_first)

    def forget(self) -> None:
        """Begins anew, with nothing loaded: the list is another one from now on."""
        if self._task is not None:
            self._task.cancel()
            self._settle(failed=False)
        self.beginResetModel()
        self._items, self._next_cursor, self._total = [], None, 0
        self._is_loaded = False
        self.endResetModel()

    def tell_time_passed(self) -> None:
        """Texts that depend on the time of day are shown anew."""
        if self._items:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._items) - 1, len(self._columns) - 1))

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._items)

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._columns)

    @override
    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or index.row() >= len(self._items):
            return None
        column, item = self._columns[index.column()], self._items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(item)
        if role == Qt.ItemDataRole.ToolTipRole:
            return (column.tooltip or column.text)(item)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return (column.spoken or column.text)(item)
        if role == ROW_ROLE:
            return item
        return None

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Horizontal:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    @override
    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._next_cursor is not None and not self._has_failed

    @override
    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent) and self._task is None:
            self._ask(self._next_cursor, self._append)

    def _ask(self, cursor: str | None, take: Callable[[Page[Any]], None]) -> None:
        def done(page: Page[Any]) -> None:
            self._settle(failed=False)
            self._total = page.total
            take(page)
            self.answered.emit()

        def failed(error: ClientError) -> None:
            self._settle(failed=True)
            self.failed.emit(error)

        self.busy.emit(True)
        self._task = self._background.run(lambda: self._load(cursor), owner=self, done=done, failed=failed)

    def _settle(self, *, failed: bool) -> None:
        self._task = None
        self._has_failed = failed
        self.busy.emit(False)

    def _append(self, page: Page[Any]) -> None:
        known = {item.id for item in self._items}
        fresh = [item for item in page.items if item.id not in known]
        self._next_cursor = page.next_cursor
        if fresh:
            first = len(self._items)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._items += fresh
            self.endInsertRows()

    def _take_first(self, page: Page[Any]) -> None:
        if not self._is_loaded:
            self._is_loaded = True
            self.beginResetModel()
            self._items = list(page.items)
            self._next_cursor = page.next_cursor
            self.endResetModel()
            return
        rest = self._after(page)
        if not rest:
            self._next_cursor = page.next_cursor
        self.merging.emit()
        merge_rows(self, self._items, [*page.items, *rest])
        self.merged.emit()

    def _after(self, page: Page[Any]) -> Sequence[Any]:
        """What is loaded of the list below the first page, as far as the first page leads on to it."""
        if page.next_cursor is None or not page.items:
            return ()
        last = self.find(page.items[-1].id)
        fresh = {item.id for item in page.items}
        return () if last is None else [item for item in self._items[last + 1 :] if item.id not in fresh]
