"""The head of the page: what it is, “Create new API key”, and what can be done to the checked keys."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import words, wrapped_label

__all__ = ["PageHead"]

_WHAT_KEYS_ARE_FOR = "External applications call your rule chains with an API key instead of a password."


class PageHead(QWidget):
    """The buttons for checked keys stand there only while there are any; “Delete (3)” says how many."""

    create_requested = Signal()
    delete_requested = Signal()
    status_requested = Signal(object)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.delete_button = button("Delete", name="apiKeys.deleteChecked", theme=theme, icon="ph.x")
        self.delete_button.setIcon(theme.icon("ph.x", "danger_fg"))
        self.disable_button = button("Disable", name="apiKeys.disableChecked")
        self.enable_button = button("Enable", name="apiKeys.enableChecked")
        self.create_button = button("Create new API key", "primary", name="apiKeys.create", theme=theme, icon="ph.plus")
        self.create_button.setToolTip("Ctrl+N")
        title = QVBoxLayout()
        title.setSpacing(2)
        title.addWidget(words("API Keys Management", "heading"))
        title.addWidget(wrapped_label(_WHAT_KEYS_ARE_FOR, "dimmed"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.s)
        row.addLayout(title, 1)
        for control in (*self._for_checked(), self.create_button):
            row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self.create_button.clicked.connect(self.create_requested)
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

    def _for_checked(self) -> tuple[QPushButton, ...]:
        return self.delete_button, self.disable_button, self.enable_button
