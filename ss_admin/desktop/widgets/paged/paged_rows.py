"""A table model with as many rows as match a query, of which only those in view are fetched."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Signal

from ss_admin.contract.documents import Page
from ss_admin.desktop.background import Background
from ss_admin.desktop.widgets.paged.page_cache import PAGE_ROWS, PageCache, pages_of_rows
from ss_admin.desktop.widgets.paged.page_loader import PageAnswer, PageLoader, PageSource

__all__ = ["Index", "PagedRows"]

Index = QModelIndex | QPersistentModelIndex

_AHEAD_ROWS = 25
_NOWHERE = QModelIndex()


class PagedRows(QAbstractTableModel):
    """Rows are pages of a query, fetched when `show_rows` says they are in view, and kept in a bounded cache.

    A refresh replaces rows in place (`replacing`, `dataChanged`, `replaced`) and never resets; only another query
    does. `answered` follows every answer of the backend, `failed` carries a `ClientError`. A list that
    `grows_at_top`, as one does whose newest rows come first, stays where it is read while it grows.
    """

    answered = Signal()
    failed = Signal(object)
    busy_changed = Signal(bool)
    replacing = Signal()
    replaced = Signal()

    def __init__(
        self,
        source: PageSource,
        first_query: Any,  # noqa: ANN401 -- each list has queries of its own
        background: Background,
        *,
        grows_at_top: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._cache = PageCache()
        self._total = 0
        self._shown: Any = None
        self._in_view = (0, -1)
        self._grows_at_top = grows_at_top
        self._moved_by = 0
        self._loader = PageLoader(source, first_query, background, self)
        self._loader.opened.connect(self._on_opened)
        self._loader.arrived.connect(self._on_arrived)
        self._loader.refreshed.connect(self._on_refreshed)
        self._loader.failed.connect(self.failed)
        self._loader.busy_changed.connect(self.busy_changed)

    @property
    def query(self) -> Any:  # noqa: ANN401 -- as above
        """The query that is shown, or will be as soon as its first page is here."""
        return self._loader.query

    @property
    def shown_query(self) -> Any:  # noqa: ANN401 -- as above
        """The query that the rows belong to; None before any answer has come."""
        return self._shown

    @property
    def moved_by(self) -> int:
        """How many rows the last refresh put above the others."""
        return self._moved_by

    def open(self, query: Any) -> None:  # noqa: ANN401 -- as above
        """Shows another query. The rows of the old one stay until the first page of the new one is here."""
        self._loader.open(query)

    def refresh(self) -> None:
        """Fetches what is in view again, and lets the rest be fetched again when it comes into view."""
        if self._loader.opening:
            return
        if self._shown is not self.query:
            self.open(self.query)
        else:
            self.refresh_as(self.query)

    def refresh_as(self, query: Any) -> None:  # noqa: ANN401 -- as above
        """As `refresh`, with a query that means the same list by now, such as “the last hour” an hour later."""
        known, (first, last) = self._total, self._in_view

        def moved(total: int) -> range:
            new = max(0, total - known)
            return pages_of_rows(first + new, last + new, total)

        self._shown = query
        pages = list(pages_of_rows(first, last, known)) or [0]
        self._loader.refresh(query, pages, moved if self._grows_at_top else None)

    def show_rows(self, first: int, last: int) -> None:
        """Rows `first` to `last` (inclusive) are in view: what is missing there is fetched."""
        self._in_view = (first, last)
        if self._loader.opening or not self._total:
            return
        pages = pages_of_rows(first - _AHEAD_ROWS, last + _AHEAD_ROWS, self._total)
        self._cache.touch(pages)
        self._loader.want({page: self._cache.cursor_before(page) for page in pages if self._cache.needs(page)})

    def item(self, row: int) -> Any:  # noqa: ANN401 -- lists are of documents of every kind
        """The document in a row, None while it is not loaded."""
        return self._cache.row(row)

    def listed_ids(self) -> list[str] | None:
        """Every id that matches, where the list is short enough to be here whole; None otherwise."""
        rows = [self._cache.row(row) for row in range(min(self._total, PAGE_ROWS + 1))]
        ids = [item.id for item in rows if item is not None]
        return ids if len(ids) == self._total else None

    def find(self, item_id: str) -> int | None:
        """The row of a document among the loaded ones."""
        return self._cache.find(item_id)

    def replace(self, item: Any) -> None:  # noqa: ANN401 -- as above
        """Shows a document's new state, known from an answer to a change, in its row."""
        row = self._cache.replace(item)
        if row is not None:
            self._tell_rows(row, row)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many documents match."""
        return 0 if parent.isValid() else self._total

    def _on_opened(self, page: Page[Any]) -> None:
        self.beginResetModel()
        self._cache.clear()
        self._total = page.total
        self._shown = self.query
        self._cache.put(0, page.items, page.next_cursor)
        self.endResetModel()
        self.answered.emit()

    def _on_arrived(self, answer: PageAnswer) -> None:
        shifted = answer.page.total != self._total
        if shifted and self._grows_at_top:
            self.refresh()
            return
        self._set_total(answer.page.total)
        if shifted:
            self._cache.mark_stale()
        if not (shifted and answer.by_cursor):
            self._put(answer)
        if shifted:
            self.show_rows(*self._in_view)
        self.answered.emit()

    def _on_refreshed(self, answers: tuple[PageAnswer, ...]) -> None:
        total = answers[-1].page.total
        self._moved_by = max(0, total - self._total) if self._grows_at_top else 0
        self.replacing.emit()
        if self._moved_by:
            self._put_above(self._moved_by, answers)
        else:
            self._set_total(total)
            self._cache.mark_stale()
            for answer in answers:
                self._put(answer)
        self.replaced.emit()
        self.show_rows(*self._in_view)
        self.answered.emit()

    def _put_above(self, new: int, answers: tuple[PageAnswer, ...]) -> None:
        """`new` rows have come above: what is kept of the others stands on other pages now, so it is let go."""
        self.beginInsertRows(_NOWHERE, 0, new - 1)
        self._total += new
        self._cache.clear()
        for answer in answers:
            self._cache.put(answer.number, answer.page.items, answer.page.next_cursor)
        self.endInsertRows()

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
        self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))
