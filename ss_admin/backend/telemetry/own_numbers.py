"""Has the numbers of this process written down each second, in a thread of its own, and once more at its end."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ss_admin.backend.telemetry.snapshots import Numbers, Snapshot, SnapshotFiles

__all__ = ["OwnNumbers"]

_log = logging.getLogger(__name__)

_SECONDS = 1.0


class OwnNumbers:
    """Nothing is written before `start` or `write`. `process`: a name that no other process has ever had."""

    def __init__(
        self,
        spool_folder: Path,
        process: str,
        role: str,
        *,
        counters: Callable[[], Numbers],
        gauges: Callable[[], Numbers],
    ) -> None:
        self._files = SnapshotFiles(spool_folder)
        self._process = process
        self._role = role
        self._counters = counters
        self._gauges = gauges
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="own-numbers", daemon=True)

    def start(self) -> None:
        """Begin. Once."""
        self._thread.start()

    def write(self) -> Snapshot:
        """Write the numbers down as they are now, and give them; if the disk takes none, others see older ones."""
        with self._lock:
            snapshot = Snapshot(self._role, time.monotonic(), self._counters(), self._gauges())
            with contextlib.suppress(OSError):
                self._files.write(self._process, snapshot)
            return snapshot

    def of_all(self) -> list[Snapshot]:
        """The numbers of all processes of this server, this one's as they are now."""
        own = self.write()
        return [own, *self._files.read(without=self._process)]

    def fold(self, is_gone: Callable[[str, Snapshot], bool]) -> None:
        """Add up what processes that are gone have left. The housekeeping's alone. Raises `OSError`."""
        self._files.fold(is_gone)

    def close(self) -> None:
        """Write them once more, for good. Idempotent, also where it was never started."""
        if self._closing.is_set():
            return
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()
            self.write()

    def _run(self) -> None:
        while not self._closing.wait(_SECONDS):
            try:
                self.write()
            except Exception:  # noqa: BLE001 - the thread must outlive a bug in what it asks
                _log.exception("the numbers for /metrics could not be gathered")
