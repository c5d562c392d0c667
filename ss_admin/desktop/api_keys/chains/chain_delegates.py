"""How rule chains look: among those found, with a tick where they are chosen; and among the chosen, with an ✕."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from ss_admin.contract.rule_chains import RuleChain
from ss_admin.desktop.api_keys.chains.chain_names import DELETED_CHAIN, ChainNames
from ss_admin.desktop.api_keys.chains.chain_search import chain_marks
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge import badge_size, paint_badge
from ss_admin.desktop.widgets.choosing.two_line_delegate import TwoLineDelegate, paint_row_ground

__all__ = ["CHOSEN_ROW_HEIGHT", "ChosenDelegate", "FoundChainDelegate", "cross_of"]

CHOSEN_ROW_HEIGHT = 34
_GAP = 6
_TICK = 16
_CROSS = 24


class FoundChainDelegate(TwoLineDelegate):
    """A chain that was found: its name and description, its marks, and a tick if `is_chosen`."""

    def __init__(self, theme: Theme, is_chosen: Callable[[str], bool], parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._is_chosen = is_chosen

    @override
    def lines(self, item: RuleChain) -> tuple[str, str]:
        return item.name, " ".join(item.description.split()) or "No description"

    @override
    def paint_end(self, painter: QPainter, area: QRect, item: RuleChain) -> int:
        used = _TICK + _GAP
        if self._is_chosen(item.id):
            place = QRect(area.right() - _TICK, area.center().y() - _TICK // 2, _TICK, _TICK)
            self.theme.icon("ph.check-bold", "accent_fg").paint(painter, place)
        return used + _paint_marks(painter, area.adjusted(0, 0, -used, 0), chain_marks(item), self.theme)


class ChosenDelegate(QStyledItemDelegate):
    """A chain that is chosen, known by its id: the name, or that it was deleted, its marks, and the ✕."""

    def __init__(self, theme: Theme, names: ChainNames, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names = names

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), CHOSEN_ROW_HEIGHT)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        chain_id: str = index.data(Qt.ItemDataRole.UserRole)
        chain = self._names.chain(chain_id)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option)
        self._paint_cross(painter, option)
        room = option.rect.adjusted(10, 0, -_CROSS - 10, 0)
        if chain is not None:
            used = _paint_marks(painter, room, chain_marks(chain), self._theme)
            self._paint_words(painter, room.adjusted(0, 0, -used, 0), chain.name, "text")
        elif self._names.is_deleted(chain_id):
            used = self._paint_words(painter, room, DELETED_CHAIN, "warning_fg")
            self._paint_words(painter, room.adjusted(used + _GAP, 0, 0, 0), chain_id, "text_dimmed")
        else:
            self._paint_words(painter, room, chain_id, "text_dimmed")
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        area = option.rect.adjusted(0, 1, 0, -1)
        state = option.state
        if not state & QStyle.StateFlag.State_HasFocus:
            state &= ~QStyle.StateFlag.State_Selected  # what is current counts while the keys go here
        paint_row_ground(painter, area, state, self._theme)

    def _paint_cross(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        place = cross_of(option.rect)
        lit = bool(option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus))
        middle = QRectF(place).center()
        painter.setPen(QPen(self._theme.colour("text" if lit else "text_dimmed"), 1.4))
        for step in (1, -1):
            painter.drawLine(middle - QPointF(4, 4 * step), middle + QPointF(4, 4 * step))

    def _paint_words(self, painter: QPainter, area: QRect, text: str, colour: str) -> int:
        painter.setFont(self._theme.font())
        painter.setPen(self._theme.colour(colour))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        return painter.fontMetrics().horizontalAdvance(shown)


def cross_of(row: QRect) -> QRect:
    """Where in a row of chosen chains the ✕ stands."""
    return QRect(row.right() - _CROSS - 3, row.center().y() - _CROSS // 2, _CROSS, _CROSS)


def _paint_marks(painter: QPainter, area: QRect, marks: tuple[str, ...], theme: Theme) -> int:
    used = 0
    for mark in reversed(marks):
        width = badge_size(mark, theme).width()
        place = QRect(area.right() - used - width, area.top(), width, area.height())
        paint_badge(painter, place, mark, "neutral", theme)
        used += width + _GAP
    return used
