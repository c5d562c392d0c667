"""Opens the editors from the list, and what comes after them: the secret of a new key, shown once."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ss_admin.client.accounts import AccountsClient
from ss_admin.contract.api_keys import ApiKey, ApiKeyCreated, ApiKeyStatus
from ss_admin.desktop.api_keys.created_dialog import ApiKeyCreatedDialog
from ss_admin.desktop.api_keys.editor.editor_dialog import ApiKeyEditor
from ss_admin.desktop.api_keys.editor.editor_draft import EditorField
from ss_admin.desktop.api_keys.key_actions import Surroundings
from ss_admin.desktop.following_words import AppliedChange, ChangeKind

__all__ = ["KeyEditing"]


class KeyEditing(QObject):
    """`created` carries the id of a new key, `changed` a key's new state; `outdated`: the list is to be fetched again.

    `said` carries words for a toast, `failed` a `ClientError` for the shell, `applied` an `AppliedChange`.
    """

    said = Signal(str)
    failed = Signal(object)
    created = Signal(str)
    changed = Signal(object)
    outdated = Signal()
    applied = Signal(object)

    def __init__(self, surroundings: Surroundings, accounts: AccountsClient, window: QWidget) -> None:
        super().__init__(window)
        self._with = surroundings
        self._accounts = accounts
        self._window = window

    def open(self, api_key: ApiKey | None, *, begin_at: EditorField = EditorField.NAME) -> ApiKeyEditor:
        """Opens the editor for a key, or for a new one, with the keyboard in the field `begin_at`."""
        return self._open(api_key, begin_at=begin_at)

    def replace(self, api_key: ApiKey) -> ApiKeyEditor:
        """Opens the editor for a new key that may do what `api_key` may; that one stays until it is disabled."""
        return self._open(None, like=api_key)

    def _open(
        self, api_key: ApiKey | None, *, like: ApiKey | None = None, begin_at: EditorField = EditorField.NAME
    ) -> ApiKeyEditor:
        editor = ApiKeyEditor(
            self._window,
            api_keys=self._with.api_keys,
            accounts=self._accounts,
            chains=self._with.rule_chains,
            background=self._with.background,
            theme=self._with.theme,
            api_key=api_key,
            like=like,
        )
        editor.created.connect(self._on_created)
        editor.saved.connect(partial(self._on_saved, api_key))
        editor.list_changed.connect(self.outdated)
        editor.session_ended.connect(self.failed)
        editor.finished.connect(editor.deleteLater)
        editor.open()
        editor.begin_at(begin_at)
        return editor

    def _on_created(self, created: ApiKeyCreated) -> None:
        self.created.emit(created.api_key.id)
        self.outdated.emit()
        dialog = ApiKeyCreatedDialog(self._window, created, self._with.clipboard, self._with.theme)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_saved(self, before: ApiKey | None, api_key: ApiKey) -> None:
        self.changed.emit(api_key)
        self.outdated.emit()
        self.said.emit(f"“{api_key.name}” was saved.")
        if before is None or before.version != api_key.version:
            self.applied.emit(AppliedChange(_kind(before, api_key), f"“{api_key.name}”", api_key.id))


def _kind(before: ApiKey | None, now: ApiKey) -> ChangeKind:
    if before is None or before.status is now.status:
        return ChangeKind.SAVED
    return ChangeKind.DISABLED if now.status is ApiKeyStatus.DISABLED else ChangeKind.ENABLED
