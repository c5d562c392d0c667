"""Drains the journals into the database, in a thread of its own, for as long as the server runs."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ss_admin.backend.housekeeping.batches import BatchWriter
from ss_admin.backend.housekeeping.positions import PositionMoved
from ss_admin.backend.housekeeping.sources import Reading, Sources
from ss_admin.backend.store.engine import StoreUnavailable

__all__ = ["Drain"]

_log = logging.getLogger(__name__)

BATCH_ENTRIES = 2000
POLL_SECONDS = 0.02
_LARGE_BYTES = 2 * 1024 * 1024
QUIET_POLL_SECONDS = 0.1
_QUIET_AFTER_SECONDS = 10.0
_AWAY_SECONDS = (0.1, 0.2, 0.5, 1.0)
_COUNT_SECONDS = 1.0
_HANGING_SECONDS = 1.0


@dataclass(frozen=True)
class _Turn:
    found: bool = False
    is_full: bool = False
    is_all: bool = False
    failed: bool = False


class Drain:
    """Nothing is drained before `start`; `close` ends it. `each_second` is called in its thread, about so often."""

    def __init__(
        self, sources: Sources, writer: BatchWriter, *, each_second: Callable[[], None] = lambda: None
    ) -> None:
        self._sources = sources
        self._writer = writer
        self._each_second = each_second
        self._changed = threading.Condition()
        self._begun = 0
        self._settled = 0
        self._wake = threading.Event()
        self._until: float | None = None
        self._left = 0
        self._all_at = time.monotonic()
        self._is_all = False
        self._thread = threading.Thread(target=self._run, name="journal-drain", daemon=True)

    def start(self) -> None:
        """Begin. Once."""
        self._thread.start()

    @property
    def lag_seconds(self) -> float:
        """How long calls have waited without a break: since all that was journaled was last in the database."""
        return 0.0 if self._is_all else time.monotonic() - self._all_at

    def settle(self, timeout: float) -> None:
        """Return when all that was journaled before this call is in the database.

        Raises `TimeoutError` after so many seconds, or where it is not running.
        """
        until = time.monotonic() + timeout
        with self._changed:
            wanted = self._begun + 1
            self._wake.set()
            while self._settled < wanted:
                rest = until - time.monotonic()
                if rest <= 0 or not self._thread.is_alive():
                    raise TimeoutError("the journals are not drained yet")
                self._changed.wait(min(rest, 0.5))

    def close(self, timeout: float) -> int:
        """Drain what is there, but no longer than `timeout` seconds; how many entries stay on disk. Idempotent."""
        if self._until is None:
            self._until = time.monotonic() + timeout
            self._wake.set()
            if self._thread.is_alive():
                self._thread.join(timeout + _COUNT_SECONDS + _HANGING_SECONDS)
            if self._thread.is_alive():
                _log.error("the database does not answer; calls that are not in it stay on disk")
        return self._left

    def _run(self) -> None:
        faults, last_entry, last_second = 0, time.monotonic(), 0.0
        while True:
            closing = self._until
            turn = self._turn(is_first_fault=faults == 0)
            faults = faults + 1 if turn.failed else 0
            now = time.monotonic()
            if closing is not None and (turn.is_all or now > closing):
                break
            last_entry = now if turn.found else last_entry
            if now - last_second >= 1:
                last_second = now
                self._look_after(is_away=turn.failed)
            self._pause(turn, faults, is_quiet=now - last_entry > _QUIET_AFTER_SECONDS)
        self._end(is_drained=turn.is_all)

    def _turn(self, *, is_first_fault: bool) -> _Turn:
        """One reading and writing."""
        with self._changed:
            self._begun += 1
            number = self._begun
        begun_at = time.monotonic()
        try:
            readings, is_all = self._drain_some()
        except PositionMoved:
            # Somebody else, or a transaction of ours that was thought lost, came first.
            self._sources.go_back()
            return _Turn(found=True, is_full=True)
        except Exception as fault:  # noqa: BLE001 - the thread must outlive a bug; what is journaled is kept
            self._sources.go_back()
            self._is_all = False
            if is_first_fault and isinstance(fault, StoreUnavailable):
                _log.warning("calls wait on disk until the store is back")
            elif is_first_fault:
                _log.error("calls wait on disk: they could not be written into the database", exc_info=fault)
            return _Turn(failed=True)
        if not is_first_fault:
            _log.info("the store is back: calls are written again")
        self._is_all = is_all
        if is_all:
            self._all_at = begun_at
            with self._changed:
                self._settled = number
                self._changed.notify_all()
        return _Turn(found=bool(readings), is_full=not is_all and _is_large(readings), is_all=is_all)

    def _drain_some(self) -> tuple[Sequence[Reading], bool]:
        """What was written, and whether that was all there is."""
        readings, is_all = self._sources.read(BATCH_ENTRIES)
        if readings:
            self._writer.write(readings)
            self._sources.advance(readings)
        elif self._sources.is_due:
            self._sources.remove_left()
        return readings, is_all

    def _look_after(self, *, is_away: bool) -> None:
        try:
            self._each_second()
            if is_away:
                self._sources.sync()
        except Exception:  # noqa: BLE001 - nothing of this may stop the draining
            _log.exception("the housekeeping failed in part")

    def _pause(self, turn: _Turn, faults: int, *, is_quiet: bool) -> None:
        if turn.failed:
            seconds = _AWAY_SECONDS[min(faults, len(_AWAY_SECONDS)) - 1]
        elif turn.is_full:
            return
        else:
            seconds = QUIET_POLL_SECONDS if is_quiet else POLL_SECONDS
        self._wake.wait(seconds)
        self._wake.clear()

    def _end(self, *, is_drained: bool) -> None:
        try:
            if is_drained:
                self._sources.remove_left()
            else:
                self._left = self._sources.count_rest(time.monotonic() + _COUNT_SECONDS).entries
        except Exception:  # noqa: BLE001 - what is left is found at the next start
            _log.exception("the journals could not be left in order")
        self._sources.close()


def _is_large(readings: Sequence[Reading]) -> bool:
    """Whether to go on at once. Of a few at a time, more are waited for: each transaction has its price."""
    entries = [entry for reading in readings for entry in reading.batch.entries]
    return len(entries) >= BATCH_ENTRIES // 4 or sum(map(len, entries)) >= _LARGE_BYTES
