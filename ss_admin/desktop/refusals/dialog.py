"""“Why was a call refused?”: one box for the id of a request or a key, and the answer."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ss_admin.client.errors import ClientError
from ss_admin.client.refusals import RefusalsClient
from ss_admin.contract.refusals import REFUSAL_DAYS, RefusalAnswer
from ss_admin.desktop.background import Background, Task
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.error_text import concerns_the_window, describe
from ss_admin.desktop.moments import Clock, utc_now
from ss_admin.desktop.refusals.answer_view import AnswerView
from ss_admin.desktop.refusals.question_field import QuestionField
from ss_admin.desktop.refusals.question_text import AskedKey, AskedRequest, Unclear
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.empty_state import EmptyState
from ss_admin.desktop.widgets.form_field import FormField
from ss_admin.desktop.widgets.notice import Notice

__all__ = ["RefusalDialog"]

_WHAT_TO_PASTE = "From the partner: the X-Request-Id of the answer, the whole answer, or the API key itself"
_IS_KEY = "This is an API key. It is looked up, and kept nowhere; only its masked form is shown."
_IS_REQUEST = "This is the id of a request."
_NOTHING = "Paste the id of a request or an API key."
_AT_FIRST = (
    "Every answer to a partner carries an id, in the header X-Request-Id and in the body of a refusal. With it you "
    f"find the exact cause of a refusal of the last {REFUSAL_DAYS} days; with a key, which key it is and why calls "
    "with it were refused."
)
_BUSY_AFTER_MS = 200
_ANSWER_HEIGHT = 420


class RefusalDialog(Dialog):
    """Asks off the UI thread. `key_opened` carries a key's id, `failed` a `ClientError` that concerns the window.

    A pasted key is in the box alone, covered, and gone when the dialog closes.
    """

    key_opened = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        parent: QWidget | None,
        *,
        refusals: RefusalsClient,
        background: Background,
        clipboard: Clipboard,
        theme: Theme,
        clock: Clock = utc_now,
    ) -> None:
        super().__init__(
            parent,
            theme=theme,
            name="refusals",
            heading="Why was a call refused?",
            primary="Find the cause",
            cancel="Close",
            width=720,
            steady=True,
        )
        self._refusals = refusals
        self._background = background
        self._clipboard = clipboard
        self._clock = clock
        self._task: Task | None = None
        self.field = QuestionField(theme)
        self._form_field = FormField(
            "Request ID or API key", self.field, help=_WHAT_TO_PASTE, editor_name="refusals.question"
        )
        self._trouble = Notice("danger", "", theme=theme)
        self._trouble.hide()
        self._place = QWidget()
        self._place.setMinimumHeight(_ANSWER_HEIGHT)
        self._answers = QVBoxLayout(self._place)
        self._answers.setContentsMargins(0, 0, 0, 0)
        self._shown: QWidget = EmptyState(
            "ph.magnifying-glass", "Paste what the partner sent you", _AT_FIRST, theme=theme, name="refusals.atFirst"
        )
        self._answers.addWidget(self._shown)
        self._answers.addStretch(1)
        self._patience = QTimer(self, singleShot=True, interval=_BUSY_AFTER_MS)
        self._patience.timeout.connect(lambda: self.set_busy(True))
        for part in (self._form_field, self._trouble, self._place):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.field.edited.connect(self._on_edited)
        self.primary_button.clicked.connect(self.ask)
        self.finished.connect(self._forget)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def answer_view(self) -> AnswerView | None:
        """The answer on the screen."""
        return self._shown if isinstance(self._shown, AnswerView) else None

    def ask(self) -> None:
        """Asks the server, unless nothing that can be asked stands in the box."""
        question = self.field.question
        if self._task is not None:
            return
        if isinstance(question, Unclear):
            self._form_field.set_error(question.words or _NOTHING)
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._trouble.hide()
        order = question.to_question()
        self._patience.start()  # what is quickly done does not flicker
        self._task = self._background.run(
            lambda: self._refusals.explain(order), owner=self, done=self._on_answer, failed=self._on_failed
        )

    def _on_edited(self) -> None:
        question = self.field.question
        self._form_field.clear_error()
        told = {AskedKey: _IS_KEY, AskedRequest: _IS_REQUEST}.get(type(question), _WHAT_TO_PASTE)
        self._form_field.set_help(_IS_KEY if self.field.holds_key else told)

    def _on_answer(self, answer: RefusalAnswer) -> None:
        self._end()
        view = AnswerView(answer, clipboard=self._clipboard, theme=self.theme, clock=self._clock)
        view.key_opened.connect(self._open_key)
        self._show(view)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def _on_failed(self, error: ClientError) -> None:
        self._end()
        self._trouble.say(describe(error))
        self._trouble.show()
        if concerns_the_window(error):
            self.failed.emit(error)

    def _show(self, shown: QWidget) -> None:
        self._answers.replaceWidget(self._shown, shown)
        self._shown.hide()
        self._shown.deleteLater()
        self._shown = shown

    def _open_key(self, api_key_id: str) -> None:
        self.accept()
        self.key_opened.emit(api_key_id)

    def _end(self) -> None:
        self._task = None
        self._patience.stop()
        self.set_busy(False)

    def _forget(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._end()
        self.field.forget()
