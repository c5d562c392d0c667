"""Deletes what a dialog has asked about, as it was shown there, and tells the outcomes apart."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from ss_admin.client.errors import ClientError, NotFound, OutcomeUnknown, VersionConflict
from ss_admin.desktop.background import Background
from ss_admin.desktop.error_text import concerns_the_window, describe
from ss_admin.desktop.widgets.dialog import Dialog

__all__ = ["Deletion"]


class _Item(Protocol):
    """A key or a rule chain."""

    @property
    def id(self) -> str: ...

    @property
    def version(self) -> int: ...


class _Store(Protocol):
    """Where the items are: one of the clients."""

    def get(self, item_id: str, /) -> _Item: ...

    def delete(self, item_id: str, /, *, version: int | None) -> None: ...


class Deletion(QObject):
    """Lives with its dialog, which stays open until the item is gone.

    `deleted` and `gone` (somebody else was first) carry the item; `changed` its new state, which is shown and asked
    about again; `in_doubt`: nobody knows whether it was deleted; `failed`: a `ClientError` that concerns the window.
    """

    deleted = Signal(object)
    gone = Signal(object)
    changed = Signal(object)
    in_doubt = Signal()
    failed = Signal(object)

    def __init__(
        self, dialog: Dialog, store: _Store, background: Background, *, show_failure: Callable[[str], None]
    ) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._store = store
        self._background = background
        self._show_failure = show_failure

    def order(self, item: _Item) -> None:
        """Deletes the item, if it still is as it was shown."""
        self._dialog.set_busy(True)
        self._background.run(
            lambda: self._store.delete(item.id, version=item.version),
            owner=self._dialog,
            done=lambda _: self._on_deleted(item),
            failed=lambda error: self._on_failed(item, error),
        )

    def _on_deleted(self, item: _Item) -> None:
        self._dialog.accept()
        self.deleted.emit(item)

    def _on_failed(self, item: _Item, error: ClientError) -> None:
        if isinstance(error, VersionConflict):
            self._background.run(
                lambda: self._store.get(item.id),
                owner=self._dialog,
                done=self.changed.emit,
                failed=lambda again: self._on_failed(item, again),
            )
        elif isinstance(error, NotFound):
            self._dialog.reject()
            self.gone.emit(item)
        else:
            self._show_failure(describe(error))
            if isinstance(error, OutcomeUnknown):
                self.in_doubt.emit()
            if concerns_the_window(error):
                self.failed.emit(error)
