"""What is to be done to the key that is open: passed on to who can do it, with the key as it was shown."""

from PySide6.QtCore import QObject, Signal

from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.clipboard import CopyOutcome
from ss_admin.desktop.key_page.key_head import KeyHead
from ss_admin.desktop.key_page.surroundings import Surroundings

__all__ = ["KeyOrders"]


class KeyOrders(QObject):
    """`edit_requested` and `delete_requested` carry the key, `status_requested` the key and the status it shall have.

    `card_answered` carries a `SignalCard` and the `SignalAnswer` that was chosen on it, `activity_requested` the key
    as an `ObjectRef`, `said` words for a toast.
    Nothing is passed on while no key is known.
    """

    edit_requested = Signal(object)
    card_answered = Signal(object, object)
    status_requested = Signal(object, object)
    delete_requested = Signal(object)
    curl_requested = Signal()
    activity_requested = Signal(object)
    said = Signal(str)

    def __init__(self, surroundings: Surroundings, head: KeyHead, parent: QObject) -> None:
        super().__init__(parent)
        self._with = surroundings
        self.key: ApiKey | None = None
        head.copy_requested.connect(self._copy_masked)
        head.curl_requested.connect(self.curl_requested)
        head.edit_requested.connect(self._edit)
        head.delete_requested.connect(self._delete)
        head.status_requested.connect(self._turn_status)

    def show_in_activity(self) -> None:
        """The whole history is wanted."""
        if self.key is not None:
            self.activity_requested.emit(ObjectRef(id=self.key.id, name=self.key.name))

    def _turn_status(self) -> None:
        if self.key is not None:
            is_active = self.key.status is ApiKeyStatus.ACTIVE
            self.status_requested.emit(self.key, ApiKeyStatus.DISABLED if is_active else ApiKeyStatus.ACTIVE)

    def _edit(self) -> None:
        if self.key is not None:
            self.edit_requested.emit(self.key)

    def _delete(self) -> None:
        if self.key is not None:
            self.delete_requested.emit(self.key)

    def _copy_masked(self) -> None:
        if self.key is not None:
            copied = self._with.clipboard.copy(self.key.masked_key) is CopyOutcome.COPIED
            self.said.emit("Masked key copied." if copied else "No clipboard can be used here.")
