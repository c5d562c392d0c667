"""“What to tell the partner”: the words, and the button that copies them."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ss_admin.desktop.clipboard import Clipboard, CopyOutcome
from ss_admin.desktop.refusals.facts import selectable
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import words

__all__ = ["PartnerBox"]

_TOLD_MS = 1_800


class PartnerBox(QFrame):
    """Shows the advice; what is copied (`text`) names the call as well, and never holds a secret."""

    def __init__(
        self,
        advice: str,
        text: str,
        *,
        clipboard: Clipboard,
        theme: Theme,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.setProperty("kind", "info")
        self.text = text
        self._theme = theme
        self._clipboard = clipboard
        self.copy_button = button("Copy", name=f"{name}.copyAdvice", theme=theme, icon="ph.copy")
        self.copy_button.setAccessibleDescription("What to tell the partner, with the request’s id and time")
        self._told = QTimer(self, singleShot=True, interval=_TOLD_MS)
        column = QVBoxLayout()
        column.setSpacing(3)
        column.addWidget(words("What to tell the partner", "strong"))
        column.addWidget(selectable(advice))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(12)
        row.addLayout(column, 1)
        row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        self.copy_button.setMinimumWidth(self.copy_button.sizeHint().width() + 16)  # the width of “Copied”
        self.copy_button.clicked.connect(self._copy)
        self._told.timeout.connect(lambda: self._say("Copy", "ph.copy"))

    def _copy(self) -> None:
        copied = self._clipboard.copy(self.text) is CopyOutcome.COPIED
        self._say("Copied" if copied else "No clipboard", "ph.check" if copied else "ph.warning")
        self._told.start()
        sentence = "Copied" if copied else "No clipboard can be used here"
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.copy_button, sentence))

    def _say(self, text: str, icon: str) -> None:
        self.copy_button.setText(text)
        self.copy_button.setIcon(self._theme.icon(icon))
