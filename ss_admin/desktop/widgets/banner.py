"""A banner across the window: a state that lasts, with one thing to do about it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button, show_action
from ss_admin.desktop.widgets.labels import words, wrapped_label
from ss_admin.desktop.widgets.notice import NOTICE_ICONS, IconLabel, NoticeKind

__all__ = ["Banner"]

_NOTE_WIDTH = 128


class Banner(QFrame):
    """Text on a tinted ground, and a button if `action` has words; `acted` is emitted when it is pressed."""

    acted = Signal()

    def __init__(
        self,
        kind: NoticeKind,
        text: str,
        action: str = "",
        *,
        theme: Theme,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "banner")
        self.setProperty("kind", kind)
        self._text = wrapped_label(text)
        self.setAccessibleName(text)
        self._note = words("", "dimmed")
        self._note.setMinimumWidth(_NOTE_WIDTH)
        self._note.hide()
        self.action: QPushButton = button(action, name=f"{name}.action")
        show_action(self.action, action)
        self.action.clicked.connect(self.acted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(24, 8, 24, 8)
        layout.setSpacing(10)
        layout.addWidget(IconLabel(NOTICE_ICONS[kind], f"{kind}_fg", theme=theme), 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._note)
        layout.addWidget(self.action)

    @property
    def text(self) -> str:
        """The sentences shown."""
        return self._text.text()

    def note(self, text: str) -> None:
        """Shows a few words that change often beside the button, with room kept so that nothing jumps."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def say(self, text: str) -> None:
        """Shows other words."""
        self._text.setText(text)
        self.setAccessibleName(text)
