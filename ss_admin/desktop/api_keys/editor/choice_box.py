"""A combo box whose entries can carry a dimmed remark, such as “recommended”."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QStylePainter,
    QWidget,
)
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["ChoiceBox"]

_REMARK = Qt.ItemDataRole.UserRole + 1
_GAP = 8
_ARROW_WIDTH = 28
_ITEM_PADDING = 7


class ChoiceBox(QComboBox):
    """The remark is shown beside the entry, open and closed, and read out with it; it is no part of the text."""

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setItemDelegate(_RemarkDelegate(theme, self))
        self.setMaxVisibleItems(12)

    def add_choice(self, text: str, data: object, remark: str = "") -> None:
        """Adds an entry."""
        self.addItem(text, data)
        row = self.count() - 1
        self.setItemData(row, remark, _REMARK)
        self.setItemData(row, f"{text}, {remark}" if remark else text, Qt.ItemDataRole.AccessibleTextRole)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the wheel scrolls the form; it must not change a choice in passing

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        remark = self.currentData(_REMARK)
        if not remark:
            return
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        area = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        area.setRight(self.width() - _ARROW_WIDTH)
        painter = QStylePainter(self)
        painter.setPen(self._theme.colour("text_dimmed" if self.isEnabled() else "text_disabled"))
        used = self.fontMetrics().horizontalAdvance(self.currentText()) + _GAP
        _draw_remark(painter, area.adjusted(used, 0, 0, 0), remark)
        painter.end()


class _RemarkDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        remark = index.data(_REMARK)
        if not remark:
            return
        text = index.data(Qt.ItemDataRole.DisplayRole)
        metrics = option.fontMetrics
        area: QRect = option.rect
        painter.save()
        painter.setPen(self._theme.colour("text_dimmed"))
        painter.setFont(option.font)
        used = _ITEM_PADDING + metrics.horizontalAdvance(text) + _GAP
        _draw_remark(painter, area.adjusted(used, 0, 0, 0), remark)
        painter.restore()


def _draw_remark(painter: QPainter, area: QRect, remark: str) -> None:
    painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), remark)
