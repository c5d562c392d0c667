"""The content of a dialog: a column of fixed width that is exactly as high as its wrapped texts make it."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QBoxLayout, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.desktop.widgets.dialog import Dialog

__all__ = ["Column", "scroll_by_key"]

_SCROLLS = {
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
}
_RENEWED_BY = (QEvent.Type.LayoutRequest, QEvent.Type.Polish, QEvent.Type.FontChange, QEvent.Type.StyleChange)


class Column(QWidget):
    """Put the content into `rows`. Its height follows the content, so that a scroll area neither cuts nor stretches it.

    A scroll area asks its widget for a size and not for the height at a width; wrapped texts need the latter.
    """

    def __init__(self, width: int, spacing: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(spacing)
        self.setFixedWidth(width)

    @classmethod
    def within(cls, dialog: Dialog, width: int) -> "Column":
        """A column that fills a dialog which is `width` wide."""
        margins = dialog.body.contentsMargins()
        column = cls(width - margins.left() - margins.right(), dialog.theme.tokens.l)
        dialog.body.addWidget(column)
        layout = dialog.layout()
        if isinstance(layout, QBoxLayout):
            layout.addStrut(width)  # a scroll area never asks for more than 36 lines' height of width
        return column

    @override
    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in _RENEWED_BY:
            wraps = self.rows.hasHeightForWidth()
            height = self.rows.totalHeightForWidth(self.width()) if wraps else self.rows.totalSizeHint().height()
            self.setFixedHeight(max(0, height))
        return handled


def scroll_by_key(dialog: Dialog, event: QKeyEvent) -> bool:
    """Scrolls what is higher than the screen, for a dialog with much to read and little to focus; whether it did."""
    action = _SCROLLS.get(Qt.Key(event.key()))
    area = dialog.findChild(QScrollArea)
    if action is None or area is None:
        return False
    area.verticalScrollBar().triggerAction(action)
    return True
