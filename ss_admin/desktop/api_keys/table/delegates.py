"""Paints the cells of the list: name over user, masked key, badge, status, check box and the ⋯ button."""

from collections.abc import Callable
from typing import cast

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
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus
from ss_admin.desktop.api_keys.table.cells import cell_text, expiry_badge
from ss_admin.desktop.api_keys.table.check_box import CHECK_BOX_SIZE, paint_check_box
from ss_admin.desktop.api_keys.table.columns import Column
from ss_admin.desktop.api_keys.table.table_model import CellRole
from ss_admin.desktop.moments import Clock
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.theme.tokens import Tokens
from ss_admin.desktop.widgets.badge import badge_size, paint_badge
from ss_admin.desktop.widgets.row_look import RowLook, paint_ground, paint_ring, paint_skeleton_bar

__all__ = ["CELL_PADDING", "CellDelegate", "make_delegates"]

CELL_PADDING = 12

Index = QModelIndex | QPersistentModelIndex
FindLook = Callable[[Index], RowLook]


class CellDelegate(QStyledItemDelegate):
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
        api_key = cast("ApiKey | None", index.data(CellRole.API_KEY))
        painter.save()
        paint_ground(painter, cell, look, tokens)
        content = cell.adjusted(CELL_PADDING, 0, -CELL_PADDING, -1)
        if api_key is None:
            self.paint_placeholder(painter, content, tokens)
        else:
            self.paint_content(painter, content, api_key, look)
        paint_ring(painter, cell, look, tokens)
        painter.restore()

    def editorEvent(
        self, _event: QEvent, _model: QAbstractItemModel, _option: QStyleOptionViewItem, _index: Index
    ) -> bool:
        """The view itself sees to clicks, in the whole cell: Qt would check a second time, and only in the corner."""
        return False

    def paint_content(self, painter: QPainter, content: QRect, api_key: ApiKey, look: RowLook) -> None:
        """Paints what the cell says; each column has its own."""
        raise NotImplementedError

    def paint_placeholder(self, painter: QPainter, content: QRect, tokens: Tokens) -> None:
        """Paints what stands for a row that is not loaded."""
        width = content.width() * 0.6
        paint_skeleton_bar(painter, QRectF(content.left(), content.center().y() - 4, width, 8), tokens)

    def ink(self, api_key: ApiKey) -> QColor:
        """The colour of the cell's text: disabled keys are dimmed."""
        return self.theme.colour("text_dimmed" if api_key.status is ApiKeyStatus.DISABLED else "text")


