"""How a row of the list stands out: the pointer over it, its check, the focus. Painted under and over its cells."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ss_admin.desktop.theme.tokens import Tokens

__all__ = ["RowLook", "paint_ground", "paint_ring", "paint_skeleton_bar"]


@dataclass(frozen=True)
class RowLook:
    """What the view knows of a cell's row. `row`: its whole rectangle; `cell_hovered` and `cell_focused`: this cell.

    `link_hovered`: the pointer is on the words of this cell that lead somewhere.
    """

    row: QRect
    hovered: bool = False
    checked: bool = False
    current: bool = False
    focused: bool = False
    cell_hovered: bool = False
    cell_current: bool = False
    menu_open: bool = False
    link_hovered: bool = False


def paint_ground(painter: QPainter, cell: QRect, look: RowLook, tokens: Tokens) -> None:
    """The cell's background and the hairline under the row."""
    painter.fillRect(cell, QColor(_ground(look, tokens)))
    painter.fillRect(QRectF(cell.left(), cell.bottom(), cell.width(), 1), QColor(tokens.border))


def paint_ring(painter: QPainter, cell: QRect, look: RowLook, tokens: Tokens) -> None:
    """The cell's part of the focus ring around the whole row."""
    if not (look.current and look.focused):
        return
    painter.save()
    painter.setClipRect(cell)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.focus), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(look.row).adjusted(1, 1, -1, -2), tokens.radius, tokens.radius)
    painter.restore()


def paint_skeleton_bar(painter: QPainter, bar: QRectF, tokens: Tokens) -> None:
    """Stands for a text that has not been fetched yet."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.border))
    painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
    painter.restore()


def _ground(look: RowLook, tokens: Tokens) -> str:
    if look.checked:
        return tokens.selection
    return tokens.surface_hover if look.hovered or look.current or look.menu_open else tokens.surface
