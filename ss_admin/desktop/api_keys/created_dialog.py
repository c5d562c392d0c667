"""“API Key Created Successfully”: the one time that the complete key is shown."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.api_keys import ApiKeyCreated
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Dialog, Question
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.notice import IconLabel, Notice
from ss_admin.desktop.widgets.secret_box import SecretBox

__all__ = ["ONE_TIME_WARNING", "ApiKeyCreatedDialog"]

ONE_TIME_WARNING = (
    "This is the only time you will see the complete API key. You cannot retrieve it again after closing this dialog."
)
_ADVICE = (
    "Keep it in a password manager or a secrets vault.",
    "Never put it into source control, a plain text file, an e-mail or a chat.",
    "Hand it to an integration partner over an encrypted channel only.",
)


class ApiKeyCreatedDialog(Dialog):
    """The secret lives in this dialog's box alone, and is gone when the dialog is."""

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
        self._secret = SecretBox("API key", "key", clipboard=clipboard, theme=theme, name="apiKeyCreated")
        self._fill(created.api_key.name)
        self._secret.show_secret(created.secret)
        self.primary_button.setObjectName("apiKeyCreated.done")
        self.primary_button.clicked.connect(self.accept)
        self._secret.copy_button.setFocus()

    @override
    def reject(self) -> None:
        """Escape and the window's ✕ ask first, unless the key has been copied."""
        if self._secret.was_copied:
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
        self._secret.forget()
        super().done(result)

    def _leave(self) -> None:
        super().reject()

    def _fill(self, name: str) -> None:
        warning = Notice("warning", ONE_TIME_WARNING, theme=self.theme)
        warning.setObjectName("apiKeyCreated.warning")
        self.body.addWidget(wrapped_label(f"“{name}” is ready to be used.", "dimmed"))
        self.body.addWidget(warning)
        self.body.addWidget(self._secret)
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
