"""Follows a change to the last process that serves calls, and tells on the way how far it has come."""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.errors import ClientError
from ss_admin.contract.propagation import Propagation
from ss_admin.desktop.background import Background, Task
from ss_admin.desktop.following_words import (
    AppliedChange,
    Following,
    FollowingState,
    late_words,
    reached_words,
    waiting_words,
)

__all__ = ["ChangeFollower"]

ASK_AGAIN_MS = 150
WAITING_MS = 300
LATE_MS = 1000
SELDOM_AFTER_MS = 5000
ASK_SELDOM_MS = 1000
GIVE_UP_MS = 75_000
"""A server that lost the database goes by what it knows for a minute, and is then no longer among those asked for."""


class ChangeFollower(QObject):
    """Follows one change at a time; a newer one takes the place of the older.

    `told` carries a `Following`, or None where there is nothing to tell: at the beginning, and where the backend cannot
    say. That is no error of its own: the change was made.
    """

    told = Signal(object)

    def __init__(self, api_keys: ApiKeysClient, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._api_keys = api_keys
        self._background = background
        self._change: AppliedChange | None = None
        self._task: Task | None = None
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask)

    def follow(self, change: AppliedChange) -> None:
        """Begin with `change`, and forget the one before."""
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
        self._change = change
        self._clock.start()
        self.told.emit(None)
        self._ask()

    def _ask(self) -> None:
        change = self._change
        if change is not None:
            self._task = self._background.run(
                lambda: self._api_keys.propagation(change.api_key_id),
                owner=self,
                done=lambda found: self._take(change, found),
                failed=self._give_up,
            )

    def _take(self, change: AppliedChange, found: Propagation) -> None:
        if found.complete:
            self._tell("reached", change, reached_words(change, found))
            return
        waited = self._clock.elapsed()
        if waited >= LATE_MS:
            self._tell("late", change, late_words(change, found))
        elif waited >= WAITING_MS:
            self._tell("waiting", change, waiting_words(found))
        if waited < GIVE_UP_MS:
            self._timer.start(ASK_AGAIN_MS if waited < SELDOM_AFTER_MS else ASK_SELDOM_MS)

    def _tell(self, state: FollowingState, change: AppliedChange, text: str) -> None:
        self.told.emit(Following(state, change.subject, text))

    def _give_up(self, _: ClientError) -> None:
        self.told.emit(None)
