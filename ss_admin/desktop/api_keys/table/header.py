"""The list's header: titles that sort, and the check box for all that match. Used by mouse and keyboard alike."""

from typing import cast

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QActionGroup,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QHeaderView, QWidget

from ss_admin.contract.api_keys import ApiKeySort
from ss_admin.desktop.api_keys.table.check_box import paint_check_box
from ss_admin.desktop.api_keys.table.columns import COLUMN_SORTS, COLUMN_TITLES, SORT_TITLES, Column, column_of_sort
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.menu import Menu
from ss_admin.desktop.widgets.row_cells import CELL_PADDING

__all__ = ["ApiKeyHeader"]

_HEIGHT = 40


class ApiKeyHeader(QHeaderView):
    """Left and Right move between columns, Space or Enter sorts by one or checks all, the menu offers every sorting.

    A first press on a column sorts it upwards, a second downwards, a third gives back the order of creation.
    """

    sort_requested = Signal(object, bool)
    check_all_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._sort = ApiKeySort.CREATED_AT
        self._descending = True
        self._check = Qt.CheckState.Unchecked
        self._section = Column.CHECK
        self._hovered = -1
        self._pressed = -1
        self.setObjectName("apiKeys.header")
        self.setAccessibleName("Columns")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(_HEIGHT)
        self.setMouseTracking(True)
        self.setHighlightSections(False)
        self.setSectionsMovable(False)
        self.setMinimumSectionSize(44)
        theme.changed.connect(self.viewport().update)

    def show_sort(self, sort: ApiKeySort, *, descending: bool) -> None:
        """Shows the arrow of the sorting in force."""
        self._sort, self._descending = sort, descending
        self.viewport().update()

    def show_check(self, state: Qt.CheckState) -> None:
        """Shows whether all, some or none of the keys that match are checked."""
        self._check = state
        words = {Qt.CheckState.Checked: "All keys checked", Qt.CheckState.PartiallyChecked: "Some keys checked"}
        self.setAccessibleDescription(words.get(state, "No key checked"))
        self.viewport().update()

    def use(self, section: int) -> None:
        """What a press on a column does."""
        column = Column(section)
        if column is Column.CHECK:
            self.check_all_requested.emit()
            return
        sort = COLUMN_SORTS.get(column)
        if sort is None:
            return
        if column_of_sort(self._sort) is not column:
            self.sort_requested.emit(sort, False)
        elif not self._descending:
            self.sort_requested.emit(self._sort, True)
        else:
            self.sort_requested.emit(ApiKeySort.CREATED_AT, True)

    def sort_menu(self) -> Menu:
        """Every sorting there is, the one in force marked."""
        menu = Menu(self, name="apiKeys.sortMenu")
        menu.setAccessibleName("Sort by")
        only_one = QActionGroup(menu)
        for sort, title in SORT_TITLES.items():
            for descending, order in ((False, "ascending"), (True, "descending")):
                action = menu.addAction(f"{title}, {order}")
                action.setCheckable(True)
                only_one.addAction(action)
                action.setChecked((sort, descending) == (self._sort, self._descending))
                action.triggered.connect(
                    lambda *_, sort=sort, descending=descending: self.sort_requested.emit(sort, descending)
                )
        return menu

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """A title with its arrow, or the check box; the focus ring around the section that has the keyboard."""
        tokens, column = self._theme.tokens, Column(section)
        painter.save()
        painter.fillRect(rect, QColor(tokens.surface))
        painter.fillRect(QRectF(rect.left(), rect.bottom(), rect.width(), 1), QColor(tokens.border))
        if column is Column.CHECK:
            centre = QRectF(rect.adjusted(0, 0, 0, -1)).center()
            paint_check_box(painter, centre, self._check, tokens, hovered=self._hovered == section)
        else:
            self._paint_title(painter, rect.adjusted(CELL_PADDING, 0, -4, -1), column)
        if self.hasFocus() and self._section == column:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 3, -2, -4), tokens.radius, tokens.radius)
        painter.restore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves between the columns that can be used, and uses one."""
        usable: list[Column] = [column for column in Column if column != Column.ACTIONS]
        place = usable.index(self._section)
        moves = {
            Qt.Key.Key_Left: max(0, place - 1),
            Qt.Key.Key_Right: min(len(usable) - 1, place + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(usable) - 1,
        }
        key = Qt.Key(event.key())
        if key in moves:
            self._section = usable[moves[key]]
            self.viewport().update()
        elif key == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._open_sort_menu(self._below_section())
        elif key in {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.use(self._section)
        elif key == Qt.Key.Key_Down:
            cast("QWidget", self.parent()).setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows the ring."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides the ring."""
        super().focusOutEvent(event)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remembers where the press began: dragging a column's edge is no click."""
        super().mousePressEvent(event)
        place = event.position().toPoint()
        on_edge = self.cursor().shape() == Qt.CursorShape.SplitHCursor
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = self.logicalIndexAt(place) if left and not on_edge else -1

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Uses the column that was pressed and let go."""
        super().mouseReleaseEvent(event)
        if self._pressed >= 0 and self.logicalIndexAt(event.position().toPoint()) == self._pressed:
            self._section = Column(self._pressed) if self._pressed != Column.ACTIONS else self._section
            self.use(self._pressed)
        self._pressed = -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Marks the column under the pointer."""
        super().mouseMoveEvent(event)
        self._hover(self.logicalIndexAt(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Unmarks it when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offers every sorting, also those by user and by creation, which no column's title stands for."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self._open_sort_menu(self._below_section() if by_key else event.globalPos())

    def _below_section(self) -> QPoint:
        return self.mapToGlobal(QPoint(self.sectionViewportPosition(self._section), self.height()))

    def _open_sort_menu(self, place: QPoint) -> None:
        menu = self.sort_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        menu.setActiveAction(next(action for action in menu.actions() if action.isChecked()))

    def _hover(self, section: int) -> None:
        if section != self._hovered:
            self._hovered = section
            self.viewport().update()

    def _paint_title(self, painter: QPainter, line: QRect, column: Column) -> None:
        tokens = self._theme.tokens
        sorted_here = column_of_sort(self._sort) is column
        strong = sorted_here or (self._hovered == column and column in COLUMN_SORTS)
        font = self._theme.font(tokens.caption, QFont.Weight.DemiBold if sorted_here else QFont.Weight.Medium)
        painter.setFont(font)
        painter.setPen(QColor(tokens.text if strong else tokens.text_dimmed))
        title = COLUMN_TITLES[column]
        if sorted_here and self._sort is ApiKeySort.USER:
            title = "Name (by user)"
        room = line.width() - (18 if sorted_here else 0)
        title = QFontMetrics(font).elidedText(title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), title)
        if sorted_here:
            left = line.left() + QFontMetrics(font).horizontalAdvance(title) + 7
            self._paint_arrow(painter, QPointF(left + 4, line.center().y() + 1))

    def _paint_arrow(self, painter: QPainter, centre: QPointF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(self._theme.tokens.accent_fg), 1.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        tip = 2 if self._descending else -2
        painter.drawPolyline([centre + QPointF(-4, -tip), centre + QPointF(0, tip), centre + QPointF(4, -tip)])
