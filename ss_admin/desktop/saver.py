"""Saves changes to something that others change too, and tells the outcomes apart that an editor must tell apart."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from ss_admin.client.errors import ClientError, NotFound, VersionConflict
from ss_admin.desktop.background import Background

__all__ = ["Saver"]

Item = TypeVar("Item")


class Saver(QObject):
    """While an order is under way (`is_busy`) a second one is not taken, so a double click saves once.

    After an order exactly one of the signals follows: `saved` with the item as it is now, `conflicted` with somebody
    else's version, `deleted`, or `failed` with a `ClientError`.
    """

    busy_changed = Signal(bool)
    saved = Signal(object)
    conflicted = Signal(object)
    deleted = Signal()
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._busy = False

    @property
    def is_busy(self) -> bool:
        """Whether the answer to an order is awaited."""
        return self._busy

    def save(self, change: Callable[[], Item], fetch: Callable[[], Item], is_there: Callable[[Item], bool]) -> None:
        """Changes the item if nobody else has since; else fetches what they made of it.

        `is_there` tells whether their version has all that was to be saved, as after an answer that was lost on its
        way: then there is no conflict.
        """
        if not self._begin():
            return

        def on_failed(error: ClientError) -> None:
            if isinstance(error, VersionConflict):
                self._background.run(fetch, owner=self, done=on_fetched, failed=self._on_failed)
            else:
                self._on_failed(error)

        def on_fetched(theirs: Item) -> None:
            outcome = self.saved if is_there(theirs) else self.conflicted
            self._end()
            outcome.emit(theirs)

        self._background.run(change, owner=self, done=self._on_saved, failed=on_failed)

    def _on_saved(self, item: object) -> None:
        self._end()
        self.saved.emit(item)

    def _on_failed(self, error: ClientError) -> None:
        self._end()
        if isinstance(error, NotFound):
            self.deleted.emit()
        else:
            self.failed.emit(error)

    def _begin(self) -> bool:
        if self._busy:
            return False
        self._busy = True
        self.busy_changed.emit(True)
        return True

    def _end(self) -> None:
        self._busy = False
        self.busy_changed.emit(False)
