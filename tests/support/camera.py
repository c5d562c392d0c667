"""Takes pictures of the app's windows: the main window with whatever dialogs and menus stand over it."""

from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

__all__ = ["Camera"]

_SHADOW = 18
_WALL = QColor("#8a9299")


class Camera:
    """Writes PNG files named `NAME-SUFFIX.png` into a folder. What floats gets the shadow that a desktop would give."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self._folder = folder
        self._suffix = suffix

    def take(self, name: str, window: QWidget) -> None:
        """A picture of `window` and of everything over it."""
        QTest.qWait(250)
        origin = window.mapToGlobal(QPoint(0, 0))
        over = [(part, QRect(part.mapToGlobal(QPoint(0, 0)) - origin, part.size())) for part in _over(window)]
        whole = window.rect()
        for _, place in over:
            whole = whole.united(
                place.adjusted(-_SHADOW, -_SHADOW, _SHADOW, _SHADOW) if _sticks_out(place, whole) else place
            )
        ratio = window.devicePixelRatioF()
        picture = QPixmap(whole.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(_WALL)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-whole.topLeft())
        painter.drawPixmap(QPoint(0, 0), window.grab())
        for part, place in over:
            _paint_shadow(painter, QRectF(place))
            painter.drawPixmap(place.topLeft(), part.grab())
        painter.end()
        self._save(picture, name)

    def _save(self, picture: QPixmap, name: str) -> None:
        file = self._folder / f"{name}-{self._suffix}.png"
        if not picture.save(str(file)):
            raise OSError(f"{file} cannot be written")


def _sticks_out(place: QRect, whole: QRect) -> bool:
    return not whole.contains(place)


def _over(window: QWidget) -> list[QWidget]:
    """Dialogs in the order they opened, then popups."""
    others = [part for part in QApplication.topLevelWidgets() if part.isVisible() and part is not window]
    others = [part for part in others if part.windowType() != Qt.WindowType.ToolTip and _belongs_to(part, window)]
    return sorted(others, key=lambda part: (part.windowType() == Qt.WindowType.Popup, _depth(part)))


def _belongs_to(part: QWidget, window: QWidget) -> bool:
    parent = part.parentWidget()
    return parent is None or parent.window() is window or _belongs_to(parent.window(), window)


def _depth(part: QWidget) -> int:
    depth, parent = 0, part.parentWidget()
    while parent is not None:
        depth, parent = depth + 1, parent.parentWidget()
    return depth


def _paint_shadow(painter: QPainter, place: QRectF) -> None:
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    for spread in range(_SHADOW, 0, -2):
        painter.setBrush(QColor(0, 0, 0, 6))
        painter.drawRoundedRect(place.adjusted(-spread, -spread + 4, spread, spread + 4), 8 + spread, 8 + spread)
    painter.restore()
