"""The permission scope as JSON, to be read and copied, not changed."""

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QFontMetricsF
from PySide6.QtWidgets import QPlainTextEdit, QWidget
from typing_extensions import override

from ss_admin.contract.api_keys import Permissions
from ss_admin.desktop.api_keys.table.cells import permissions_json
from ss_admin.desktop.theme.theme import Theme

__all__ = ["PermissionsView"]

_PADDING = 9


class PermissionsView(QPlainTextEdit):
    """As tall as its text. Tab leaves it."""

    def __init__(self, permissions: Permissions, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFont(theme.mono_font(theme.tokens.body))
        self.show_permissions(permissions)

    def show_permissions(self, permissions: Permissions) -> None:
        """Shows another scope."""
        text = permissions_json(permissions)
        self.setPlainText(text)
        self.ensurePolished()
        lines = self.blockCount() * QFontMetricsF(self.font()).lineSpacing()
        frame = 2 * (self.document().documentMargin() + _PADDING)
        self.setFixedHeight(math.ceil(lines + frame))

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        cursor = self.textCursor()
        cursor.clearSelection()
        self.setTextCursor(cursor)