class NameDelegate(CellDelegate):
    """The key's name, bold, and the user under it. The tooltip comes only where something did not fit."""

    def paint_content(self, painter: QPainter, content: QRect, api_key: ApiKey, look: RowLook) -> None:
        """Two lines, together centred."""
        name_line, user_line = _two_lines(content)
        _paint_text(painter, name_line, api_key.name, self.strong_font, self.ink(api_key))
        _paint_text(painter, user_line, api_key.user.name, self.small_font, self.theme.colour("text_dimmed"))

    def paint_placeholder(self, painter: QPainter, content: QRect, tokens: Tokens) -> None:
        """Two bars."""
        for line, part in zip(_two_lines(content), (0.7, 0.4), strict=True):
            bar = QRectF(content.left(), line.center().y() - 3, content.width() * part, 8)
            paint_skeleton_bar(painter, bar, tokens)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Shows the whole name and user where one of them is cut."""
        api_key = cast("ApiKey | None", index.data(CellRole.API_KEY))
        room = option.rect.width() - 2 * CELL_PADDING
        if api_key is None or not self._is_cut(api_key, room):
            QToolTip.hideText()
            return True
        QToolTip.showText(event.globalPos(), plain_tooltip(f"{api_key.name}\n{api_key.user.name}"), view)
        return True

    def _is_cut(self, api_key: ApiKey, room: int) -> bool:
        return (
            QFontMetrics(self.strong_font).horizontalAdvance(api_key.name) > room
            or QFontMetrics(self.small_font).horizontalAdvance(api_key.user.name) > room
        )


class TextDelegate(CellDelegate):
    """One line of text: permissions, last use; the masked key in the monospaced font."""

    def __init__(self, column: Column, theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> None:
        super().__init__(theme, clock, find_look, parent)
        self._column = column

    def paint_content(self, painter: QPainter, content: QRect, api_key: ApiKey, look: RowLook) -> None:
        """One line, dimmed where it says “Never”."""
        font = self.mono_font if self._column is Column.KEY else self.body_font
        never = self._column is Column.LAST_USED and api_key.last_used_at is None
        ink = self.theme.colour("text_dimmed") if never else self.ink(api_key)
        _paint_text(painter, content, cell_text(api_key, self._column, self.clock()), font, ink)


class ExpiryDelegate(CellDelegate):
    """The date and under it the badge; the badge alone where there is no date."""

    def paint_content(self, painter: QPainter, content: QRect, api_key: ApiKey, look: RowLook) -> None:
        """Badge with icon and words; the date above it."""
        now = self.clock()
        badge = expiry_badge(api_key.expires_at, now)
        size = badge_size(badge.text, self.theme, icon=badge.icon)
        box = QRect(content.left(), 0, min(size.width(), content.width()), size.height())
        if api_key.expires_at is None:
            box.moveTop(content.center().y() - size.height() // 2 + 1)
        else:
            date_line = QRect(content.left(), content.center().y() - 20, content.width(), 18)
            text = cell_text(api_key, Column.EXPIRES_AT, now)
            _paint_text(painter, date_line, text, self.body_font, self.ink(api_key))
            box.moveTop(content.center().y())
        paint_badge(painter, box, badge.text, badge.kind, self.theme, icon=badge.icon)


class StatusDelegate(CellDelegate):
    """“Active” with a full dot, “Disabled” with a hollow one struck through."""

    def paint_content(self, painter: QPainter, content: QRect, api_key: ApiKey, look: RowLook) -> None:
        """The dot differs in shape as well as in colour."""
        tokens = self.theme.tokens
        centre = QPointF(content.left() + 5, content.center().y() + 0.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if api_key.status is ApiKeyStatus.ACTIVE:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.success_fg))
            painter.drawEllipse(centre, 4, 4)
        else:
            painter.setPen(QPen(QColor(tokens.text_dimmed), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, 4.5, 4.5)
            painter.drawLine(centre + QPointF(-3, 3), centre + QPointF(3, -3))
        text = cell_text(api_key, Column.STATUS, self.clock())
        words = content.adjusted(18, 0, 0, 0)
        _paint_text(painter, words, text, self.body_font, self.ink(api_key))


class CheckDelegate(CellDelegate):
    """The row's check box."""

    def paint_content(self, painter: QPainter, content: QRect, api_key: ApiKey, look: RowLook) -> None:
        """The box, centred."""
        state = Qt.CheckState.Checked if look.checked else Qt.CheckState.Unchecked
        centre = QRectF(content).center()
        paint_check_box(painter, centre, state, self.theme.tokens, hovered=look.cell_hovered)

    def paint_placeholder(self, painter: QPainter, content: QRect, tokens: Tokens) -> None:
        """A bar of the box's size."""
        bar = QRectF(0, 0, CHECK_BOX_SIZE, CHECK_BOX_SIZE)
        bar.moveCenter(QRectF(content).center())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.border))
        painter.drawRoundedRect(bar, 4, 4)


class ActionsDelegate(CellDelegate):
    """The ⋯ button."""

    def paint_content(self, painter: QPainter, content: QRect, api_key: ApiKey, look: RowLook) -> None:
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


def make_delegates(theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> dict[Column, CellDelegate]:
    """A delegate for each column."""
    rest = (theme, clock, find_look, parent)
    return {
        Column.CHECK: CheckDelegate(*rest),
        Column.NAME: NameDelegate(*rest),
        Column.KEY: TextDelegate(Column.KEY, *rest),
        Column.PERMISSIONS: TextDelegate(Column.PERMISSIONS, *rest),
        Column.EXPIRES_AT: ExpiryDelegate(*rest),
        Column.LAST_USED: TextDelegate(Column.LAST_USED, *rest),
        Column.STATUS: StatusDelegate(*rest),
        Column.ACTIONS: ActionsDelegate(*rest),
    }


def plain_tooltip(text: str) -> str:
    """`text` for a tooltip, shown as it stands even where it looks like markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<p style="white-space: pre">{escaped}</p>'


def _two_lines(content: QRect) -> tuple[QRect, QRect]:
    middle = content.center().y() + 1
    return (
        QRect(content.left(), middle - 19, content.width(), 19),
        QRect(content.left(), middle + 1, content.width(), 17),
    )


def _paint_text(painter: QPainter, line: QRect, text: str, font: QFont, colour: QColor) -> None:
    painter.setFont(font)
    painter.setPen(colour)
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, line.width())
    alignment = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(line, int(alignment | Qt.TextFlag.TextSingleLine), shown)
