"""Paints the cells of the list: name over user, masked key, badge, status, check box and the ⋯ button."""

from typing import cast

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QToolTip

from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus
from ss_admin.desktop.api_keys.table.cells import cell_text, cell_tooltip, narrowing_words
from ss_admin.desktop.api_keys.table.check_box import CHECK_BOX_SIZE, paint_check_box
from ss_admin.desktop.api_keys.table.columns import Column
from ss_admin.desktop.key_states import expiry_badge
from ss_admin.desktop.moments import Clock
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.theme.tokens import Tokens
from ss_admin.desktop.widgets.badge import badge_size, paint_badge
from ss_admin.desktop.widgets.row_cells import (
    CELL_PADDING,
    ROW_ROLE,
    ActionsDelegate,
    FindLook,
    Index,
    RowDelegate,
    paint_state,
    paint_text,
    plain_tooltip,
    two_lines,
)
from ss_admin.desktop.widgets.row_look import RowLook, paint_skeleton_bar
from ss_admin.desktop.widgets.signals.signal_mark import SignalMark

__all__ = ["CellDelegate", "NameDelegate", "make_delegates"]

_MARK_GAP = 7


class CellDelegate(RowDelegate):
    """A cell of a key's row."""

    def ink(self, api_key: ApiKey) -> QColor:
        """The colour of the cell's text: disabled keys are dimmed."""
        return self.theme.colour("text_dimmed" if api_key.status is ApiKeyStatus.DISABLED else "text")


class NameDelegate(CellDelegate):
    """The key's name, bold, with the mark of its open signals behind it, and the user under it.

    The tooltip comes only where something did not fit or needs attention.
    """

    def __init__(self, theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> None:
        super().__init__(theme, clock, find_look, parent)
        self.mark = SignalMark(theme)
        self.link_font = QFont(self.strong_font)
        self.link_font.setUnderline(True)

    def paint_content(self, painter: QPainter, content: QRect, api_key: ApiKey, look: RowLook) -> None:
        """Two lines, together centred."""
        name_line, user_line = two_lines(content)
        room = self._name_room(api_key, content.width())
        paint_text(
            painter,
            QRect(name_line.topLeft(), QSize(room, name_line.height())),
            api_key.name,
            self.link_font if look.link_hovered else self.strong_font,
            self.theme.colour("accent_fg") if look.link_hovered else self.ink(api_key),
        )
        if api_key.signals:
            wide = QFontMetrics(self.strong_font).horizontalAdvance(api_key.name)
            left = name_line.left() + min(room, wide) + _MARK_GAP
            self.mark.paint(painter, left, name_line, api_key.signals)
        paint_text(painter, user_line, api_key.user.name, self.small_font, self.theme.colour("text_dimmed"))

    def name_place(self, cell: QRect, api_key: ApiKey) -> QRect:
        """Where in its cell the name stands: it leads to the key's page."""
        name_line, _ = two_lines(cell.adjusted(CELL_PADDING, 0, -CELL_PADDING, -1))
        room = self._name_room(api_key, name_line.width())
        name_line.setWidth(min(room, QFontMetrics(self.strong_font).horizontalAdvance(api_key.name)))
        return name_line

    def paint_placeholder(self, painter: QPainter, content: QRect, tokens: Tokens) -> None:
        """Two bars."""
        for line, part in zip(two_lines(content), (0.7, 0.4), strict=True):
            bar = QRectF(content.left(), line.center().y() - 3, content.width() * part, 8)
            paint_skeleton_bar(painter, bar, tokens)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Shows the whole name and user where one of them is cut."""
        api_key = cast("ApiKey | None", index.data(ROW_ROLE))
        room = option.rect.width() - 2 * CELL_PADDING
        if api_key is None or not (api_key.signals or self._is_cut(api_key, room)):
            QToolTip.hideText()
            return True
        names = f"{api_key.name}\n{api_key.user.name}" if self._is_cut(api_key, room) else ""
        told = "\n\n".join(part for part in (names, cell_tooltip(api_key, Column.NAME)) if part)
        QToolTip.showText(event.globalPos(), plain_tooltip(told), view)
        return True

    def _name_room(self, api_key: ApiKey, room: int) -> int:
        return room - self.mark.width(api_key.signals) - _MARK_GAP if api_key.signals else room

    def _is_cut(self, api_key: ApiKey, room: int) -> bool:
        return (
            QFontMetrics(self.strong_font).horizontalAdvance(api_key.name) > self._name_room(api_key, room)
            or QFontMetrics(self.small_font).horizontalAdvance(api_key.user.name) > room
        )


class TextDelegate(CellDelegate):
    """One line of text: last use; the masked key in the monospaced font."""

    def __init__(self, column: Column, theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> None:
        super().__init__(theme, clock, find_look, parent)
        self._column = column

    def paint_content(self, painter: QPainter, content: QRect, api_key: ApiKey, look: RowLook) -> None:
        """One line, dimmed where it says “Never”."""
        font = self.mono_font if self._column is Column.KEY else self.body_font
        never = self._column is Column.LAST_USED and api_key.last_used_at is None
        ink = self.theme.colour("text_dimmed") if never else self.ink(api_key)
        paint_text(painter, content, cell_text(api_key, self._column, self.clock()), font, ink)


class PermissionsDelegate(CellDelegate):
    """“read, write”, and dimmed below it what the key is narrowed to."""

    def paint_content(self, painter: QPainter, content: QRect, api_key: ApiKey, look: RowLook) -> None:
        """One line, or two that are together centred."""
        text, narrowed = cell_text(api_key, Column.PERMISSIONS, self.clock()), narrowing_words(api_key)
        first, second = two_lines(content) if narrowed else (content, content)
        paint_text(painter, first, text, self.body_font, self.ink(api_key))
        if narrowed:
            paint_text(painter, second, narrowed, self.small_font, self.theme.colour("text_dimmed"))


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
            paint_text(painter, date_line, text, self.body_font, self.ink(api_key))
            box.moveTop(content.center().y())
        paint_badge(painter, box, badge.text, badge.kind, self.theme, icon=badge.icon)


class StatusDelegate(CellDelegate):
    """“Active” with a full dot, “Disabled” with a hollow one struck through."""

    def paint_content(self, painter: QPainter, content: QRect, api_key: ApiKey, look: RowLook) -> None:
        """The dot differs in shape as well as in colour."""
        words = paint_state(painter, content, self.theme.tokens, on=api_key.status is ApiKeyStatus.ACTIVE)
        text = cell_text(api_key, Column.STATUS, self.clock())
        paint_text(painter, words, text, self.body_font, self.ink(api_key))


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


def make_delegates(theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> dict[Column, RowDelegate]:
    """A delegate for each column."""
    rest = (theme, clock, find_look, parent)
    return {
        Column.CHECK: CheckDelegate(*rest),
        Column.NAME: NameDelegate(*rest),
        Column.KEY: TextDelegate(Column.KEY, *rest),
        Column.PERMISSIONS: PermissionsDelegate(*rest),
        Column.EXPIRES_AT: ExpiryDelegate(*rest),
        Column.LAST_USED: TextDelegate(Column.LAST_USED, *rest),
        Column.STATUS: StatusDelegate(*rest),
        Column.ACTIONS: ActionsDelegate(*rest),
    }
