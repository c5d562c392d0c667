"""How a person looks in a list of people: the name, and dimmed below it the user name and role."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from ss_admin.contract.accounts import User
from ss_admin.desktop.api_keys.people.user_search import describe_role
from ss_admin.desktop.theme.theme import Theme

__all__ = ["USER_ROW_HEIGHT", "UserDelegate"]

USER_ROW_HEIGHT = 46


class UserDelegate(QStyledItemDelegate):
    """Paints the rows of a `UserSearch`; two people of one name are told apart by their user names."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), USER_ROW_HEIGHT)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        user: User = index.data(Qt.ItemDataRole.UserRole)
        tokens = self._theme.tokens
        area: QRect = option.rect.adjusted(0, 1, 0, -1)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marked = bool(state & QStyle.StateFlag.State_Selected)
        if marked or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("selection" if marked else "surface_hover"))
            painter.drawRoundedRect(area, tokens.radius - 2, tokens.radius - 2)
        if marked:
            painter.setBrush(self._theme.colour("accent_fg"))
            painter.drawRoundedRect(area.left(), area.top() + 8, 3, area.height() - 16, 1.5, 1.5)
        lines = (
            (user.name, "text", tokens.body, area.adjusted(10, 4, -10, -area.height() // 2 + 1)),
            (
                f"{user.username} · {describe_role(user.role)}",
                "text_dimmed",
                tokens.caption,
                area.adjusted(10, area.height() // 2, -10, -4),
            ),
        )
        for text, colour, size, line in lines:
            painter.setFont(self._theme.font(size))
            painter.setPen(self._theme.colour(colour))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()
