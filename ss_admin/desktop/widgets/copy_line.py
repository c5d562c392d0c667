"""A short text to read and to copy, such as an id."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ss_admin.desktop.clipboard import Clipboard, CopyOutcome
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton
from ss_admin.desktop.widgets.labels import words

__all__ = ["CopyLine"]

_TOLD_MS = 1_800


class CopyLine(QWidget):
    """The text in the font of commands, and the copy icon, which turns to a tick for a moment."""

    def __init__(
        self, what: str, text: str, *, clipboard: Clipboard, theme: Theme, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._clipboard = clipboard
        self._label: QLabel = words(text)
        self._label.setFont(theme.mono_font(theme.tokens.caption))
        self._copy_button = IconButton("ph.copy", f"Copy {what}", name=f"{name}.copy", theme=theme)
        self._told = QTimer(self, singleShot=True, interval=_TOLD_MS)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._label)
        row.addWidget(self._copy_button)
        row.addStretch()
        self._copy_button.clicked.connect(self._copy)
        self._told.timeout.connect(lambda: self._copy_button.show_as("ph.copy", f"Copy {what}"))

    @property
    def text(self) -> str:
        """What is shown."""
        return self._label.text()

    def _copy(self) -> None:
        if self._clipboard.copy(self.text) is CopyOutcome.COPIED:
            self._tell("ph.check", "Copied")
        else:
            self._tell("ph.warning", "No clipboard can be used here")

    def _tell(self, icon: str, sentence: str) -> None:
        self._copy_button.show_as(icon, sentence)
        self._told.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._copy_button, sentence))
