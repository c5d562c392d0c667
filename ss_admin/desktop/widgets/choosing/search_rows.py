"""What matches a search as it is typed, as a list model that loads a page at a time, off the UI thread."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from typing_extensions import override

from ss_admin.client.errors import ClientError
from ss_admin.contract.documents import Page
from ss_admin.desktop.background import Background, Task

__all__ = ["FindPage", "SearchRows"]

FindPage = Callable[[str, str | None], Page[Any]]
"""Gives the page at a cursor (None: the first) of what matches a text. Runs off the UI thread."""

_PAUSE_MS = 200
_Index = QModelIndex | QPersistentModelIndex


class SearchRows(QAbstractListModel):
    """One search at a time: a new one waits for a pause in the typing and drops the answer of the one before.

    `answered` is emitted when the first page of the latest search has come, `failed` when a page could not be had.
    Items have a `name`; `spoken` says an item to a screen reader.
    """

    answered = Signal()
    failed = Signal(object)

    def __init__(
        self, find: FindPage, spoken: Callable[[Any], str], background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._find = find
        self._spoken = spoken
        self._background = background
        self._items: list[Any] = []
        self._text = ""
        self._cursor: str | None = None
        self._task: Task | None = None
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask)

    @property
    def text(self) -> str:
        """What was searched for last."""
        return self._text

    @property
    def is_pending(self) -> bool:
        """Whether the rows may still be those of an earlier search."""
        return self._pause.isActive() or (self._task is not None and self._cursor is None)

    @property
    def is_complete(self) -> bool:
        """Whether everything that matches has been loaded."""
        return self._cursor is None

    @property
    def items(self) -> list[Any]:
        """What has been found and loaded so far."""
        return list(self._items)

    def look_for(self, text: str, *, at_once: bool = False) -> None:
        """Searches for `text`, after a pause in the typing or at once."""
        self._drop_task()
        self._text, self._cursor = text.strip(), None
        if at_once:
            self._pause.stop()
            self._ask()
        else:
            self._pause.start()

    def give_up(self) -> None:
        """Waits for no answer any more."""
        self._pause.stop()
        self._drop_task()

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own signature
        return 0 if parent.isValid() else len(self._items)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        words: dict[int, Callable[[], object]] = {
            Qt.ItemDataRole.DisplayRole: lambda: item.name,
            Qt.ItemDataRole.UserRole: lambda: item,
            Qt.ItemDataRole.AccessibleTextRole: lambda: self._spoken(item),
        }
        say = words.get(role)
        return say() if say else None

    @override
    def canFetchMore(self, parent: _Index) -> bool:
        return not parent.isValid() and self._cursor is not None and self._task is None

    @override
    def fetchMore(self, parent: _Index) -> None:
        if self.canFetchMore(parent):
            self._ask()

    def _ask(self) -> None:
        find, text, cursor = self._find, self._text, self._cursor
        done = self._begin_list if cursor is None else self._append_page
        self._task = self._background.run(lambda: find(text, cursor), owner=self, done=done, failed=self._fail)

    def _begin_list(self, page: Page[Any]) -> None:
        self._task = None
        self.beginResetModel()
        self._items, self._cursor = list(page.items), page.next_cursor
        self.endResetModel()
        self.answered.emit()

    def _append_page(self, page: Page[Any]) -> None:
        self._task, self._cursor = None, page.next_cursor
        if page.items:
            first = len(self._items)
            self.beginInsertRows(QModelIndex(), first, first + len(page.items) - 1)
            self._items.extend(page.items)
            self.endInsertRows()

    def _fail(self, error: ClientError) -> None:
        self._task = None
        if self._cursor is None:  # the rows are those of another search
            self.beginResetModel()
            self._items = []
            self.endResetModel()
        self.failed.emit(error)

    def _drop_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
