"""The line below a field: what its value means, a warning about it, or what is wrong with it, in one reserved place."""

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import set_kind
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.notice import NOTICE_ICONS, IconLabel

__all__ = ["HintKind", "HintLine"]

HintKind = Literal["plain", "warning", "error"]

_ROLES = {"plain": "dimmed", "warning": "body", "error": "error"}
_HEIGHT = 28


class HintLine(QFrame):
    """Keeps the room of a warning, so that nothing moves when it turns from words into a warning or an error."""

    def __init__(self, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.kind: HintKind = "plain"
        self._icon = IconLabel(NOTICE_ICONS["warning"], "warning_fg", theme=theme, size=16)
        self._words = wrapped_label("", "dimmed")
        self._words.setObjectName(name)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(8)
        self._row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self._words, 1)
        self.setMinimumHeight(_HEIGHT)
        self._dress()

    @property
    def text(self) -> str:
        """What the line says."""
        return self._words.text()

    def say(self, text: str, kind: HintKind = "plain") -> None:
        """Shows `text` as what it is."""
        if (text, kind) == (self.text, self.kind):
            return
        self._words.setText(text)
        self.setAccessibleName(f"Warning: {text}" if kind == "warning" else text)
        if kind != self.kind:
            self.kind = kind
            self._dress()

    def _dress(self) -> None:
        is_warning = self.kind == "warning"
        self._icon.setVisible(is_warning)
        height = Qt.AlignmentFlag.AlignVCenter if is_warning else Qt.AlignmentFlag.AlignTop
        self._words.setAlignment(height | Qt.AlignmentFlag.AlignLeft)
        self._row.setContentsMargins(*((8, 6, 8, 6) if is_warning else (0, 1, 0, 1)))
        self._words.setProperty("role", _ROLES[self.kind])
        self._words.style().unpolish(self._words)
        self._words.style().polish(self._words)
        set_kind(self, "warning" if is_warning else "")
