"""Creates or changes one key, one order at a time, and tells the outcomes apart that the editor must tell apart."""

from typing import Protocol

from PySide6.QtCore import QObject, Signal

from ss_admin.client.errors import ClientError, NotFound, OutcomeUnknown, UnexpectedAnswer, VersionConflict
from ss_admin.contract.api_keys import ApiKey, ApiKeyChange, ApiKeyCreated, NewApiKey
from ss_admin.desktop.api_keys.editor.editor_draft import without_what_is_there
from ss_admin.desktop.background import Background
from ss_admin.desktop.moments import utc_now

__all__ = ["KeySaver", "KeyStore"]


class KeyStore(Protocol):
    """Where keys are created and changed: `ApiKeysClient`."""

    def get(self, api_key_id: str) -> ApiKey:
        """One key as it is now."""

    def create(self, order: NewApiKey) -> ApiKeyCreated:
        """Creates a key."""

    def change(self, api_key_id: str, change: ApiKeyChange, *, version: int | None) -> ApiKey:
        """Changes a key, if it still has this version."""


class KeySaver(QObject):
    """While an order is under way (`is_busy`) a second one is not taken, so a double click creates one key.

    After an order exactly one of the signals follows. `created` hands the secret on and keeps nothing of it;
    `created_unseen`: the key may exist, but its secret is lost; `conflicted`: somebody else's version.
    """

    busy_changed = Signal(bool)
    created = Signal(object)
    created_unseen = Signal(object)
    saved = Signal(object)
    conflicted = Signal(object)
    deleted = Signal()
    failed = Signal(object)

    def __init__(self, store: KeyStore, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._background = background
        self._busy = False

    @property
    def is_busy(self) -> bool:
        """Whether the answer to an order is awaited."""
        return self._busy

    def create(self, order: NewApiKey) -> None:
        """Creates a key. Never repeated by itself: a second key would be a second secret."""
        if self._begin():
            self._background.run(
                lambda: self._store.create(order), owner=self, done=self._on_created, failed=self._on_create_failed
            )

    def change(self, api_key: ApiKey, change: ApiKeyChange) -> None:
        """Changes `api_key` if nobody else has changed it since; else fetches what they made of it."""
        if not self._begin():
            return

        def on_failed(error: ClientError) -> None:
            if isinstance(error, VersionConflict):
                self._fetch_theirs(api_key, change)
            else:
                self._on_failed(error)

        self._background.run(
            lambda: self._store.change(api_key.id, change, version=api_key.version),
            owner=self,
            done=self._on_saved,
            failed=on_failed,
        )

    def _fetch_theirs(self, api_key: ApiKey, change: ApiKeyChange) -> None:
        def on_fetched(theirs: ApiKey) -> None:
            # Nothing of ours is left to save, as after an answer that was lost on its way: then there is no conflict.
            is_there = without_what_is_there(change, theirs, utc_now()) is None
            self._end()
            (self.saved if is_there else self.conflicted).emit(theirs)

        self._background.run(lambda: self._store.get(api_key.id), owner=self, done=on_fetched, failed=self._on_failed)

    def _on_created(self, created: ApiKeyCreated) -> None:
        self._end()
        self.created.emit(created)

    def _on_create_failed(self, error: ClientError) -> None:
        self._end()
        unseen = isinstance(error, OutcomeUnknown | UnexpectedAnswer)
        (self.created_unseen if unseen else self.failed).emit(error)

    def _on_saved(self, api_key: ApiKey) -> None:
        self._end()
        self.saved.emit(api_key)

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
