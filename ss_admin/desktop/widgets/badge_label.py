"""A badge as a widget of its own, for where no list paints it."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge import BadgeKind, badge_size, paint_badge

__all__ = ["BadgeLabel"]


class BadgeLabel(QWidget):
    """A state as a word on a tinted pill, with an icon if one is given."""

    def __init__(
        self, text: str, kind: BadgeKind, *, theme: Theme, icon: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(text, kind, icon=icon)
        theme.changed.connect(self.update)

    @property
    def text(self) -> str:
        """The word on it."""
        return self._text

    def say(self, text: str, kind: BadgeKind, *, icon: str | None = None) -> None:
        """Shows another state."""
        self._text, self._kind, self._icon = text, kind, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return badge_size(self._text, self._theme, icon=self._icon)

    @override
    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        paint_badge(painter, self.rect(), self._text, self._kind, self._theme, icon=self._icon)
        painter.end()
