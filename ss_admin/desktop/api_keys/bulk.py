"""Acts on many keys: finds out which ones are checked, then goes through them in chunks that can be stopped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from ss_admin.client.api_keys import ApiKeyQuery, ApiKeysClient
from ss_admin.client.errors import ClientError, NotFound
from ss_admin.contract.api_keys import MAX_PAGE_ITEMS, ApiKeyPage
from ss_admin.desktop.api_keys.delete_dialog import KeyFacts
from ss_admin.desktop.api_keys.table.selection import Checks
from ss_admin.desktop.background import Background, Task

__all__ = ["CHUNK_KEYS", "BulkProgress", "CheckedKeys", "ChunkRun"]

CHUNK_KEYS = 500
_ASKED_ONE_BY_ONE = 20


@dataclass(frozen=True)
class BulkProgress:
    """How far a bulk action got: keys done (in whatever way the action counts), keys gone meanwhile, keys asked for."""

    done: int
    missing: int
    total: int

    @property
    def settled(self) -> int:
        """How many keys were dealt with."""
        return self.done + self.missing


class CheckedKeys(QObject):
    """Finds the keys that are checked, also those never loaded, by paging through the list. Waits for nothing."""

    progressed = Signal(int, int)
    found = Signal(object)
    failed = Signal(object)

    def __init__(self, api_keys: ApiKeysClient, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._api_keys = api_keys
        self._background = background
        self._task: Task | None = None
        self._checks = Checks()
        self._query = ApiKeyQuery()
        self._facts: list[KeyFacts] = []

    def find(self, checks: Checks, query: ApiKeyQuery) -> None:
        """Finds what `checks` means while `query` is shown; `found` carries a list of `KeyFacts`."""
        self.cancel()
        self._checks, self._facts = checks, []
        self._query = query if checks.everything else ApiKeyQuery()
        if not checks.everything and len(checks.ids) <= _ASKED_ONE_BY_ONE:
            ids = sorted(checks.ids)
            self._run(lambda: self._ask_one_by_one(ids), self._finish)
        else:
            self._next_page(None)

    def cancel(self) -> None:
        """Gives up; nothing is emitted any more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _ask_one_by_one(self, ids: Sequence[str]) -> list[KeyFacts]:
        facts = []
        for api_key_id in ids:
            try:
                facts.append(KeyFacts.of(self._api_keys.get(api_key_id)))
            except NotFound:
                continue  # somebody else deleted it meanwhile
        return facts

    def _next_page(self, cursor: str | None) -> None:
        query = self._query
        self._run(lambda: self._api_keys.list_page(query, limit=MAX_PAGE_ITEMS, cursor=cursor), self._take)

    def _take(self, page: ApiKeyPage) -> None:
        self._facts.extend(KeyFacts.of(api_key) for api_key in page.items if self._checks.holds(api_key.id))
        expected = self._checks.count(page.total)
        enough = not self._checks.everything and len(self._facts) >= expected
        if page.next_cursor is None or enough:
            self._finish(self._facts)
        else:
            self.progressed.emit(len(self._facts), expected)
            self._next_page(page.next_cursor)

    def _finish(self, facts: list[KeyFacts]) -> None:
        self._task = None
        self.found.emit(facts)

    def _run(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._task = self._background.run(work, owner=self, done=done, failed=self._fail)

    def _fail(self, error: ClientError) -> None:
        self._task = None
        self.failed.emit(error)


class ChunkRun(QObject):
    """Applies one action to keys, `CHUNK_KEYS` at a time; each chunk is one transaction on the server.

    `act` does one chunk and gives (done, missing). `finished` carries the `BulkProgress`, also after `stop()`;
    `failed` carries the error and the progress up to the last chunk that succeeded.
    """

    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object, object)

    def __init__(
        self,
        ids: Sequence[str],
        act: Callable[[Sequence[str]], tuple[int, int]],
        background: Background,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._ids = tuple(ids)
        self._act = act
        self._background = background
        self._next = 0
        self._stopping = False
        self.progress = BulkProgress(0, 0, len(self._ids))

    def start(self) -> None:
        """Does the first chunk, and each next one when its predecessor is done."""
        chunk = self._ids[self._next : self._next + CHUNK_KEYS]
        if not chunk or self._stopping:
            self.finished.emit(self.progress)
            return
        self._next += len(chunk)
        self._background.run(lambda: self._act(chunk), owner=self, done=self._on_chunk, failed=self._on_failed)

    def stop(self) -> None:
        """The chunk under way is the last one."""
        self._stopping = True

    def _on_chunk(self, counts: tuple[int, int]) -> None:
        before = self.progress
        self.progress = BulkProgress(before.done + counts[0], before.missing + counts[1], before.total)
        self.progressed.emit(self.progress)
        self.start()

    def _on_failed(self, error: ClientError) -> None:
        self.failed.emit(error, self.progress)
