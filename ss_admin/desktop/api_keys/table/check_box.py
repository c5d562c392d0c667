"""Paints the check boxes of the list, in its rows and in its header, in the theme's style."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ss_admin.desktop.theme.tokens import Tokens

__all__ = ["CHECK_BOX_SIZE", "paint_check_box"]

CHECK_BOX_SIZE = 16


def paint_check_box(
    painter: QPainter, centre: QPointF, state: Qt.CheckState, tokens: Tokens, *, hovered: bool = False
) -> None:
    """A box of `CHECK_BOX_SIZE` pixels around `centre`: empty, ticked, or with a dash where only some are checked."""
    half = CHECK_BOX_SIZE / 2
    box = QRectF(centre.x() - half, centre.y() - half, CHECK_BOX_SIZE, CHECK_BOX_SIZE)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if state is Qt.CheckState.Unchecked:
        painter.setPen(QPen(QColor(tokens.accent_fg if hovered else tokens.border_strong), 1.5))
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 4, 4)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent_hover if hovered else tokens.accent))
        painter.drawRoundedRect(box, 4, 4)
        mark = QPen(QColor(tokens.on_accent), 2)
        mark.setCapStyle(Qt.PenCapStyle.RoundCap)
        mark.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(mark)
        painter.drawPolyline([box.topLeft() + point for point in _mark(state)])
    painter.restore()


def _mark(state: Qt.CheckState) -> list[QPointF]:
    if state is Qt.CheckState.Checked:
        return [QPointF(4.2, 8.4), QPointF(7, 11), QPointF(11.8, 5.4)]
    return [QPointF(4.5, 8), QPointF(11.5, 8)]
