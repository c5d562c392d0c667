"""Creates or changes one key, one order at a time, and tells the outcomes apart that the editor must tell apart."""

from typing import Protocol

from PySide6.QtCore import QObject, Signal

from ss_admin.client.errors import ClientError, OutcomeUnknown, UnexpectedAnswer
from ss_admin.contract.api_keys import ApiKey, ApiKeyChange, ApiKeyCreated, NewApiKey
from ss_admin.desktop.api_keys.editor.editor_draft import without_what_is_there
from ss_admin.desktop.background import Background
from ss_admin.desktop.moments import utc_now
from ss_admin.desktop.saver import Saver

__all__ = ["KeySaver", "KeyStore"]


class KeyStore(Protocol):
    """Where keys are created and changed: `ApiKeysClient`."""

    def get(self, api_key_id: str) -> ApiKey:
        """One key as it is now."""

    def create(self, order: NewApiKey) -> ApiKeyCreated:
        """Creates a key."""

    def change(self, api_key_id: str, change: ApiKeyChange, *, version: int | None) -> ApiKey:
        """Changes a key, if it still has this version."""


class KeySaver(Saver):
    """Saves a key, or creates one: then exactly one of the signals follows, too.

    `created` hands the secret on and keeps nothing of it; `created_unseen`: the key may exist, but its secret is lost.
    """

    created = Signal(object)
    created_unseen = Signal(object)

    def __init__(self, store: KeyStore, background: Background, parent: QObject | None = None) -> None:
        super().__init__(background, parent)
        self._store = store

    def create(self, order: NewApiKey) -> None:
        """Creates a key. Never repeated by itself: a second key would be a second secret."""
        if self._begin():
            self._background.run(
                lambda: self._store.create(order), owner=self, done=self._on_created, failed=self._on_create_failed
            )

    def change(self, api_key: ApiKey, change: ApiKeyChange) -> None:
        """Changes `api_key` if nobody else has changed it since; else fetches what they made of it."""
        self.save(
            lambda: self._store.change(api_key.id, change, version=api_key.version),
            lambda: self._store.get(api_key.id),
            lambda theirs: without_what_is_there(change, theirs, utc_now()) is None,
        )

    def _on_created(self, created: ApiKeyCreated) -> None:
        self._end()
        self.created.emit(created)

    def _on_create_failed(self, error: ClientError) -> None:
        self._end()
        unseen = isinstance(error, OutcomeUnknown | UnexpectedAnswer)
        (self.created_unseen if unseen else self.failed).emit(error)
