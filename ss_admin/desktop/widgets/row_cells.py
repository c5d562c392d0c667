"""Cells of a list of rows: their ground, their focus ring, and what many lists paint into them."""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ss_admin.desktop.moments import Clock
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.theme.tokens import Tokens
from ss_admin.desktop.widgets.row_look import RowLook, paint_ground, paint_ring, paint_skeleton_bar

__all__ = [
    "CELL_PADDING",
    "ROW_ROLE",
    "ActionsDelegate",
    "FindLook",
    "Index",
    "RowDelegate",
    "paint_state",
    "paint_text",
    "plain_tooltip",
    "two_lines",
    "wrapped_tooltip",
]

CELL_PADDING = 12
ROW_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
"""The role under which a model gives a row's whole document; None while it is not loaded."""

Index = QModelIndex | QPersistentModelIndex
FindLook = Callable[[Index], RowLook]


class RowDelegate(QStyledItemDelegate):
    """Paints a cell's ground, its content (or a placeholder while the row is not loaded) and the row's focus ring."""

    def __init__(self, theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = theme
        self.clock = clock
        tokens = theme.tokens
        self.body_font = theme.font()
        self.strong_font = theme.font(tokens.body, QFont.Weight.DemiBold)
        self.small_font = theme.font(tokens.caption)
        self.mono_font = theme.mono_font(tokens.caption)
        self._find_look = find_look

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paints the whole cell; Qt's own selection and focus marks are replaced by the row's look."""
        tokens, look, cell = self.theme.tokens, self._find_look(index), option.rect
        document = index.data(ROW_ROLE)
        painter.save()
        paint_ground(painter, cell, look, tokens)
        content = cell.adjusted(CELL_PADDING, 0, -CELL_PADDING, -1)
        if document is None:
            self.paint_placeholder(painter, content, tokens)
        else:
            self.paint_content(painter, content, document, look)
        paint_ring(painter, cell, look, tokens)
        painter.restore()

    def editorEvent(
        self, _event: QEvent, _model: QAbstractItemModel, _option: QStyleOptionViewItem, _index: Index
    ) -> bool:
        """The view itself sees to clicks, in the whole cell: Qt would check a second time, and only in the corner."""
        return False

    def paint_content(self, painter: QPainter, content: QRect, document: Any, look: RowLook) -> None:  # noqa: ANN401 -- lists are of documents of every kind
        """Paints what the cell says; each column has its own."""
        raise NotImplementedError

    def paint_placeholder(self, painter: QPainter, content: QRect, tokens: Tokens) -> None:
        """Paints what stands for a row that is not loaded."""
        width = content.width() * 0.6
        paint_skeleton_bar(painter, QRectF(content.left(), content.center().y() - 4, width, 8), tokens)


class ActionsDelegate(RowDelegate):
    """The ⋯ button."""

    def paint_content(self, painter: QPainter, content: QRect, document: object, look: RowLook) -> None:
        """Three dots; a plate behind them under the pointer and while the menu is open, a ring with the focus."""
        tokens = self.theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plate = QRectF(0, 0, 30, 30)
        plate.moveCenter(QRectF(content).center())
        has_focus = look.cell_current and look.focused
        if look.cell_hovered or look.menu_open or has_focus:
            painter.setPen(QPen(QColor(tokens.focus), 2) if has_focus else QPen(QColor(tokens.border), 1))
            painter.setBrush(QColor(tokens.surface_raised))
            painter.drawRoundedRect(plate, tokens.radius, tokens.radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.text if look.hovered or look.current else tokens.text_dimmed))
        for step in (-5, 0, 5):
            painter.drawEllipse(plate.center() + QPointF(step, 0), 1.6, 1.6)

    def paint_placeholder(self, painter: QPainter, content: QRect, tokens: Tokens) -> None:
        """Nothing: there is nothing to do yet."""


def plain_tooltip(text: str) -> str:
    """`text` for a tooltip, shown as it stands even where it looks like markup."""
    return f'<p style="white-space: pre">{_escaped(text)}</p>'


def wrapped_tooltip(text: str) -> str:
    """As `plain_tooltip`, for text of any length: long lines wrap. Nothing for no text."""
    return f'<p style="white-space: pre-wrap">{_escaped(text)}</p>' if text else ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def two_lines(content: QRect) -> tuple[QRect, QRect]:
    """Two lines of text, together centred in the cell: a name and what is said of it."""
    middle = content.center().y() + 1
    return (
        QRect(content.left(), middle - 19, content.width(), 19),
        QRect(content.left(), middle + 1, content.width(), 17),
    )


def paint_text(painter: QPainter, line: QRect, text: str, font: QFont, colour: QColor) -> None:
    """One line of text, elided where it does not fit."""
    painter.setFont(font)
    painter.setPen(colour)
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, line.width())
    alignment = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(line, int(alignment | Qt.TextFlag.TextSingleLine), shown)


def paint_state(painter: QPainter, content: QRect, tokens: Tokens, *, on: bool) -> QRect:
    """A full dot for what is on, a hollow one struck through for what is off; gives the room for its word."""
    centre = QPointF(content.left() + 5, content.center().y() + 0.5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.success_fg))
        painter.drawEllipse(centre, 4, 4)
    else:
        painter.setPen(QPen(QColor(tokens.text_dimmed), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, 4.5, 4.5)
        painter.drawLine(centre + QPointF(-3, 3), centre + QPointF(3, -3))
    return content.adjusted(18, 0, 0, 0)
