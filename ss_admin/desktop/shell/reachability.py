"""Whether the server can be reached; when not, asks again by itself, at growing intervals."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from ss_admin.client.errors import ClientError
from ss_admin.desktop.background import Background, Task

__all__ = ["RETRY_SECONDS", "Reachability"]

RETRY_SECONDS = (2, 4, 8, 15, 30)
"""Seconds until the first, second, ... try; the last one repeats."""


class Reachability(QObject):
    """`lost` carries the error when the server went away, `waiting` the seconds to the next try, `regained` nothing.

    `probe` asks the server something small on another thread; any answer of the server, even a refusal, is an answer
    (the refusal is passed on with `refused`).
    """

    lost = Signal(object)
    waiting = Signal(int)
    regained = Signal()
    refused = Signal(object)

    def __init__(
        self,
        background: Background,
        probe: Callable[[], object],
        is_unreachable: Callable[[ClientError], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._probe = probe
        self._is_unreachable = is_unreachable
        self._is_lost = False
        self._tries = 0
        self._seconds_left = 0
        self._task: Task | None = None
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._count_down)

    @property
    def is_lost(self) -> bool:
        """Whether the server could not be reached when last asked."""
        return self._is_lost

    def tell_lost(self, error: ClientError) -> None:
        """A request did not reach the server."""
        if not self._is_lost:
            self._is_lost = True
            self._tries = 0
            self.lost.emit(error)
            self._wait()

    def tell_regained(self) -> None:
        """The server answered something."""
        if self._is_lost:
            self._is_lost = False
            self._second.stop()
            if self._task is not None:
                self._task.cancel()
                self._task = None
            self.regained.emit()

    def try_now(self) -> None:
        """Asks at once, unless asking is under way."""
        if not self._is_lost or self._task is not None:
            return
        self._second.stop()
        self.waiting.emit(0)
        self._task = self._background.run(self._probe, owner=self, done=self._answered, failed=self._failed)

    def _wait(self) -> None:
        self._seconds_left = RETRY_SECONDS[min(self._tries, len(RETRY_SECONDS) - 1)]
        self._tries += 1
        self._second.start()
        self.waiting.emit(self._seconds_left)

    def _count_down(self) -> None:
        self._seconds_left -= 1
        if self._seconds_left <= 0:
            self.try_now()
        else:
            self.waiting.emit(self._seconds_left)

    def _answered(self, _answer: object) -> None:
        self._task = None
        self.tell_regained()

    def _failed(self, error: ClientError) -> None:
        self._task = None
        if self._is_unreachable(error):
            self._wait()
            return
        self.tell_regained()
        self.refused.emit(error)
