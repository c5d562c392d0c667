"""The product's mark as a picture."""

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["ProductMark"]


class ProductMark(QLabel):
    """The product's mark as a picture, sharp at every scale."""

    def __init__(self, size: int, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedSize(size, size)
        self.setAccessibleName("SignalSync Admin")

    @override
    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        self._theme.paint_product_mark(painter, self.rect())
        painter.end()
