"""The list under the editor of everything that is wrong; a click or Enter leads there."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["FaultList"]

_MOST_HEIGHT = 100
_MOST_LINES = 3
_AROUND_ROW = 10
_LEFT, _ICON, _GAP, _RIGHT = 8, 16, 8, 8
_FRAME = 14
_POSITION = Qt.ItemDataRole.UserRole
_LINE = Qt.ItemDataRole.UserRole + 1
_DETAIL = Qt.ItemDataRole.UserRole + 2

Index = QModelIndex | QPersistentModelIndex


class FaultList(QListWidget):
    """Not there while nothing is wrong. `chosen` carries the place of the fault that was chosen."""

    chosen = Signal(int)

    def __init__(self, *, theme: Theme, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = _FaultRows(theme, self)
        self.setObjectName(name)
        self.setProperty("role", "faults")
        self.setAccessibleName(f"{label}: what is wrong")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setItemDelegate(self._rows)
        self.itemClicked.connect(self._choose)
        self.hide()

    def show_faults(self, faults: Sequence[tuple[int, int, str]]) -> None:
        """Shows faults: line (from 1), place in the text, and what is wrong."""
        row = self.currentRow()
        self.clear()
        for line, position, detail in faults:
            item = QListWidgetItem(f"Line {line}: {detail}")
            item.setData(_POSITION, position)
            item.setData(_LINE, f"Line {line:,}")
            item.setData(_DETAIL, detail)
            item.setToolTip(detail)
            self.addItem(item)
        self._rows.widest = max((self._rows.width_of(line) for line, _, _ in faults), default=0)
        if faults:
            self.setCurrentRow(min(max(row, 0), len(faults) - 1))
        self._fit()
        self.setVisible(bool(faults))

    @override
    def sizeHint(self) -> QSize:
        return QSize(0, self.maximumHeight())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self.currentItem():
            self._choose(self.currentItem())
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        """As high as the rows that fit, of which none is cut in its middle; the others scroll."""
        option = QStyleOptionViewItem()
        height = 0
        for row in range(self.count()):
            further = self._rows.sizeHint(option, self.model().index(row, 0)).height()
            if height and height + further > _MOST_HEIGHT:
                break
            height += further
        self.setFixedHeight(height + _FRAME)
        self.updateGeometry()

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(_POSITION))


class _FaultRows(QStyledItemDelegate):
    """The lines in a column of their own, and beside it what is wrong, wrapped."""

    def __init__(self, theme: Theme, view: FaultList) -> None:
        super().__init__(view)
        self._view = view
        self._theme = theme
        self._font = theme.font()
        self._metrics = QFontMetrics(self._font)
        self.widest = 0
        """How wide the column of the lines is, in pixels."""

    def width_of(self, line: int) -> int:
        """How wide the words for a line are."""
        return self._metrics.horizontalAdvance(f"Line {line:,}")

    def height_of(self, lines: int) -> int:
        """The height of a row with so many lines of text."""
        return self._metrics.lineSpacing() * lines + _AROUND_ROW

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self.height_of(len(self._wrapped(index.data(_DETAIL)))))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = option.rect
        colour = self._theme.colour
        painter.save()
        if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(colour("danger_fg") if option.state & QStyle.StateFlag.State_HasFocus else colour("border"))
            painter.drawRoundedRect(area.adjusted(1, 1, -2, -2), 5, 5)
        spacing, top = self._metrics.lineSpacing(), area.top() + _AROUND_ROW // 2
        icon = QRect(area.left() + _LEFT, top + (spacing - _ICON) // 2, _ICON, _ICON)
        self._theme.icon("ph.warning-circle", "danger_fg").paint(painter, icon)
        painter.setFont(self._font)
        painter.setPen(colour("danger_fg"))
        left = icon.right() + 1 + _GAP
        alignment = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        painter.drawText(QRect(left, top, self.widest, spacing), alignment, index.data(_LINE))
        painter.setPen(colour("text"))
        for number, line in enumerate(self._wrapped(index.data(_DETAIL))):
            room = QRect(left + self.widest + _GAP, top + number * spacing, self._room() + 2, spacing)
            painter.drawText(room, alignment, line)
        painter.restore()

    def _room(self) -> int:
        """The width that the sentences have."""
        return max(80, self._view.viewport().width() - _LEFT - _ICON - 2 * _GAP - self.widest - _RIGHT)

    def _wrapped(self, detail: str) -> list[str]:
        layout = QTextLayout(" ".join(detail.split()), self._font)
        layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
        layout.beginLayout()
        lines: list[str] = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self._room())
            if len(lines) == _MOST_LINES - 1:
                rest = layout.text()[line.textStart() :]
                lines.append(self._metrics.elidedText(rest, Qt.TextElideMode.ElideRight, self._room()))
                break
            lines.append(layout.text()[line.textStart() : line.textStart() + line.textLength()])
        layout.endLayout()
        return lines or [""]
