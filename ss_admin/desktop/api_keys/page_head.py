"""The head of the page: what it is, what leads on from it, and what can be done to the checked keys."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton, button
from ss_admin.desktop.widgets.labels import ElidedLabel, words

__all__ = ["PageHead"]

_WHAT_KEYS_ARE_FOR = "External applications call your rule chains with an API key."


class PageHead(QWidget):
    """The buttons for checked keys stand there only while there are any; “Delete (3)” says how many.

    Where title and buttons have no room beside each other, the buttons stand below, whether keys are checked or not.
    """

    create_requested = Signal()
    delete_requested = Signal()
    explain_requested = Signal()
    status_requested = Signal(object)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.delete_button = button("Delete", name="apiKeys.deleteChecked", theme=theme, icon="ph.x")
        self.delete_button.setIcon(theme.icon("ph.x", "danger_fg"))
        self.disable_button = button("Disable", name="apiKeys.disableChecked")
        self.enable_button = button("Enable", name="apiKeys.enableChecked")
        self.create_button = button("Create new API key", "primary", name="apiKeys.create", theme=theme, icon="ph.plus")
        self.create_button.setToolTip("Ctrl+N")
        self.export_button = IconButton(
            "ph.download-simple", "Export", name="apiKeys.export", theme=theme, outlined=True
        )
        self.explain_button = button("Why was a call refused?", "plain", name="apiKeys.explainRefusal")
        self.explain_button.setToolTip("Ctrl+Shift+R")
        self._heading = words("API Keys Management", "heading")
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._lay_out(theme)
        self.create_button.clicked.connect(self.create_requested)
        self.explain_button.clicked.connect(self.explain_requested)
        self.delete_button.clicked.connect(self.delete_requested)
        self.disable_button.clicked.connect(lambda: self.status_requested.emit(ApiKeyStatus.DISABLED))
        self.enable_button.clicked.connect(lambda: self.status_requested.emit(ApiKeyStatus.ACTIVE))
        self.show_checked(0)

    def show_checked(self, number: int) -> None:
        """`number` keys are checked."""
        text = f"Delete ({number:,})"
        self.delete_button.setText(text)
        self.delete_button.setAccessibleName(text)
        for control in self._for_checked():
            control.setVisible(number > 0)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        buttons = (*self._for_checked(), self.export_button, self.create_button)
        wanted = self._heading.sizeHint().width() + sum(
            control.sizeHint().width() + self._parts.spacing() for control in buttons
        )
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._parts.setDirection(beside if wanted <= self.width() else below)

    def _lay_out(self, theme: Theme) -> None:
        title = QVBoxLayout()
        title.setSpacing(2)
        title.addWidget(self._heading)
        about = QHBoxLayout()
        about.setSpacing(theme.tokens.m)
        what_for = ElidedLabel(_WHAT_KEYS_ARE_FOR, "dimmed")
        what_for.setMaximumWidth(what_for.sizeHint().width() + 4)
        about.addWidget(what_for, 1)
        about.addWidget(self.explain_button)
        about.addStretch()
        title.addLayout(about)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.tokens.s)
        buttons.addStretch()
        for control in (*self._for_checked(), self.export_button, self.create_button):
            buttons.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.setSpacing(theme.tokens.s)
        self._parts.addLayout(title, 1)
        self._parts.addLayout(buttons)

    def _for_checked(self) -> tuple[QPushButton, ...]:
        return self.delete_button, self.disable_button, self.enable_button
