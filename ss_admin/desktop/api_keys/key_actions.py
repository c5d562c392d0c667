"""What is done to one key from the list: disable, enable, delete, copy a cURL example."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.errors import (
    ClientError,
    NotFound,
    OutcomeUnknown,
    VersionConflict,
)
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.api_keys import ApiKey, ApiKeyChange, ApiKeyStatus
from ss_admin.contract.rule_chains import RuleChain
from ss_admin.desktop.api_keys.delete_dialog import DeleteKeyDialog
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import Clipboard, CopyOutcome
from ss_admin.desktop.curl_example import curl_example, first_callable_chain
from ss_admin.desktop.deletion import Deletion
from ss_admin.desktop.error_text import describe
from ss_admin.desktop.following_words import AppliedChange, ChangeKind
from ss_admin.desktop.key_states import status_words
from ss_admin.desktop.moments import Clock, utc_now
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Message

__all__ = ["KeyActions", "Surroundings", "tell"]


@dataclass(frozen=True)
class Surroundings:
    """What the list's actions work with."""

    api_keys: ApiKeysClient
    rule_chains: RuleChainsClient
    background: Background
    clipboard: Clipboard
    theme: Theme
    clock: Clock = utc_now


def tell(parent: QWidget, theme: Theme, heading: str, text: str) -> Message:
    """Opens a message that stays until it is read."""
    message = Message(parent, theme=theme, name="apiKeys.message", heading=heading, text=text)
    message.open()
    return message


class KeyActions(QObject):
    """Does it off the UI thread, and says in the end what came of it.

    `said`: words for a toast; `failed`: a `ClientError` for the shell; `changed`: a key's new state; `outdated`: the
    list no longer tells the truth; `applied`: an `AppliedChange` that is to be followed.
    """

    said = Signal(str)
    failed = Signal(object)
    changed = Signal(object)
    outdated = Signal()
    applied = Signal(object)

    def __init__(self, surroundings: Surroundings, window: QWidget) -> None:
        super().__init__(window)
        self._with = surroundings
        self._window = window

    def set_status(self, api_key: ApiKey, status: ApiKeyStatus) -> None:
        """Enables or disables the key, unless somebody else changed it since it was shown."""
        self._with.background.run(
            lambda: self._with.api_keys.change(api_key.id, ApiKeyChange(status=status), version=api_key.version),
            owner=self,
            done=self._on_status_set,
            failed=lambda error: self._on_status_failed(error, api_key, status),
        )

    def delete(self, api_key: ApiKey) -> DeleteKeyDialog:
        """Asks, and deletes the key as it was shown."""
        dialog = DeleteKeyDialog(self._window, api_key, theme=self._with.theme, now=self._with.clock())
        deletion = Deletion(dialog, self._with.api_keys, self._with.background, show_failure=dialog.show_failure)
        dialog.confirmed.connect(deletion.order)
        deletion.deleted.connect(self._on_deleted)
        deletion.gone.connect(self._tell_gone)
        deletion.changed.connect(lambda now: self._ask_again(dialog, now))
        deletion.in_doubt.connect(self.outdated)
        deletion.failed.connect(self.failed)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def copy_curl_example(self) -> None:
        """Copies a call of the first chain that partners can call; the key in it is a placeholder."""
        self._with.background.run(
            lambda: first_callable_chain(self._with.rule_chains), owner=self, done=self._copy, failed=self.failed.emit
        )

    def _on_status_set(self, api_key: ApiKey) -> None:
        self.changed.emit(api_key)
        is_active = api_key.status is ApiKeyStatus.ACTIVE
        subject = f"“{api_key.name}”"
        self.said.emit(f"{subject} is {'active' if is_active else 'disabled'}.")
        kind = ChangeKind.ENABLED if is_active else ChangeKind.DISABLED
        self.applied.emit(AppliedChange(kind, subject, api_key.id))

    def _on_status_failed(self, error: ClientError, api_key: ApiKey, status: ApiKeyStatus) -> None:
        verb = "disabled" if status is ApiKeyStatus.DISABLED else "enabled"
        if isinstance(error, VersionConflict):
            self._with.background.run(
                lambda: self._with.api_keys.get(api_key.id),
                owner=self,
                done=lambda now: self._on_conflict(now, verb),
                failed=lambda again: self._on_status_failed(again, api_key, status),
            )
        elif isinstance(error, NotFound):
            self._tell_gone(api_key)
        elif isinstance(error, OutcomeUnknown):
            self.outdated.emit()
            self._tell(f"Was the key {verb}?", describe(error))
        else:
            self.failed.emit(error)

    def _on_conflict(self, now: ApiKey, verb: str) -> None:
        self.changed.emit(now)
        self._tell(
            f"“{now.name}” was not {verb}",
            "Somebody else changed this key meanwhile, so nothing was done. The list now shows it as it is: "
            f"“{now.name}”, user {now.user.name}, {status_words(now.status)}. Look at it and try again.",
        )

    def _on_deleted(self, api_key: ApiKey) -> None:
        self.said.emit(f"“{api_key.name}” was deleted.")
        self.applied.emit(AppliedChange(ChangeKind.DELETED, f"“{api_key.name}”", api_key.id))
        self.outdated.emit()

    def _ask_again(self, dialog: DeleteKeyDialog, now: ApiKey) -> None:
        self.changed.emit(now)
        dialog.show_changed(now, self._with.clock())

    def _copy(self, chain: RuleChain | None) -> None:
        if chain is None:
            self._tell(
                "There is no rule chain to call",
                "A cURL example needs a rule chain that is enabled and has “Is External” switched on. "
                "There is none in this tenant yet.",
            )
        elif self._with.clipboard.copy(curl_example(chain)) is CopyOutcome.COPIED:
            self.said.emit(f"cURL example for “{chain.name}” copied. Put the key from your safe into SS_API_KEY.")
        else:
            self._tell("The example was not copied", f"No clipboard can be used here.\n\n{curl_example(chain)}")

    def _tell_gone(self, api_key: ApiKey) -> None:
        self.outdated.emit()
        self._tell(f"“{api_key.name}” is no longer there", "Somebody else deleted this key meanwhile.")

    def _tell(self, heading: str, text: str) -> None:
        tell(self._window, self._with.theme, heading, text)
