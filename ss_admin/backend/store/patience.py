"""Waits for a database so long and no longer: one that hangs must not take the threads that answer calls with it."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

from ss_admin.backend.store.engine import Store, StoreUnavailable

__all__ = ["PATIENCE_SECONDS", "Patience"]

Answer = TypeVar("Answer")

PATIENCE_SECONDS = 2.0
"""How long a call waits that has no answer without the store."""

_THREADS = 4


class Patience:
    """Has others ask PostgreSQL, in up to four threads of its own. An embedded database is asked straight away.

    A server that was stopped, or a network that swallows everything, answers neither yes nor no; no time-out of the
    driver ends such a statement.
    """

    def __init__(self, store: Store) -> None:
        self._asks_straight = store.dialect == "sqlite"
        self._questions: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def ask(self, question: Callable[[], Answer], *, seconds: float) -> Answer:
        """What `question` gives or raises; `StoreUnavailable` where it takes longer."""
        if self._asks_straight:
            return question()
        answer: Future[Answer] = Future()
        self._questions.put(lambda: _carry_out(question, answer))
        self._start_a_thread_if_all_are_busy()
        try:
            return answer.result(seconds)
        except TimeoutError:
            answer.cancel()
            raise StoreUnavailable("the store does not answer in time") from None

    def close(self) -> None:
        """Let the threads end once they have their answers, and wait for that, within the patience. Idempotent.

        A thread that has its answer only after the store was closed would leave a connection open.
        """
        with self._lock:
            threads, self._threads = self._threads, []
        for _ in threads:
            self._questions.put(None)
        until = time.monotonic() + PATIENCE_SECONDS
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _start_a_thread_if_all_are_busy(self) -> None:
        if self._idle.acquire(blocking=False):
            return
        with self._lock:
            if len(self._threads) < _THREADS:
                thread = threading.Thread(target=self._work, name="patient-look-up", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _work(self) -> None:
        while (carry_out := self._questions.get()) is not None:
            carry_out()
            self._idle.release()


def _carry_out(question: Callable[[], Answer], answer: Future[Answer]) -> None:
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(question())
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the asker's
        answer.set_exception(error)
