"""Paints a part of a bar: its colour, and a texture that tells it apart without the colour."""

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ss_admin.desktop.key_page.chart.series import SERIES_LOOKS, Series, Texture
from ss_admin.desktop.theme.theme import Theme

__all__ = ["paint_part"]

_STRIPES = 5.0
"""Pixels from one stripe to the next."""
_STRIPE = 1.25


def paint_part(painter: QPainter, rect: QRectF, series: Series, theme: Theme) -> None:
    """Fills `rect`; the stripes are lines and no bitmap, and so as sharp on a dense screen."""
    look = SERIES_LOOKS[series]
    colour, ground = theme.colour(look.colour), theme.colour("surface")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    if look.texture == "hollow":
        _paint_hollow(painter, rect, colour, ground)
    else:
        painter.fillRect(rect, colour)
        _paint_stripes(painter, rect, ground, look.texture)
    painter.restore()


def _paint_hollow(painter: QPainter, rect: QRectF, colour: QColor, ground: QColor) -> None:
    painter.fillRect(rect, colour)
    inside = rect.adjusted(1.5, 1.5, -1.5, -1.5)
    if inside.width() > 1 and inside.height() > 1:
        painter.fillRect(inside, ground)


def _paint_stripes(painter: QPainter, rect: QRectF, ground: QColor, texture: Texture) -> None:
    if texture == "solid" or rect.height() < 3 or rect.width() < 3:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
    painter.setPen(QPen(ground, _STRIPE))
    reach = rect.height()
    number = int((rect.width() + reach) / _STRIPES) + 1
    for step in range(number):
        left = rect.left() - reach + step * _STRIPES
        painter.drawLine(QLineF(left, rect.bottom(), left + reach, rect.top()))
        if texture == "crossed":
            painter.drawLine(QLineF(left, rect.top(), left + reach, rect.bottom()))
