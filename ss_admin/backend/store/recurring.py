"""Work over the store that is done again and again, in a thread of its own, through outages and faults."""

import logging
import threading
import time
from abc import ABC, abstractmethod

from ss_admin.backend.store.engine import StoreUnavailable

__all__ = ["RecurringWork"]

_log = logging.getLogger(__name__)


class RecurringWork(ABC):
    """Nothing is done before `start`. `fault`: what the log says where it could not be done, a sentence without an end.

    `away_level`: how loud the log says so while the store is away. Others tell of that, too.
    """

    def __init__(self, *, name: str, fault: str, away_level: int = logging.DEBUG) -> None:
        self._fault = fault
        self._away_level = away_level
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_closing(self) -> bool:
        """Whether it is to end; asked now and then in long work."""
        return self._closing.is_set()

    def start(self) -> None:
        """Begin, at once. Once."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the step that is under way. Idempotent, also where it was never started."""
        self._closing.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()

    @abstractmethod
    def do_once(self) -> None:
        """The work. Raises `StoreUnavailable`."""

    @abstractmethod
    def pause_after(self, seconds: float) -> float:
        """How many seconds until it is done again, where it took so many."""

    def _wait(self, seconds: float) -> bool:
        """Wait, unless it is to end; whether it is."""
        return self._closing.wait(seconds)

    def _run(self) -> None:
        while not self.is_closing:
            began = time.monotonic()
            try:
                self.do_once()
            except StoreUnavailable:
                _log.log(self._away_level, "%s; it is tried again", self._fault)
            except Exception:  # noqa: BLE001 - the thread must outlive a bug; it is tried again
                _log.exception("%s", self._fault)
            self._wait(self.pause_after(time.monotonic() - began))
