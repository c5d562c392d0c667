"""A menu with round corners on every platform."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainterPath, QRegion, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

__all__ = ["Menu"]

_RADIUS = 8


class Menu(QMenu):
    """A context menu. Where the window system cannot blend (plain X11), its corners are cut by a mask."""

    def __init__(self, parent: QWidget | None = None, *, name: str = "menu") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
        self._blends = QGuiApplication.platformName() != "xcb"
        if self._blends:
            self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._blends:
            path = QPainterPath()
            path.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
            self.setMask(QRegion(path.toFillPolygon().toPolygon()))
