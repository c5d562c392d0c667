"""“New API Key” and “Edit API Key”."""

from datetime import tzinfo

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError, OutcomeUnknown, ServerUnreachable, SessionEnded, ValidationFailed
from ss_admin.contract.api_keys import ApiKey, ApiKeyCreated
from ss_admin.desktop.api_keys.chains.chain_search import ChainSource
from ss_admin.desktop.api_keys.editor.conflict_dialog import ConflictDialog
from ss_admin.desktop.api_keys.editor.conflict_rows import compare_versions
from ss_admin.desktop.api_keys.editor.editor_draft import ApiKeyDraft, EditorField, without_what_is_there
from ss_admin.desktop.api_keys.editor.editor_form import EditorForm, scroll_into_view
from ss_admin.desktop.api_keys.editor.key_saver import KeySaver, KeyStore
from ss_admin.desktop.api_keys.editor.local_zone import local_zone
from ss_admin.desktop.api_keys.people.user_search import UserSource
from ss_admin.desktop.background import Background
from ss_admin.desktop.error_text import describe
from ss_admin.desktop.moments import ago, utc_now
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Dialog, Question
from ss_admin.desktop.widgets.labels import words
from ss_admin.desktop.widgets.notice import Notice

__all__ = ["ApiKeyEditor"]

_BUSY_AFTER_MS = 200
_UNSEEN = (
    "The connection broke before the server answered. The key may exist, but its secret has not been seen and cannot "
    "be shown again. Look for it in the list: if it is there, delete it, then create a new one. "
    "Nothing is tried again by itself."
)
_MAYBE_SAVED = (
    "The connection broke before the server answered, so it is not known whether your changes were saved. Press "
    "“Save Changes” again: if they are there already, nothing more happens."
)
_DELETED = (
    "Somebody deleted this key meanwhile, so there is nothing left to save. What you entered can still be read here."
)
_SIGNED_OUT = (
    "Your session has ended. Nothing was saved, and what you entered stays here: sign in, then press “{}” again."
)
_UNREACHABLE = "{} Nothing was saved, and what you entered stays here: press “{}” to try again."


