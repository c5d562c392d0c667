"""Runs work off the UI thread and hands its result back on it: a result or a typed error, never a wait.

Threads on the desktop, the decision: a handful of daemon threads of our own instead of QThreadPool. They keep one
HTTP connection each, and the process can end while one of them still waits for a server that does not answer
(QThreadPool and concurrent.futures both wait for ever at exit).
"""

import contextlib
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QElapsedTimer, QEventLoop, QObject, Qt, QTimer, Signal

from ss_admin.client.errors import ClientError

__all__ = ["Background", "Task"]

T = TypeVar("T")

_THREADS = 4


class Task:
    """One piece of work under way. Its answer is delivered at most once, and never after `cancel()`."""

    def __init__(
        self,
        work: Callable[[], Any],
        owner: QObject,
        done: Callable[[Any], None],
        failed: Callable[[ClientError], None],
    ) -> None:
        self._work = work
        self._owner = owner
        self._done = done
        self._failed = failed
        self._cancelled = threading.Event()
        self.let_go = threading.Event()
        """Set by the working thread once it holds no reference to this task any more."""

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Drops the answer; work that has not begun is not done at all, work under way runs to its end unheard."""
        self._cancelled.set()

    def _perform(self) -> "_Outcome | None":
        if self.is_cancelled:
            return None
        try:
            return _Outcome(value=self._work())
        except ClientError as error:
            return _Outcome(error=error)
        except BaseException as bug:  # noqa: BLE001 -- a bug in another thread goes to the exception hook on the UI thread
            return _Outcome(bug=bug)

    def _deliver(self, outcome: "_Outcome") -> None:
        if self.is_cancelled or not shiboken6.isValid(self._owner):
            return
        self._cancelled.set()
        if outcome.bug is not None:
            sys.excepthook(type(outcome.bug), outcome.bug, outcome.bug.__traceback__)
        elif outcome.error is not None:
            self._failed(outcome.error)
        else:
            self._done(outcome.value)


@dataclass(frozen=True, repr=False)
class _Outcome:
    value: Any = None
    error: ClientError | None = None
    bug: BaseException | None = None


class Background(QObject):
    """Takes work from the UI thread. Make one per application; `shutdown()` it at the end."""

    idle = Signal()
    _arrived = Signal(object, object)

    def __init__(self, parent: QObject | None = None, *, threads: int = _THREADS) -> None:
        super().__init__(parent)
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._resting: list[Task] = []
        self._outstanding = 0
        self._closed = threading.Event()
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._threads = [
            threading.Thread(target=self._work_off, name=f"background-{number}", daemon=True)
            for number in range(1, threads + 1)
        ]
        for thread in self._threads:
            thread.start()

    def run(
        self,
        work: Callable[[], T],
        *,
        owner: QObject,
        done: Callable[[T], None],
        failed: Callable[[ClientError], None],
    ) -> Task:
        """Does `work` on another thread, then calls `done` or `failed` on this one.

        Nothing is called once the task is cancelled or `owner` is destroyed. An error that is no `ClientError` is a
        bug and goes to `sys.excepthook`. `work` must not touch widgets.
        """
        task = Task(work, owner, done, failed)
        if self._closed.is_set():
            task.cancel()
            return task
        self._outstanding += 1
        self._tasks.put(task)
        return task

    def wait_idle(self, timeout: float = 10.0) -> bool:
        """Runs the event loop until all work is done and delivered; False if `timeout` seconds did not suffice."""
        clock = QElapsedTimer()
        clock.start()
        while self._outstanding:
            left = int(timeout * 1000) - clock.elapsed()
            if left <= 0:
                return False
            loop = QEventLoop()
            self.idle.connect(loop.quit)
            QTimer.singleShot(left, loop, loop.quit)
            loop.exec()
        return True

    def shutdown(self, timeout: float = 2.0) -> None:
        """Takes no more work, drops what waits, and gives work under way `timeout` seconds in all to end."""
        self._closed.set()
        for _ in self._threads:
            self._tasks.put(None)
        clock = QElapsedTimer()
        clock.start()
        for thread in self._threads:
            thread.join(max(0.0, timeout - clock.elapsed() / 1000))

    def _work_off(self) -> None:
        while (let_go := self._work_once()) is not None:
            let_go.set()

    def _work_once(self) -> threading.Event | None:
        """Does one task; gives its `let_go` event when every reference to the task has left this thread."""
        task = self._tasks.get()
        if task is None:
            return None
        outcome = None if self._closed.is_set() else task._perform()  # noqa: SLF001 -- Task is this module's own
        if not self._closed.is_set():
            with contextlib.suppress(RuntimeError):  # the application ended between the two lines
                self._arrived.emit(task, outcome)
        return task.let_go

    def _deliver(self, task: Task, outcome: _Outcome | None) -> None:
        self._outstanding -= 1
        # A task may hold the last reference to a widget, and widgets may only die on this thread.
        self._resting = [resting for resting in self._resting if not resting.let_go.is_set()]
        self._resting.append(task)
        try:
            if outcome is not None and not self._closed.is_set():
                task._deliver(outcome)  # noqa: SLF001 -- Task is this module's own
        finally:
            if self._outstanding == 0:
                self.idle.emit()
