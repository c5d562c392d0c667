"""Shows the complete key, once: whole, selectable, never editable, and copied through one door only."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QClipboard, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["SecretField"]

_PADDING = 30


class SecretField(QLineEdit):
    """Ctrl+C asks for the copy (`copy_wanted`) that is cleared again, instead of making one that stays."""

    copy_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setFont(theme.mono_font(theme.tokens.body + 1))

    def show_secret(self, secret: str) -> None:
        """Shows the key and takes the width that it needs."""
        self.setText(secret)
        self.setCursorPosition(0)
        self.ensurePolished()
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance(secret) + _PADDING)

    def forget(self) -> None:
        """Forgets the key, also where selecting it has put it (X11's primary selection)."""
        self.deselect()
        clipboard = QGuiApplication.clipboard()
        if clipboard.supportsSelection() and clipboard.ownsSelection():
            clipboard.clear(QClipboard.Mode.Selection)
        self.clear()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.Cut):
            self.copy_wanted.emit()
        elif event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:  # an Enter too many must not close the dialog
            super().keyPressEvent(event)
