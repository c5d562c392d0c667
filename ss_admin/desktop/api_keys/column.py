"""The content of a dialog: a column of fixed width that is exactly as high as its wrapped texts make it."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.desktop.widgets.dialog import Dialog

__all__ = ["Column"]

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
