"""A notice with one thing to do about it; hidden while it says nothing."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button, set_kind, show_action
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.notice import NOTICE_ICONS, IconLabel, NoticeKind

__all__ = ["ActionNotice"]


class ActionNotice(QFrame):
    """`acted` is emitted when its button is pressed."""

    acted = Signal()

    def __init__(self, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "notice")
        self.setProperty("kind", "info")
        self._icon = IconLabel(NOTICE_ICONS["info"], "info_fg", theme=theme)
        self._text = wrapped_label("")
        self.action: QPushButton = button("", name=f"{name}.action")
        self.action.clicked.connect(self.acted)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text, 1)
        row.addWidget(self.action)
        show_action(self.action, "")
        self.hide()

    @property
    def text(self) -> str:
        """The sentences shown; empty while it is hidden."""
        return "" if self.isHidden() else self._text.text()

    def say(self, kind: NoticeKind, text: str, action: str = "") -> None:
        """Shows `text`, and a button with the words `action`; no text hides the notice."""
        self._text.setText(text)
        self.setAccessibleName(text)
        self._icon.show_as(NOTICE_ICONS[kind], f"{kind}_fg")
        set_kind(self, kind)
        show_action(self.action, action)
        self.setVisible(bool(text))
