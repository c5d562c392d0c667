"""A menu with round corners on every platform."""

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QRegion, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

__all__ = ["POPUP_RADIUS", "Menu", "blends", "cut_corners"]

POPUP_RADIUS = 8


def blends() -> bool:
    """Whether the window system can blend what is painted half transparent, as plain X11 cannot."""
    return QGuiApplication.platformName() != "xcb"


def cut_corners(popup: QWidget) -> None:
    """Cuts the corners of a popup round, for where they cannot be painted transparent."""
    width, height = popup.width(), popup.height()
    shape = QRegion(0, POPUP_RADIUS, width, height - 2 * POPUP_RADIUS)
    for row in range(POPUP_RADIUS):
        inset = int(POPUP_RADIUS - math.sqrt(POPUP_RADIUS**2 - (POPUP_RADIUS - row - 0.5) ** 2))
        for top in (row, height - 1 - row):
            shape += QRegion(inset, top, width - 2 * inset, 1)
    popup.setMask(shape)


class Menu(QMenu):
    """A context menu. Where the window system cannot blend (plain X11), its corners are cut by a mask."""

    def __init__(self, parent: QWidget | None = None, *, name: str = "menu") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
        if blends():
            self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not blends():
            cut_corners(self)
