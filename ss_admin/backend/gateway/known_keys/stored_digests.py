"""The digests of all keys and tombstones of the store, so that a key that never was is refused without asking it."""

import logging
import threading
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from ss_admin.backend.gateway.known_keys.digest_filter import DigestFilter
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.tables import ApiKeyRow, TombstoneRow

__all__ = ["StoredDigests"]

_log = logging.getLogger(__name__)

_AT_ONCE = 500
_PAUSE_SECONDS = 0.001  # between two pieces, so that calls are not held up by the reading
_RETRY_SECONDS = 1.0
_DIGESTS = (ApiKeyRow.digest, TombstoneRow.digest)


class StoredDigests:
    """Knows nothing until `reload`, and again from each `reload` to the end of the reading in the background.

    Whoever calls `reload` tells by `add` of every key that is stored from then on, after it is; a key that goes stays,
    it has a tombstone.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._loaded = threading.Event()
        self._complete: DigestFilter | None = None
        self._reading: threading.Event | None = None  # set: that reading is to end
        self._coming: DigestFilter | None = None
        self._threads: list[threading.Thread] = []

    @property
    def room(self) -> int:
        """The number of digests that there is room for; 0 while nothing is known."""
        complete = self._complete
        return 0 if complete is None else complete.room

    def wait(self, seconds: float) -> bool:
        """Until `may_contain` can say no; False where that takes longer."""
        return self._loaded.wait(seconds)

    def may_contain(self, digest: bytes) -> bool:
        """False: no key has this digest, and none had that was deleted."""
        complete = self._complete
        return complete is None or complete.may_contain(digest)

    def add(self, digest: bytes) -> None:
        """Take in a key that was created. A set that is outgrown is replaced by a larger one, read anew."""
        with self._lock:
            for known in (self._complete, self._coming):
                if known is not None:
                    known.add(digest)
            if self._reading is None and self._complete is not None and self._complete.is_outgrown:
                self._begin_reading()

    def reload(self) -> None:
        """Forget all and read the store again, in the background."""
        with self._lock:
            self._loaded.clear()
            self._complete = None
            self._begin_reading()

    def close(self) -> None:
        """End the reading. Idempotent."""
        with self._lock:
            self._end_reading()
            threads = list(self._threads)
        for thread in threads:
            thread.join(_RETRY_SECONDS)

    def _begin_reading(self) -> None:
        self._end_reading()
        self._reading = threading.Event()
        thread = threading.Thread(
            target=self._read_when_possible, args=(self._reading,), name="stored-digests", daemon=True
        )
        self._threads = [*(thread for thread in self._threads if thread.is_alive()), thread]
        thread.start()

    def _end_reading(self) -> None:
        if self._reading is not None:
            self._reading.set()
        self._reading = self._coming = None

    def _read_when_possible(self, ended: threading.Event) -> None:
        while not ended.is_set():
            try:
                self._read(ended)
            except StoreUnavailable:
                ended.wait(_RETRY_SECONDS)
            else:
                return

    def _read(self, ended: threading.Event) -> None:
        expected = self._count()
        with self._lock:
            if ended.is_set():
                return
            coming = self._coming = DigestFilter(expected)
        for piece in self._pieces():
            with self._lock:
                if ended.is_set():
                    return
                for digest in piece:
                    coming.add(digest)
            if ended.wait(_PAUSE_SECONDS):
                return
        with self._lock:
            if ended.is_set():
                return
            self._complete, self._coming, self._reading = coming, None, None
            self._loaded.set()
        _log.debug("the digests of all API keys are known", extra={"api_keys": expected})

    def _count(self) -> int:
        with self._store.reading() as session:
            return sum(session.execute(select(func.count(column))).scalar_one() for column in _DIGESTS)

    def _pieces(self) -> Iterator[Sequence[bytes]]:
        for column in _DIGESTS:
            last = b""
            while True:
                with self._store.reading() as session:
                    following = select(column).where(column > last).order_by(column).limit(_AT_ONCE)
                    piece = session.execute(following).scalars().all()
                if not piece:
                    break
                last = piece[-1]
                yield piece
