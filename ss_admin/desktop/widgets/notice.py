"""A notice inside a page or dialog: an icon and a few sentences on a tinted ground."""

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import set_kind
from ss_admin.desktop.widgets.labels import wrapped_label

__all__ = ["NOTICE_ICONS", "IconLabel", "Notice", "NoticeKind"]

NoticeKind = Literal["info", "warning", "danger", "success", "neutral"]

NOTICE_ICONS = {
    "info": "ph.info",
    "warning": "ph.warning",
    "danger": "ph.warning-circle",
    "success": "ph.check-circle",
    "neutral": "ph.info",
}


class IconLabel(QLabel):
    """An icon as a label: no control, decoration beside words. It recolours itself with the theme."""

    def __init__(self, icon: str, role: str, *, theme: Theme, size: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._size = size
        self.setFixedSize(size, size)
        self.show_as(icon, role)
        theme.changed.connect(self._draw)

    def show_as(self, icon: str, role: str) -> None:
        """Shows another icon, or the same in another colour."""
        self._icon = icon
        self._role = role
        self._draw()

    def _draw(self) -> None:
        icon: QIcon = self._theme.icon(self._icon, self._role)
        self.setPixmap(icon.pixmap(QSize(self._size, self._size), self.devicePixelRatioF()))


class Notice(QFrame):
    """Something to know, to heed or to mend, in the place it concerns. Screen readers read it as one text."""

    def __init__(self, kind: NoticeKind, text: str, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.setProperty("kind", kind)
        self._icon = IconLabel(NOTICE_ICONS[kind], f"{kind}_fg", theme=theme)
        self._text = wrapped_label(text)
        self.setAccessibleName(text)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(10)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 1)

    @property
    def text(self) -> str:
        """The sentences shown."""
        return self._text.text()

    def say(self, text: str, kind: NoticeKind | None = None) -> None:
        """Shows `text`, of another kind if given."""
        self._text.setText(text)
        self.setAccessibleName(text)
        if kind is not None:
            self._icon.show_as(NOTICE_ICONS[kind], f"{kind}_fg")
            set_kind(self, kind)