class ApiKeyEditor(Dialog):
    """Creates a key, or changes `api_key` where one is given. `like`: the new key begins with what that one may do.

    `created` hands on the answer with the secret, once; `saved` the changed key. `list_changed`: something happened
    on the server that the list should be asked about. `session_ended`: the person has to sign in; the dialog stays.
    """

    created = Signal(object)
    saved = Signal(object)
    list_changed = Signal()
    session_ended = Signal(object)

    def __init__(
        self,
        parent: QWidget | None,
        *,
        api_keys: KeyStore,
        accounts: UserSource,
        chains: ChainSource,
        background: Background,
        theme: Theme,
        api_key: ApiKey | None = None,
        like: ApiKey | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        is_new = api_key is None
        super().__init__(
            parent,
            theme=theme,
            name="apiKeyEditor",
            heading="New API Key" if is_new else "Edit API Key",
            primary="Create API Key" if is_new else "Save Changes",
            width=784,
            steady=True,
        )
        self._base = api_key
        self._zone = zone or local_zone()
        self._gone = False
        self._sure_loss = "The key has not been created." if is_new else "Your changes have not been saved."
        self._loss = self._sure_loss
        self._form = EditorForm(
            accounts=accounts, chains=chains, background=background, theme=theme, zone=self._zone, base=api_key
        )
        self._notice = Notice("danger", "", theme=theme)
        self._notice.setObjectName("apiKeyEditor.notice")
        self._notice.hide()
        self.body.addWidget(self._notice)
        self.body.addWidget(self._form)
        self._status: QLabel = words("", "dimmed")
        self._status.setObjectName("apiKeyEditor.progress")
        self.footer.insertWidget(0, self._status)
        if like is not None:
            self._form.show_draft(ApiKeyDraft.replacing(like), None)
        self._untouched = self._ordered = self._form.draft()
        self._saver = KeySaver(api_keys, background, self)
        self._patience = QTimer(self, singleShot=True, interval=_BUSY_AFTER_MS)
        self._connect()
        self._form.focus_first()

    def begin_at(self, field: EditorField) -> None:
        """Puts the keyboard into another field than the first."""
        if field is not EditorField.NAME:
            self._form.go_to(field)

    def submit(self) -> None:
        """Creates or saves if nothing is missing; else says what is."""
        if self._saver.is_busy or self._gone or not self.isVisible():
            return  # also the second half of a double click that comes after a quick answer
        self._notice.hide()
        if self._form.show_faults():
            return
        self._loss = self._sure_loss
        self._ordered = self._form.draft()
        if self._base is None:
            self._saver.create(self._ordered.to_new_api_key(self._zone))
            return
        change = self._ordered.to_change(self._base, self._zone)
        if change is None:
            self.accept()
        else:
            self._saver.change(self._base, change)

    @override
    def reject(self) -> None:
        """Leaves, after a question where something would be lost. Not while an order is under way."""
        if self._saver.is_busy:
            return
        if self._gone or self._form.draft() == self._untouched:
            super().reject()
            return
        question = Question(
            self,
            theme=self.theme,
            name="apiKeyEditor.discard",
            heading="Discard what you entered?",
            text=self._loss,
            primary="Discard",
            cancel="Keep editing",
        )
        question.accepted.connect(self._leave)
        question.open()

    def _leave(self) -> None:
        super().reject()

    def _connect(self) -> None:
        self.primary_button.setObjectName("apiKeyEditor.submit")
        self.primary_button.clicked.connect(self.submit)
        self._patience.timeout.connect(self._show_busy)
        self._form.failed.connect(self._on_search_failed)
        self._saver.busy_changed.connect(self._on_busy)
        self._saver.created.connect(self._on_created)
        self._saver.created_unseen.connect(self._on_created_unseen)
        self._saver.saved.connect(self._on_saved)
        self._saver.conflicted.connect(self._on_conflicted)
        self._saver.deleted.connect(self._on_deleted)
        self._saver.failed.connect(self._on_failed)

    def _on_busy(self, busy: bool) -> None:
        """What is quickly done does not flicker; what takes longer is shown."""
        if busy:
            self._patience.start()
        else:
            self._patience.stop()
            self._status.clear()
            self.cancel_button.setEnabled(True)
            self.set_busy(False)

    def _show_busy(self) -> None:
        self._status.setText("Creating the key…" if self._base is None else "Saving…")
        self.cancel_button.setEnabled(False)
        self.set_busy(True)

    def _on_created(self, created: ApiKeyCreated) -> None:
        self.accept()
        self.created.emit(created)

    def _on_created_unseen(self, _error: ClientError) -> None:
        self._loss = "It is not known whether the key was created. Look for it in the list."
        self._say(_UNSEEN)
        self.list_changed.emit()

    def _on_saved(self, api_key: ApiKey) -> None:
        self.accept()
        self.saved.emit(api_key)

    def _on_failed(self, error: ClientError) -> None:
        if isinstance(error, ValidationFailed) and error.problem.errors:
            rest = self._form.show_server_faults(error.problem.errors)
            if rest:
                self._say(" ".join(rest))
        elif isinstance(error, SessionEnded):
            self._say(_SIGNED_OUT.format(self.primary_button.text()))
            self.session_ended.emit(error)
        elif isinstance(error, OutcomeUnknown):
            self._loss = "It is not known whether your changes were saved."
            self._say(_MAYBE_SAVED)
            self.list_changed.emit()
        elif isinstance(error, ServerUnreachable):
            self._say(_UNREACHABLE.format(describe(error), self.primary_button.text()))
        else:
            self._say(describe(error))

    def _on_search_failed(self, error: ClientError) -> None:
        if isinstance(error, SessionEnded):
            self.session_ended.emit(error)

    def _on_deleted(self) -> None:
        self._gone = True
        self._say(_DELETED)
        self.primary_button.hide()
        self.cancel_button.setText("Close")
        self.cancel_button.setAccessibleName("Close")
        self.cancel_button.setFocus()
        self.list_changed.emit()

    def _on_conflicted(self, theirs: ApiKey) -> None:
        """Learns the names of the rule chains that they chose first: both versions are told in words."""
        self._form.scope.chains.names.learn(theirs.permissions.rulechains or (), lambda: self._show_conflict(theirs))

    def _show_conflict(self, theirs: ApiKey) -> None:
        if self._base is None:
            return
        now, name_of = utc_now(), self._form.scope.chains.names.brief_words
        rows = compare_versions(self._base, self._ordered, theirs, now=now, zone=self._zone, name_of=name_of)
        view = ConflictDialog(self, rows=rows, changed=ago(theirs.updated_at, now), theme=self.theme)
        view.use_mine.connect(lambda: self._use_mine(theirs))
        view.keep_theirs.connect(self._leave_theirs)
        view.back_to_editing.connect(lambda: self._go_on_over(theirs))
        view.open()

    def _use_mine(self, theirs: ApiKey) -> None:
        """Saves what was changed here, and nothing else, over their version."""
        mine = None if self._base is None else self._ordered.rebased(self._base, theirs)
        change = mine.to_change(theirs, self._zone) if mine else None
        left = without_what_is_there(change, theirs, utc_now()) if change else None
        self._go_on_over(theirs)
        if left is None:
            self._on_saved(theirs)
        else:
            self._saver.change(theirs, left)

    def _leave_theirs(self) -> None:
        self.accept()
        self.list_changed.emit()

    def _go_on_over(self, theirs: ApiKey) -> None:
        """The form now changes their version: what was not touched here shows what they made of it."""
        if self._base is None:
            return
        draft = self._form.draft().rebased(self._base, theirs)
        self._base = theirs
        self._form.show_draft(draft, theirs)
        self._say("The form now stands on their version. Saving changes what you changed, and nothing else.", "info")
        self.list_changed.emit()

    def _say(self, text: str, kind: str = "danger") -> None:
        self._notice.say(text, "info" if kind == "info" else "danger")
        self._notice.show()
        scroll_into_view(self._notice)
