"""Keeps the rows that were fetched, page by page; the pages longest out of use go first."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["PAGE_ROWS", "CachedPage", "PageCache", "pages_of_rows"]

PAGE_ROWS = 100
MAX_PAGES = 24


@dataclass(frozen=True)
class CachedPage:
    """One page's rows and the cursor of the page behind it. Stale: shown until it has been fetched again."""

    rows: Sequence[Any]
    next_cursor: str | None
    stale: bool = False


class PageCache:
    """A sparse list of documents that have an `id`: at most `max_pages` pages of `PAGE_ROWS`, however long the list."""

    def __init__(self, max_pages: int = MAX_PAGES) -> None:
        self._max_pages = max_pages
        self._pages: OrderedDict[int, CachedPage] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pages)

    def row(self, row: int) -> Any:  # noqa: ANN401 -- lists are of documents of every kind
        """The row's document, or None while it is not here."""
        page = self._pages.get(row // PAGE_ROWS)
        place = row % PAGE_ROWS
        return page.rows[place] if page is not None and place < len(page.rows) else None

    def put(self, number: int, rows: Sequence[Any], next_cursor: str | None) -> None:
        """Keeps a page that has just come in."""
        self._pages[number] = CachedPage(tuple(rows), next_cursor)
        self.touch((number,))
        while len(self._pages) > self._max_pages:
            self._pages.popitem(last=False)

    def touch(self, numbers: Iterable[int]) -> None:
        """These pages are in view: they stay longest."""
        for number in numbers:
            if number in self._pages:
                self._pages.move_to_end(number)

    def needs(self, number: int) -> bool:
        """Whether the page is missing or stale."""
        page = self._pages.get(number)
        return page is None or page.stale

    def cursor_before(self, number: int) -> str | None:
        """The cursor that leads to the page, where its neighbour above is here and fresh."""
        page = self._pages.get(number - 1)
        return page.next_cursor if page is not None and not page.stale else None

    def mark_stale(self, *, but: Iterable[int] = ()) -> None:
        """All pages are to be fetched again when they come into view, except `but`."""
        spared = set(but)
        for number, page in self._pages.items():
            if number not in spared and not page.stale:
                self._pages[number] = CachedPage(page.rows, page.next_cursor, stale=True)

    def cut(self, total: int) -> None:
        """Forgets every row from `total` on."""
        for number in [number for number in self._pages if (number + 1) * PAGE_ROWS > total]:
            rows = self._pages[number].rows[: max(0, total - number * PAGE_ROWS)]
            if rows:
                self._pages[number] = CachedPage(rows, None, stale=self._pages[number].stale)
            else:
                del self._pages[number]

    def replace(self, item: Any) -> int | None:  # noqa: ANN401 -- as above
        """Puts a document's new state in its row and gives the row, None where the document is not here."""
        row = self.find(item.id)
        if row is not None:
            number, place = divmod(row, PAGE_ROWS)
            page = self._pages[number]
            rows = (*page.rows[:place], item, *page.rows[place + 1 :])
            self._pages[number] = CachedPage(rows, page.next_cursor, page.stale)
        return row

    def find(self, item_id: str) -> int | None:
        """The row of a document among those that are here; a fresh page is believed before a stale one."""
        for number, page in sorted(self._pages.items(), key=lambda entry: entry[1].stale):
            for place, item in enumerate(page.rows):
                if item.id == item_id:
                    return number * PAGE_ROWS + place
        return None

    def clear(self) -> None:
        """Forgets everything."""
        self._pages.clear()


def pages_of_rows(first: int, last: int, total: int) -> range:
    """The numbers of the pages that hold rows `first` to `last` (inclusive) of a list with `total` rows."""
    if total <= 0 or last < first:
        return range(0)
    bottom = min(max(last, 0), total - 1)
    return range(min(max(first, 0), bottom) // PAGE_ROWS, bottom // PAGE_ROWS + 1)
