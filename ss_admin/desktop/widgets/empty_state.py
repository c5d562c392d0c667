"""What a page shows in the place of an empty list: why it is empty, and what to do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import ButtonKind, button, show_action
from ss_admin.desktop.widgets.labels import words, wrapped_label
from ss_admin.desktop.widgets.notice import IconLabel

__all__ = ["EmptyState"]

_TEXT_WIDTH = 440


class EmptyState(QWidget):
    """Icon, title, text and, if `action` has words, a button; `acted` is emitted when it is pressed."""

    acted = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        text: str,
        action: str = "",
        *,
        theme: Theme,
        action_kind: ButtonKind = "primary",
        name: str = "emptyState",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._icon = IconLabel(icon, "text_dimmed", theme=theme, size=40)
        self._title = words(title, "title")
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = wrapped_label(text, "dimmed")
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._text.setFixedWidth(_TEXT_WIDTH)
        self.action: QPushButton = button(action, action_kind, name=f"{name}.action")
        self.action.clicked.connect(self.acted)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.tokens.s)
        layout.addStretch(2)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(4)
        layout.addWidget(self._title)
        layout.addWidget(self._text, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        layout.addWidget(self.action, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.say(icon, title, text, action)

    def say(self, icon: str, title: str, text: str, action: str = "") -> None:
        """Shows other words; no `action` hides the button."""
        self._icon.show_as(icon, "text_dimmed")
        self._title.setText(title)
        self._text.setText(text)
        self._text.setMinimumHeight(max(0, self._text.heightForWidth(_TEXT_WIDTH)))
        show_action(self.action, action)
