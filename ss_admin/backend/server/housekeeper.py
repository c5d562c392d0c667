"""The housekeeper's process, as the supervisor sees it: started, started again when it dies, and stopped last."""

import logging
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ss_admin.backend.housekeeping.process import PROGRAM, STOP, STOP_SECONDS
from ss_admin.backend.server.restart_pause import RestartPause
from ss_admin.backend.settings import Settings

__all__ = ["Housekeeper"]

_log = logging.getLogger(__name__)

_KILL_AFTER_SECONDS = 10.0


class Housekeeper:
    """One child process. Its settings travel over a pipe: they hold secrets, and a command line is read by everybody.

    That pipe stays open as long as the supervisor or a worker that was forked from it lives, and its end is the
    housekeeper's sign that nobody is left. Not safe under threads.
    """

    def __init__(self, settings: Settings, folder: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._orders = pickle.dumps((settings, folder))
        self._clock = clock
        self._restart_pause = RestartPause(clock)
        self._process: subprocess.Popen[bytes] | None = None
        self._start_at: float | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that runs; None if none does."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process."""
        self._start_at = None
        self._restart_pause.born()
        with _signals_held_back():
            command = [sys.executable, "-P", "-c", PROGRAM]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 - our own module
        self._tell(self._orders)

    def look(self) -> None:
        """See whether it lives; if it died, start it again, at once or after a pause. To be called again and again."""
        if self._process is not None and self._process.poll() is not None:
            _log.error("the housekeeper ended unexpectedly", extra={"exit_status": self._process.returncode})
            self._forget()
            self._start_at = self._restart_pause.next_start()
        if self._start_at is not None and self._clock() >= self._start_at:
            self.start()

    def stop(self, timeout: float = STOP_SECONDS) -> None:
        """Let it write what is journaled, and wait for its end. A dead one is started once more for that."""
        if self._process is None or self._process.poll() is not None:
            self._forget()
            self.start()
        process = self._process
        if process is None:
            return
        self._tell(STOP)
        try:
            process.wait(timeout + _KILL_AFTER_SECONDS)
        except subprocess.TimeoutExpired:
            _log.error("the housekeeper did not end in time; what it has not written is kept for the next start")
            process.kill()
            process.wait()
        self._forget()

    def _tell(self, message: bytes) -> None:
        if self._process is None or self._process.stdin is None:
            return
        with suppress(OSError):  # it has died: look() finds out
            self._process.stdin.write(message)
            self._process.stdin.flush()

    def _forget(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        self._process = None


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """A process that is started meanwhile gets no stop before it can say that it leaves stops to the supervisor."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
