"""One part of what the page shows, asked for off the UI thread; the latest question alone is answered."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from ss_admin.client.errors import ClientError
from ss_admin.desktop.background import Background, Task

__all__ = ["Feed"]


class Feed(QObject):
    """`answered` carries what the work gave, `failed` a `ClientError`; `busy` tells when asking begins and ends."""

    answered = Signal(object)
    failed = Signal(object)
    busy = Signal(bool)

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._task: Task | None = None

    @property
    def is_asking(self) -> bool:
        """Whether an answer is waited for."""
        return self._task is not None

    def ask(self, work: Callable[[], Any]) -> None:
        """Does `work` on another thread; what was asked before is not waited for any more."""
        self.drop()
        self.busy.emit(True)
        self._task = self._background.run(work, owner=self, done=self._answer, failed=self._fail)

    def drop(self) -> None:
        """Waits for no answer any more."""
        if self._task is not None:
            self._task.cancel()
            self._end()

    def _answer(self, found: object) -> None:
        self._end()
        self.answered.emit(found)

    def _fail(self, error: ClientError) -> None:
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        self._task = None
        self.busy.emit(False)
