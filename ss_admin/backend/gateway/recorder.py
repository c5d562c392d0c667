"""Keeps "last used" true: each use is noted in memory at once and written to the store in batches, twice a second.

Nothing on a call's way waits for the store. A use is lost only if the process is killed within half a second of it;
a stop writes everything first, and while the store is away the newest use of each key is kept and tried again.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import bindparam, or_, update
from sqlalchemy.orm import Session

from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.tables import ApiKeyRow, TombstoneRow

__all__ = ["Recorder"]

_log = logging.getLogger(__name__)

Key = TypeVar("Key", str, bytes)

FLUSH_SECONDS = 0.5
MAX_KEPT = 200_000
"""Keys whose newest use is kept while the store is away; beyond, the least recent ones are given up."""

CLOSE_ATTEMPTS = 3
_CLOSE_PAUSE_SECONDS = 0.5

_KEY_USED = (
    update(ApiKeyRow)
    .where(ApiKeyRow.id == bindparam("which"), ApiKeyRow.last_used_at < bindparam("at"))
    .values(last_used_at=bindparam("at"), last_used_address=bindparam("address"))
    .execution_options(synchronize_session=False)
)
_TOMBSTONE_TRIED = (
    update(TombstoneRow)
    .where(
        TombstoneRow.digest == bindparam("which"),
        or_(TombstoneRow.last_tried_at.is_(None), TombstoneRow.last_tried_at < bindparam("at")),
    )
    .values(last_tried_at=bindparam("at"), last_tried_address=bindparam("address"))
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True, slots=True)
class _Use:
    at: datetime
    address: str


@dataclass(slots=True)
class _Batch:
    """The newest use of each key, by the key's id, and of each deleted key, by its digest."""

    api_keys: dict[str, _Use] = field(default_factory=dict)
    tombstones: dict[bytes, _Use] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.api_keys) + len(self.tombstones)

    def take_back(self, older: "_Batch") -> None:
        """Put what could not be written behind what came since."""
        _merge(self.api_keys, older.api_keys)
        _merge(self.tombstones, older.tombstones)


class Recorder:
    """Notes uses from any thread; one thread of its own writes them. `close` writes what is left."""

    def __init__(self, store: Store, *, flush_seconds: float = FLUSH_SECONDS) -> None:
        self._store = store
        self._flush_seconds = flush_seconds
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._batch = _Batch()
        self._closing = threading.Event()
        self._noted = threading.Event()
        self._thread = threading.Thread(target=self._flush_regularly, name="last-use-recorder", daemon=True)
        self._thread.start()

    def key_used(self, api_key_id: str, at: datetime, address: str) -> None:
        """The key authenticated a call."""
        with self._lock:
            _note(self._batch.api_keys, api_key_id, _Use(at, address))
        self._noted.set()

    def deleted_key_tried(self, digest: bytes, at: datetime, address: str) -> None:
        """Somebody used a key that was deleted."""
        with self._lock:
            _note(self._batch.tombstones, digest, _Use(at, address))
        self._noted.set()

    def flush(self) -> bool:
        """Write what has been noted, in one transaction. False if the store could not take it; it is kept then."""
        with self._flushing:
            with self._lock:
                batch, self._batch = self._batch, _Batch()
            if not batch:
                return True
            written = False
            try:
                with self._store.writing() as session:
                    _write(session, batch)
                written = True
            except StoreUnavailable:
                _log.warning("last uses are kept until the store is back", extra={"kept": len(batch)})
            finally:
                if not written:
                    self._keep(batch)
            return written

    def close(self) -> None:
        """Stop the thread and write what is left; gives up after a few attempts if the store is away. Idempotent."""
        self._closing.set()
        self._noted.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        for attempt in range(CLOSE_ATTEMPTS):
            if self.flush():
                return
            if attempt + 1 < CLOSE_ATTEMPTS:
                threading.Event().wait(_CLOSE_PAUSE_SECONDS)
        _log.error("the last uses of some keys could not be written before the stop")

    def _flush_regularly(self) -> None:
        while not self._closing.is_set():
            self._noted.wait()
            self._noted.clear()
            try:
                self.flush()
            except Exception:  # noqa: BLE001 - the thread must outlive a bug; what was noted is kept
                _log.exception("last uses could not be written")
            self._closing.wait(self._flush_seconds)

    def _keep(self, batch: _Batch) -> None:
        with self._lock:
            self._batch.take_back(batch)
        self._noted.set()


def _note(uses: dict[Key, _Use], key: Key, use: _Use) -> None:
    known = uses.get(key)
    if known is None or known.at <= use.at:
        uses[key] = use


def _merge(uses: dict[Key, _Use], older: Mapping[Key, _Use]) -> None:
    for key, use in older.items():
        known = uses.get(key)
        if known is None or known.at < use.at:
            uses[key] = use
    excess = len(uses) - MAX_KEPT
    if excess > 0:
        for key in sorted(uses, key=lambda which: uses[which].at)[:excess]:
            del uses[key]
        _log.error("the last uses of %d keys were given up: the store is away for too long", excess)


def _write(session: Session, batch: _Batch) -> None:
    # Always in the order of the keys, so that two writers never wait for each other crosswise.
    if batch.api_keys:
        session.connection().execute(_KEY_USED, _parameters(batch.api_keys))
    if batch.tombstones:
        session.connection().execute(_TOMBSTONE_TRIED, _parameters(batch.tombstones))


def _parameters(uses: Mapping[str, _Use] | Mapping[bytes, _Use]) -> list[dict[str, object]]:
    return [{"which": which, "at": use.at, "address": use.address} for which, use in sorted(uses.items())]
