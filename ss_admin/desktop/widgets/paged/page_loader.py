"""Fetches pages of a list off the UI thread; answers to a question that is no longer asked are dropped."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

from ss_admin.client.errors import ClientError
from ss_admin.contract.documents import Page
from ss_admin.desktop.background import Background, Task
from ss_admin.desktop.widgets.paged.page_cache import PAGE_ROWS

__all__ = ["PageAnswer", "PageLoader", "PageSource"]


class PageSource(Protocol):
    """Where a list comes from: a client, such as `ApiKeysClient`."""

    def list_page(
        self,
        query: Any,  # noqa: ANN401 -- each list has queries of its own
        *,
        limit: int = 100,
        cursor: str | None = None,
        offset: int | None = None,
    ) -> Page[Any]:
        """One page of what matches: the first, the one at `cursor`, or the one `offset` rows down."""


@dataclass(frozen=True)
class PageAnswer:
    """A page that came in, with its place in the list. `by_cursor`: found behind its neighbour, not by counting."""

    number: int
    page: Page[Any]
    by_cursor: bool


class PageLoader(QObject):
    """Loads pages of one query at a time. Setting another query forgets everything that is on its way.

    `opened` carries the first page of a new query, `arrived` a page that was wanted, `refreshed` a tuple of pages.
    """

    opened = Signal(object)
    arrived = Signal(object)
    refreshed = Signal(object)
    failed = Signal(object)
    busy_changed = Signal(bool)

    def __init__(
        self,
        source: PageSource,
        first_query: Any,  # noqa: ANN401 -- each list has queries of its own
        background: Background,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._background = background
        self._query = first_query
        self._pages: dict[int, Task] = {}
        self._whole: Task | None = None
        self._busy = False

    @property
    def query(self) -> Any:  # noqa: ANN401 -- as above
        """The query whose pages are being loaded."""
        return self._query

    @property
    def opening(self) -> bool:
        """Whether the first page of the query, or a refresh, is on its way."""
        return self._whole is not None

    def open(self, query: Any) -> None:  # noqa: ANN401 -- as above
        """Asks a new query: its first page comes with `opened`."""
        self.forget()
        self._query = query
        self._whole = self._background.run(
            lambda: self._source.list_page(query, limit=PAGE_ROWS),
            owner=self,
            done=self._on_opened,
            failed=self._on_whole_failed,
        )
        self._tell_busy()

    def refresh(
        self,
        query: Any,  # noqa: ANN401 -- as above
        numbers: Sequence[int],
        further: Callable[[int], Iterable[int]] | None = None,
    ) -> None:
        """Asks for these pages anew, by their place in the list; they come together, with `refreshed`.

        `further`, given the list's new length, names pages that are wanted as well; it is called off the UI thread.
        """
        self.forget()
        self._query = query

        def fetch_page(number: int) -> PageAnswer:
            return PageAnswer(number, self._fetch(query, number, None), by_cursor=False)

        def fetch() -> tuple[PageAnswer, ...]:
            answers = [fetch_page(number) for number in numbers]
            more = further(answers[-1].page.total) if further else ()
            return (*answers, *(fetch_page(number) for number in more if number not in numbers))

        self._whole = self._background.run(fetch, owner=self, done=self._on_refreshed, failed=self._on_whole_failed)
        self._tell_busy()

    def want(self, wanted: Mapping[int, str | None]) -> None:
        """These pages (with their cursor where it is known) are in view; others on their way are given up."""
        for number in [number for number in self._pages if number not in wanted]:
            self._pages.pop(number).cancel()
        for number, cursor in wanted.items():
            if number not in self._pages:
                self._start(number, cursor)
        self._tell_busy()

    def forget(self) -> None:
        """Gives up everything that is on its way."""
        for task in self._pages.values():
            task.cancel()
        self._pages.clear()
        if self._whole is not None:
            self._whole.cancel()
            self._whole = None
        self._tell_busy()

    def _start(self, number: int, cursor: str | None) -> None:
        query = self._query

        def finish(page: Page[Any]) -> None:
            if self._query is query and self._pages.pop(number, None) is not None:
                self._tell_busy()
                self.arrived.emit(PageAnswer(number, page, by_cursor=cursor is not None))

        def fail(error: ClientError) -> None:
            if self._query is query and self._pages.pop(number, None) is not None:
                self._tell_busy()
                self.failed.emit(error)

        self._pages[number] = self._background.run(
            lambda: self._fetch(query, number, cursor), owner=self, done=finish, failed=fail
        )

    def _fetch(self, query: Any, number: int, cursor: str | None) -> Page[Any]:  # noqa: ANN401 -- as above
        if cursor is not None:
            return self._source.list_page(query, limit=PAGE_ROWS, cursor=cursor)
        return self._source.list_page(query, limit=PAGE_ROWS, offset=number * PAGE_ROWS if number else None)

    def _on_opened(self, page: Page[Any]) -> None:
        self._whole = None
        self._tell_busy()
        self.opened.emit(page)

    def _on_refreshed(self, answers: tuple[PageAnswer, ...]) -> None:
        self._whole = None
        self._tell_busy()
        self.refreshed.emit(answers)

    def _on_whole_failed(self, error: ClientError) -> None:
        self._whole = None
        self._tell_busy()
        self.failed.emit(error)

    def _tell_busy(self) -> None:
        busy = bool(self._pages) or self._whole is not None
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)
