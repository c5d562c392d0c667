"""Watches the store for changes to keys and chains, and tells this process's caches of each, in order."""

import logging
import threading
import time
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from ss_admin.backend.propagation.application import ChangeApplication, OnChanges, OnReset
from ss_admin.backend.propagation.changes import Execute, is_on_record, read_landmark, read_news
from ss_admin.backend.propagation.lookout import lookout_over
from ss_admin.backend.propagation.presence import LiveWorkers, Presence
from ss_admin.backend.propagation.sqlite_lookout import StoreBusy
from ss_admin.backend.store.engine import Store, StoreUnavailable

__all__ = ["FRESH_SECONDS", "ChangeWatch", "LiveWorkers"]

_log = logging.getLogger(__name__)

FRESH_SECONDS = 1.0
AGAIN_SECONDS = 0.2
CLOSE_SECONDS = 5.0


class ChangeWatch:
    """One process's view of the order of changes; safe to use from any thread.

    `worker_id`: unique to this process's life; `worker_name`: `host:pid`. Every change that is committed is applied,
    that is, told to all subscribers, once and in order. Where some may have been missed, subscribers are told to forget
    all: at the beginning, after a gap, and when the store comes back with another order than it had.

    `fresh_until`: until then, by `time.monotonic`, what was kept of the store can be trusted: a second from the
    beginning of the last look whose changes are all applied. 0 before `start`: a process that does not watch has
    nothing to trust.
    """

    def __init__(self, store: Store, *, worker_id: str, worker_name: str) -> None:
        self._store = store
        self.worker_id = worker_id
        self.worker_name = worker_name
        self._application = ChangeApplication()
        self.fresh_until = 0.0
        self._closing = threading.Event()
        self._lookout = lookout_over(store)
        self._presence = Presence(self._lookout, worker_id, worker_name)
        self._thread = threading.Thread(target=self._watch, name="change-watch", daemon=True)
        self._is_watching = False
        self._is_lost = False

    def subscribe(self, on_changes: OnChanges, on_reset: OnReset) -> None:
        """Tell `on_changes` of each batch and `on_reset` when changes may have been missed. Before the start.

        Both are called by one thread at a time, and must not call back.
        """
        self._application.subscribe(on_changes, on_reset)

    def start(self) -> None:
        """Begin to watch, and to be counted among the live workers. Once."""
        self._application.landmark = None
        self._is_watching = True
        self._thread.start()

    def catch_up(self) -> None:
        """Apply all that was committed before this call; a store that is gone is passed over."""
        try:
            with self._store.reading() as session:
                self._look(partial(_execute, session.connection()))
        except StoreUnavailable:
            _log.warning("a change takes effect here when the store is back")

    def close(self) -> None:
        """Stop to watch and leave the live workers. Idempotent, also where it was never started."""
        if self._closing.is_set():
            return
        self._is_watching = False
        self._closing.set()
        self._lookout.wake()
        if self._thread.ident is None:
            self._lookout.close()
        else:
            self._thread.join(CLOSE_SECONDS)
        self.fresh_until = 0.0

    @property
    def is_fresh(self) -> bool:
        """Whether the store was looked at within the last second, so that what was kept of it can be trusted."""
        return time.monotonic() < self.fresh_until

    @property
    def lost_at(self) -> float | None:
        """While the watch is not fresh: the monotonic moment of the last look; None while fresh, or before the first.

        None before `start` as well.
        """
        fresh_until = self.fresh_until
        return fresh_until - FRESH_SECONDS if 0 < fresh_until <= time.monotonic() else None

    @property
    def applied(self) -> int:
        """Grows with each batch of changes, and with each reset, before its subscribers are told."""
        return self._application.count

    @property
    def revision(self) -> int:
        """The last change that this process acts on; 0 before the first look."""
        return self._application.revision

    @property
    def clock_offset_us(self) -> int:
        """The store's clock minus this host's, microseconds, measured every second; 0 over SQLite."""
        return self._presence.clock_offset_us

    @property
    def is_counted(self) -> bool:
        """Whether the other processes know of this one, and of the last change that it acts on."""
        return self._presence.sighted == self.revision

    @property
    def live(self) -> LiveWorkers:
        """The processes with a sign of life within 5 s; the last known when the store is gone."""
        return self._presence.live

    def _watch(self) -> None:
        while not self._closing.is_set():
            try:
                self._watch_until_lost()
            except StoreUnavailable:
                self._tell_loss()
            except Exception:  # noqa: BLE001 - the thread must outlive a bug; it begins anew
                _log.exception("the watch over changes to keys failed")
            self._lookout.drop()
            self._closing.wait(AGAIN_SECONDS)
        self._leave()

    def _watch_until_lost(self) -> None:
        execute = self._lookout.execute
        self._take_up(execute)
        while not self._closing.is_set():
            try:
                self._look(execute)
                self._presence.report(self._application.revision, self._application.passed_us)
            except StoreBusy:
                pass  # it is tried again after the next wait
            self._lookout.wait()

    def _tell_loss(self) -> None:
        """Once for each outage, not at each of the attempts to end it."""
        if not self._is_lost:
            self._is_lost = True
            _log.warning("changes to keys are not seen until the store is back")

    def _leave(self) -> None:
        try:
            self._presence.leave()
        except (StoreUnavailable, StoreBusy):
            _log.info("this worker is taken for live for a few seconds more: the store is away")
        self._lookout.close()

    def _take_up(self, execute: Execute) -> None:
        """Go on where the watch was; if that is no longer the same order of changes, from the newest one."""
        landmark = self._application.landmark
        if landmark is None or not is_on_record(execute, landmark):
            self._application.reset(read_landmark(execute))
        self._look(execute)
        if self._is_lost:
            self._is_lost = False
            _log.info("changes to keys are seen again")

    def _look(self, execute: Execute) -> None:
        """Read and apply what is new; two threads may do so at once."""
        began = time.monotonic()
        is_whole = False
        while not is_whole:
            news = read_news(execute, self._application.revision)
            self._application.apply(news)
            is_whole = news.is_whole
        if self._is_watching:
            self.fresh_until = max(self.fresh_until, began + FRESH_SECONDS)


def _execute(connection: Connection, statement: str, *values: int | str) -> Sequence[object]:
    if connection.dialect.name == "postgresql":
        statement = statement.replace("?", "%s")
    result = connection.exec_driver_sql(statement, values)
    return result.all() if result.returns_rows else ()
