"""A secret on the screen: whole, with one way to copy it, and a countdown until the clipboard is cleared."""

import math

from PySide6.QtCore import QDeadlineTimer, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ss_admin.desktop.clipboard import CLEAR_AFTER_SECONDS, Clipboard, CopyOutcome
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton
from ss_admin.desktop.widgets.labels import words, wrapped_label
from ss_admin.desktop.widgets.secret_field import SecretField

__all__ = ["SecretBox"]

_SETTLING_MS = 1_500
_NO_CLIPBOARD = "The clipboard cannot be reached. The {} is selected: write it down or copy it by hand."
_COPIED = "Copied. The clipboard is cleared in {} s"
_CLEARED = "The clipboard has been cleared."
_REPLACED = "Something else was copied since; the {} is no longer on the clipboard."


class SecretBox(QWidget):
    """The secret lives in this box's field alone. `what` labels it (“API key”), `noun` speaks of it (“key”)."""

    def __init__(
        self,
        what: str,
        noun: str,
        *,
        clipboard: Clipboard,
        theme: Theme,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._what = what
        self._noun = noun
        self._clipboard = clipboard
        self.was_copied = False
        """Whether the secret shown has been copied."""
        self._deadline = QDeadlineTimer()
        self.field = SecretField(theme)
        self.field.setObjectName(f"{name}.key")
        self.field.setAccessibleName(what)
        self.copy_button = IconButton("ph.copy", _copy_words(what), name=f"{name}.copy", theme=theme, outlined=True)
        self._outcome = wrapped_label("", "dimmed")
        self._outcome.setObjectName(f"{name}.outcome")
        self._second = QTimer(self, interval=1_000)
        self._settling = QTimer(self, singleShot=True, interval=_SETTLING_MS)
        self._lay_out()
        self.copy_button.clicked.connect(self._copy)
        self.field.copy_wanted.connect(self._copy)
        self._second.timeout.connect(self._count_down)
        QGuiApplication.clipboard().dataChanged.connect(self._on_clipboard_changed)

    def show_secret(self, secret: str) -> None:
        """Shows the secret."""
        self.was_copied = False
        self._end_countdown("")
        self.field.show_secret(secret)

    def forget(self) -> None:
        """Forgets the secret. A copy on the clipboard keeps its own time."""
        self._second.stop()
        self.field.forget()

    def _lay_out(self) -> None:
        label = words(self._what, "label")
        label.setBuddy(self.field)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.copy_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addWidget(label)
        layout.addLayout(row)
        layout.addWidget(self._outcome)
        self._outcome.setMinimumHeight(self.fontMetrics().lineSpacing() * 2)
        self._outcome.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)

    def _copy(self) -> None:
        self._settling.start()
        outcome = self._clipboard.copy_secret(self.field.text(), CLEAR_AFTER_SECONDS)
        if outcome is CopyOutcome.COPIED:
            self.was_copied = True
            self._deadline.setRemainingTime(CLEAR_AFTER_SECONDS * 1000)
            self._second.start()
            self.copy_button.show_as("ph.check", "Copied. Copy again")
            self._count_down()
        else:
            self._outcome.setText(_NO_CLIPBOARD.format(self._noun))
            self.field.setFocus()
            self.field.selectAll()

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
        if text != self.field.text() or not text:
            self._end_countdown(_REPLACED.format(self._noun) if text else _CLEARED)

    def _end_countdown(self, outcome: str) -> None:
        self._second.stop()
        self.copy_button.show_as("ph.copy", _copy_words(self._what))
        self._outcome.setText(outcome)


def _copy_words(what: str) -> str:
    """“Copy API key”, “Copy signing secret”."""
    return f"Copy {what if what[:2].isupper() else what[:1].lower() + what[1:]}"
