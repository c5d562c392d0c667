"""The sidebar's tree: groups that fold, and the page that is open; arrows walk, Enter opens."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["Navigation"]

_ROW = 36
_INDENT = 22
_PAGE_ROLE = int(Qt.ItemDataRole.UserRole)
_ICON_ROLE = _PAGE_ROLE + 1
_OPENED_ROLE = _PAGE_ROLE + 2
_GROUP_ICONS = {"Settings": "ph.gear-six", "Security & API": "ph.shield-check"}

Index = QModelIndex | QPersistentModelIndex


class Navigation(QTreeWidget):
    """`opened` carries the title of the page that the person chose; `folded` says that a group was folded."""

    opened = Signal(str)
    folded = Signal()

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shell.navigation")
        self.setAccessibleName("Navigation")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setExpandsOnDoubleClick(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setItemDelegate(_NavigationDelegate(theme, self))
        self.itemClicked.connect(self._choose)
        self.itemCollapsed.connect(lambda _item: self.folded.emit())
        self.itemExpanded.connect(lambda _item: self.folded.emit())

    @property
    def closed_groups(self) -> frozenset[str]:
        """The labels of the groups that are folded up."""
        return frozenset(item.text(0) for item in self._items() if item.childCount() and not item.isExpanded())

    def build(self, paths: Sequence[tuple[tuple[str, ...], str]], closed: frozenset[str]) -> None:
        """Shows the pages, each given by its path and icon; the groups called `closed` are folded up."""
        self.blockSignals(True)
        self.clear()
        for path, icon in paths:
            self._add(path, icon)
        for item in self._items():
            item.setExpanded(item.text(0) not in closed)
        self.blockSignals(False)

    def show_opened(self, title: str) -> None:
        """Marks the page called `title` as the one that is open, and unfolds the groups around it."""
        for item in self._items():
            is_it = item.data(0, _PAGE_ROLE) == title
            item.setData(0, _OPENED_ROLE, is_it)
            if is_it:
                self.setCurrentItem(item)
                parent = item.parent()
                while parent is not None:
                    parent.setExpanded(True)
                    parent = parent.parent()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if item is not None and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self._choose(item)
            return
        super().keyPressEvent(event)

    def _choose(self, item: QTreeWidgetItem) -> None:
        title = item.data(0, _PAGE_ROLE)
        if title:
            self.opened.emit(title)
        else:
            item.setExpanded(not item.isExpanded())

    def _add(self, path: tuple[str, ...], icon: str) -> None:
        parent = self.invisibleRootItem()
        for label in path[:-1]:
            parent = self._group(parent, label)
        item = QTreeWidgetItem(parent, [path[-1]])
        item.setData(0, _PAGE_ROLE, path[-1])
        item.setData(0, _ICON_ROLE, icon)
        item.setData(0, int(Qt.ItemDataRole.AccessibleTextRole), path[-1])

    def _group(self, parent: QTreeWidgetItem, label: str) -> QTreeWidgetItem:
        for child in _children(parent):
            if child.text(0) == label:
                return child
        group = QTreeWidgetItem(parent, [label])
        group.setData(0, _ICON_ROLE, _GROUP_ICONS.get(label, "ph.folder"))
        return group

    def _items(self) -> list[QTreeWidgetItem]:
        found: list[QTreeWidgetItem] = []
        waiting = [self.invisibleRootItem()]
        while waiting:
            parent = waiting.pop()
            children = _children(parent)
            found += children
            waiting += children
        return found


def _children(parent: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    children = (parent.child(number) for number in range(parent.childCount()))
    return [child for child in children if child is not None]


class _NavigationDelegate(QStyledItemDelegate):
    """Paints a row: icon, label, and for a group the arrow at its right."""

    def __init__(self, theme: Theme, view: QTreeWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view

    @override
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, _ROW)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        is_opened = bool(index.data(_OPENED_ROLE))
        row = QRect(option.rect).adjusted(8, 1, -8, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, row, option, is_opened=is_opened)
        depth = 0
        parent = index.parent()
        while parent.isValid():
            depth, parent = depth + 1, parent.parent()
        left = row.left() + 10 + depth * _INDENT
        role = "accent_fg" if is_opened else "text_dimmed"
        icon = QRect(QPoint(left, row.top() + (row.height() - 18) // 2), QSize(18, 18))
        self._theme.icon(index.data(_ICON_ROLE), role).paint(painter, icon)
        painter.setFont(self._theme.font(weight=QFont.Weight.DemiBold if is_opened else QFont.Weight.Medium))
        painter.setPen(self._theme.colour("accent_fg" if is_opened else "text"))
        label = QRect(icon.right() + 10, row.top(), row.right() - icon.right() - 34, row.height())
        words = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, label.width() + 20)
        painter.drawText(label.adjusted(0, 0, 24, 0), int(Qt.AlignmentFlag.AlignVCenter), words)
        if not index.data(_PAGE_ROLE):
            self._paint_arrow(painter, row, index)
        painter.restore()

    def _paint_ground(self, painter: QPainter, row: QRect, option: QStyleOptionViewItem, *, is_opened: bool) -> None:
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(Qt.PenStyle.NoPen)
        if is_opened or hovered:
            painter.setBrush(self._theme.colour("accent_bg" if is_opened else "surface_hover"))
            painter.drawRoundedRect(QRectF(row), 6, 6)
        if option.state & QStyle.StateFlag.State_HasFocus and self._view.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("focus"), 2))
            painter.drawRoundedRect(QRectF(row).adjusted(1, 1, -1, -1), 5, 5)

    def _paint_arrow(self, painter: QPainter, row: QRect, index: Index) -> None:
        item = self._view.itemFromIndex(index)
        is_open = item is not None and item.isExpanded()
        place = QRect(row.right() - 22, row.top() + (row.height() - 14) // 2, 14, 14)
        self._theme.icon("ph.caret-down" if is_open else "ph.caret-right", "text_dimmed").paint(painter, place)
