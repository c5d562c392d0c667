"""Does what was chosen on a signal's card: the key is read anew first, since the card may be older than the key."""

from PySide6.QtCore import QObject, Signal

from ss_admin.client.errors import ClientError, NotFound
from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus
from ss_admin.desktop.api_keys.editing import KeyEditing
from ss_admin.desktop.api_keys.editor.editor_draft import EditorField
from ss_admin.desktop.api_keys.key_actions import KeyActions, Surroundings
from ss_admin.desktop.error_text import concerns_the_window, describe
from ss_admin.desktop.widgets.signals.signal_card import SignalCard
from ss_admin.desktop.widgets.signals.signal_words import SignalAnswer

__all__ = ["SignalAnswering"]

_GONE = "Somebody deleted this key meanwhile, so there is nothing left to do but to acknowledge this."
_DISABLED = "This key is disabled already."


class SignalAnswering(QObject):
    """`key_opened` carries the id of the key that is to be opened, `failed` a `ClientError` for the shell."""

    key_opened = Signal(str)
    failed = Signal(object)

    def __init__(self, surroundings: Surroundings, editing: KeyEditing, actions: KeyActions, parent: QObject) -> None:
        super().__init__(parent)
        self._with = surroundings
        self._editing = editing
        self._actions = actions

    def answer(self, card: SignalCard, answer: SignalAnswer) -> None:
        """Does it, or says on the card why not."""
        key_id = card.signal.api_key.id
        card.show_failure("")
        if answer is SignalAnswer.OPEN:
            self.key_opened.emit(key_id)
            return
        card.set_busy(True)

        def failed(error: ClientError) -> None:
            card.set_busy(False)
            card.show_failure(_GONE if isinstance(error, NotFound) else describe(error))
            if concerns_the_window(error):
                self.failed.emit(error)

        def done(api_key: ApiKey) -> None:
            card.set_busy(False)
            self._do(card, api_key, answer)

        self._with.background.run(lambda: self._with.api_keys.get(key_id), owner=card, done=done, failed=failed)

    def _do(self, card: SignalCard, api_key: ApiKey, answer: SignalAnswer) -> None:
        if answer is SignalAnswer.REPLACE:
            self._editing.replace(api_key)
        elif answer is SignalAnswer.EDIT:
            self._editing.open(api_key)
        elif answer is SignalAnswer.SET_EXPIRY:
            self._editing.open(api_key, begin_at=EditorField.EXPIRES)
        elif api_key.status is ApiKeyStatus.DISABLED:
            card.show_failure(_DISABLED)
        else:
            self._actions.set_status(api_key, ApiKeyStatus.DISABLED)
