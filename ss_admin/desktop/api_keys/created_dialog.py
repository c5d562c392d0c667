"""“API Key Created Successfully”: the one time that the complete key is shown."""

import math

from PySide6.QtCore import QDeadlineTimer, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.api_keys import ApiKeyCreated
from ss_admin.desktop.api_keys.secret_field import SecretField
from ss_admin.desktop.clipboard import Clipboard, CopyOutcome
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton
from ss_admin.desktop.widgets.dialog import Dialog, Question
from ss_admin.desktop.widgets.labels import words, wrapped_label
from ss_admin.desktop.widgets.notice import IconLabel, Notice

__all__ = ["ONE_TIME_WARNING", "ApiKeyCreatedDialog"]

ONE_TIME_WARNING = (
    "This is the only time you will see the complete API key. You cannot retrieve it again after closing this dialog."
)
_CLEAR_AFTER_SECONDS = 60
_SETTLING_MS = 1_500
_ADVICE = (
    "Keep it in a password manager or a secrets vault.",
    "Never put it into source control, a plain text file, an e-mail or a chat.",
    "Hand it to an integration partner over an encrypted channel only.",
)
_NO_CLIPBOARD = "The clipboard cannot be reached. The key is selected: write it down or copy it by hand."
_COPIED = "Copied. The clipboard is cleared in {} s"
_CLEARED = "The clipboard has been cleared."
_REPLACED = "Something else was copied since; the key is no longer on the clipboard."


class ApiKeyCreatedDialog(Dialog):
    """The secret lives in this dialog's field alone, and is gone when the dialog is."""

    def __init__(self, parent: QWidget | None, created: ApiKeyCreated, clipboard: Clipboard, theme: Theme) -> None:
        super().__init__(
            parent,
            theme=theme,
            name="apiKeyCreated",
            heading="API Key Created Successfully",
            primary="I have saved it",
            cancel="",
            width=580,
        )
        self._clipboard = clipboard
        self._copied = False
        self._deadline = QDeadlineTimer()
        self._secret = SecretField(theme)
        self._copy = IconButton("ph.copy", "Copy API key", name="apiKeyCreated.copy", theme=theme, outlined=True)
        self._outcome = wrapped_label("", "dimmed")
        self._outcome.setObjectName("apiKeyCreated.outcome")
        self._fill(created.api_key.name)
        self._secret.show_secret(created.secret)
        self._second = QTimer(self, interval=1_000)
        self._settling = QTimer(self, singleShot=True, interval=_SETTLING_MS)
        self._connect()

    @override
    def reject(self) -> None:
        """Escape and the window's ✕ ask first, unless the key has been copied."""
        if self._copied:
            super().reject()
            return
        question = Question(
            self,
            theme=self.theme,
            name="apiKeyCreated.leave",
            heading="Close without the key?",
            text="The key has not been copied. After closing it cannot be shown again; you would have to delete it "
            "and create a new one.",
            primary="Close anyway",
            cancel="Back to the key",
        )
        question.accepted.connect(self._leave)
        question.open()

    @override
    def done(self, result: int) -> None:
        """The dialog closes: the secret is forgotten. A copy on the clipboard keeps its own time."""
        self._second.stop()
        self._secret.forget()
        super().done(result)

    def _leave(self) -> None:
        super().reject()

    def _fill(self, name: str) -> None:
        self._secret.setObjectName("apiKeyCreated.key")
        self._secret.setAccessibleName("API key")
        label = words("API key", "label")
        label.setBuddy(self._secret)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._secret, 1)
        row.addWidget(self._copy)
        field = QVBoxLayout()
        field.setSpacing(5)
        field.addWidget(label)
        field.addLayout(row)
        field.addWidget(self._outcome)
        self._outcome.setMinimumHeight(self.fontMetrics().lineSpacing() * 2)
        self._outcome.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        warning = Notice("warning", ONE_TIME_WARNING, theme=self.theme)
        warning.setObjectName("apiKeyCreated.warning")
        self.body.addWidget(wrapped_label(f"“{name}” is ready to be used.", "dimmed"))
        self.body.addWidget(warning)
        self.body.addLayout(field)
        advice = QVBoxLayout()
        advice.setSpacing(6)
        for sentence in _ADVICE:
            point = QHBoxLayout()
            point.setSpacing(8)
            point.addWidget(
                IconLabel("ph.check", "text_dimmed", theme=self.theme, size=14), 0, Qt.AlignmentFlag.AlignTop
            )
            point.addWidget(wrapped_label(sentence, "dimmed"), 1)
            advice.addLayout(point)
        self.body.addLayout(advice)

    def _connect(self) -> None:
        self.primary_button.setObjectName("apiKeyCreated.done")
        self.primary_button.clicked.connect(self.accept)
        self._copy.clicked.connect(self._copy_key)
        self._copy.setFocus()
        self._secret.copy_wanted.connect(self._copy_key)
        self._second.timeout.connect(self._count_down)
        QGuiApplication.clipboard().dataChanged.connect(self._on_clipboard_changed)

    def _copy_key(self) -> None:
        self._settling.start()
        outcome = self._clipboard.copy_secret(self._secret.text(), _CLEAR_AFTER_SECONDS)
        if outcome is CopyOutcome.COPIED:
            self._copied = True
            self._deadline.setRemainingTime(_CLEAR_AFTER_SECONDS * 1000)
            self._second.start()
            self._copy.show_as("ph.check", "Copied. Copy again")
            self._count_down()
        else:
            self._outcome.setText(_NO_CLIPBOARD)
            self._secret.setFocus()
            self._secret.selectAll()

    def _count_down(self) -> None:
        if self._deadline.hasExpired():
            self._end_countdown(_CLEARED)
        else:
            self._outcome.setText(_COPIED.format(math.ceil(self._deadline.remainingTime() / 1000)))

    def _on_clipboard_changed(self) -> None:
        """The copy itself changes the clipboard too, a little later where another program makes it."""
        if not self._second.isActive() or self._settling.isActive():
            return
        text = QGuiApplication.clipboard().text()
        if text != self._secret.text():
            self._end_countdown(_REPLACED if text else _CLEARED)

    def _end_countdown(self, words: str) -> None:
        self._second.stop()
        self._copy.show_as("ph.copy", "Copy API key")
        self._outcome.setText(words)
