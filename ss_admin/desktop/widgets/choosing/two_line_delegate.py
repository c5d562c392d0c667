"""How one that was found looks in the list: the name, dimmed below it what tells it from others of that name."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["FOUND_ROW_HEIGHT", "TwoLineDelegate", "paint_row_ground"]

FOUND_ROW_HEIGHT = 46


class TwoLineDelegate(QStyledItemDelegate):
    """Paints the rows of a `SearchRows`. Its heirs say what stands in the two lines, and may mark the row's end."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def lines(self, item: Any) -> tuple[str, str]:  # noqa: ANN401 -- the rows hold documents of any kind
        """The name, and the dimmed line below it; without one the name stands in the middle."""
        raise NotImplementedError

    def paint_end(self, painter: QPainter, area: QRect, item: Any) -> int:  # noqa: ANN401 -- as above
        """Paints a mark at the right of `area`; how wide it is."""
        return 0

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), FOUND_ROW_HEIGHT)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        item = index.data(Qt.ItemDataRole.UserRole)
        tokens = self.theme.tokens
        area: QRect = option.rect.adjusted(0, 1, 0, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row_ground(painter, area, option.state, self.theme)
        room = area.adjusted(10, 0, -10, 0)
        end = self.paint_end(painter, room, item)
        room.setRight(room.right() - end)
        name, remark = self.lines(item)
        name_line = room.adjusted(0, 4, 0, -area.height() // 2 + 1) if remark else room
        for text, colour, size, line in (
            (name, "text", tokens.body, name_line),
            (remark, "text_dimmed", tokens.caption, room.adjusted(0, area.height() // 2, 0, -4)),
        ):
            painter.setFont(self.theme.font(size))
            painter.setPen(self.theme.colour(colour))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()


def paint_row_ground(painter: QPainter, area: QRect, state: QStyle.StateFlag, theme: Theme) -> None:
    """The ground of a row that is marked or lies under the pointer; a bar at its left tells of the mark, too."""
    marked = bool(state & QStyle.StateFlag.State_Selected)
    painter.setPen(Qt.PenStyle.NoPen)
    if marked or state & QStyle.StateFlag.State_MouseOver:
        painter.setBrush(theme.colour("selection" if marked else "surface_hover"))
        painter.drawRoundedRect(area, theme.tokens.radius - 2, theme.tokens.radius - 2)
    if marked:
        painter.setBrush(theme.colour("accent_fg"))
        painter.drawRoundedRect(area.left(), area.top() + 8, 3, area.height() - 16, 1.5, 1.5)
