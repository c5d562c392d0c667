"""“May be out of date”: what is shown is what the server said last, which may be a while ago."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import words
from ss_admin.desktop.widgets.notice import IconLabel

__all__ = ["StaleMark"]


class StaleMark(QWidget):
    """Hidden until the server is away or the session has ended."""

    def __init__(self, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setToolTip("This is what the server said last.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(IconLabel("ph.clock", "warning_fg", theme=theme, size=16))
        row.addWidget(words("May be out of date", "warning"))
        self.hide()
