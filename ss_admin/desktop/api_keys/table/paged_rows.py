"""A table model with as many rows as match a query, of which only those in view are fetched."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Signal

from ss_admin.client.api_keys import ApiKeyQuery, ApiKeysClient
from ss_admin.contract.api_keys import ApiKey, ApiKeyPage
from ss_admin.desktop.api_keys.table.columns import Column
from ss_admin.desktop.api_keys.table.page_cache import PAGE_ROWS, PageCache, pages_of_rows
from ss_admin.desktop.api_keys.table.page_loader import PageAnswer, PageLoader
from ss_admin.desktop.background import Background

__all__ = ["Index", "PagedRows"]

Index = QModelIndex | QPersistentModelIndex

_AHEAD_ROWS = 25
_NOWHERE = QModelIndex()


class PagedRows(QAbstractTableModel):
    """Rows are pages of a query, fetched when `show_rows` says they are in view, and kept in a bounded cache.

    A refresh replaces rows in place (`replacing`, `dataChanged`, `replaced`) and never resets; only another query
    does. `answered` follows every answer of the backend, `failed` carries a `ClientError`.
    """

    answered = Signal()
    failed = Signal(object)
    busy_changed = Signal(bool)
    replacing = Signal()
    replaced = Signal()

    def __init__(self, api_keys: ApiKeysClient, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cache = PageCache()
        self._total = 0
        self._shown: ApiKeyQuery | None = None
        self._in_view = (0, -1)
        self._loader = PageLoader(api_keys, background, self)
        self._loader.opened.connect(self._on_opened)
        self._loader.arrived.connect(self._on_arrived)
        self._loader.refreshed.connect(self._on_refreshed)
        self._loader.failed.connect(self.failed)
        self._loader.busy_changed.connect(self.busy_changed)

    @property
    def query(self) -> ApiKeyQuery:
        """The query that is shown, or will be as soon as its first page is here."""
        return self._loader.query

    @property
    def shown_query(self) -> ApiKeyQuery | None:
        """The query that the rows belong to; None before any answer has come."""
        return self._shown

    def open(self, query: ApiKeyQuery) -> None:
        """Shows another query. The rows of the old one stay until the first page of the new one is here."""
        self._loader.open(query)

    def refresh(self) -> None:
        """Fetches what is in view again, and lets the rest be fetched again when it comes into view."""
        if self._loader.opening:
            return
        if self._shown is not self.query:
            self.open(self.query)
        else:
            self._loader.refresh(list(pages_of_rows(*self._in_view, self._total)) or [0])

    def show_rows(self, first: int, last: int) -> None:
        """Rows `first` to `last` (inclusive) are in view: what is missing there is fetched."""
        self._in_view = (first, last)
        if self._loader.opening or not self._total:
            return
        pages = pages_of_rows(first - _AHEAD_ROWS, last + _AHEAD_ROWS, self._total)
        self._cache.touch(pages)
        self._loader.want({page: self._cache.cursor_before(page) for page in pages if self._cache.needs(page)})

    def api_key(self, row: int) -> ApiKey | None:
        """The key in a row, None while it is not loaded."""
        return self._cache.row(row)

    def listed_ids(self) -> list[str] | None:
        """Every id that matches, where the list is short enough to be here whole; None otherwise."""
        rows = [self._cache.row(row) for row in range(min(self._total, PAGE_ROWS + 1))]
        ids = [api_key.id for api_key in rows if api_key is not None]
        return ids if len(ids) == self._total else None

    def find(self, api_key_id: str) -> int | None:
        """The row of a key among the loaded ones."""
        return self._cache.find(api_key_id)

    def replace(self, api_key: ApiKey) -> None:
        """Shows a key's new state, known from an answer to a change, in its row."""
        row = self._cache.replace(api_key)
        if row is not None:
            self._tell_rows(row, row)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many keys match."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """The columns of `Column`."""
        return 0 if parent.isValid() else len(Column)

    def _on_opened(self, page: ApiKeyPage) -> None:
        self.beginResetModel()
        self._cache.clear()
        self._total = page.total
        self._shown = self.query
        self._cache.put(0, page.items, page.next_cursor)
        self.endResetModel()
        self.answered.emit()

    def _on_arrived(self, answer: PageAnswer) -> None:
        shifted = answer.page.total != self._total
        self._set_total(answer.page.total)
        if shifted:
            self._cache.mark_stale()
        if not (shifted and answer.by_cursor):
            self._put(answer)
        if shifted:
            self.show_rows(*self._in_view)
        self.answered.emit()

    def _on_refreshed(self, answers: tuple[PageAnswer, ...]) -> None:
        self.replacing.emit()
        self._set_total(answers[-1].page.total)
        self._cache.mark_stale()
        for answer in answers:
            self._put(answer)
        self.replaced.emit()
        self.show_rows(*self._in_view)
        self.answered.emit()

    def _put(self, answer: PageAnswer) -> None:
        first = answer.number * PAGE_ROWS
        rows = answer.page.items[: max(0, self._total - first)]
        changed = [place for place, key in enumerate(rows) if self._cache.row(first + place) != key]
        self._cache.put(answer.number, rows, answer.page.next_cursor)
        if changed:
            self._tell_rows(first + changed[0], first + changed[-1])

    def _set_total(self, total: int) -> None:
        if total > self._total:
            self.beginInsertRows(_NOWHERE, self._total, total - 1)
            self._total = total
            self.endInsertRows()
        elif total < self._total:
            self.beginRemoveRows(_NOWHERE, total, self._total - 1)
            self._total = total
            self._cache.cut(total)
            self.endRemoveRows()

    def _tell_rows(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))
