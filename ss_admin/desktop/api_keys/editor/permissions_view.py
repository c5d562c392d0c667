"""What a key may do as JSON, to be read and copied, not changed."""

import math

from PySide6.QtCore import QSize
from PySide6.QtGui import QFocusEvent, QFontMetricsF
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["PermissionsView"]

_PADDING = 9
_FEWEST_LINES = 6


class PermissionsView(QPlainTextEdit):
    """As tall as its text where there is room, else it scrolls. Tab leaves it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setProperty("role", "caption")
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFont(theme.mono_font(theme.tokens.caption))

    def show_json(self, text: str) -> None:
        """Shows another scope; what is scrolled to stays."""
        if text == self.toPlainText():
            return
        down, across = self.verticalScrollBar().value(), self.horizontalScrollBar().value()
        self.setPlainText(text)
        self.verticalScrollBar().setValue(down)
        self.horizontalScrollBar().setValue(across)
        self.ensurePolished()
        self.setMinimumHeight(self._height_of(_FEWEST_LINES))
        self.setMaximumHeight(self._height_of(max(self.blockCount(), _FEWEST_LINES)))

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, self._height_of(_FEWEST_LINES))

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        cursor = self.textCursor()
        cursor.clearSelection()
        self.setTextCursor(cursor)

    def _height_of(self, lines: int) -> int:
        frame = 2 * (self.document().documentMargin() + _PADDING)
        bar = self.horizontalScrollBar().sizeHint().height() if self.horizontalScrollBar().maximum() else 0
        return math.ceil(lines * math.ceil(QFontMetricsF(self.font()).lineSpacing()) + frame) + bar
