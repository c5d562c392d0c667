"""A column that scrolls when it is higher than its room, and never squeezes wrapped words together instead."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

__all__ = ["ScrollColumn"]


class ScrollColumn(QScrollArea):
    """Put the content into `column`. Qt's own scroll area knows nothing of heights that depend on widths."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.content = QWidget()
        self.column = QVBoxLayout(self.content)
        self.setWidget(self.content)
        self.content.installEventFilter(self)
        self._side: int | None = None
        self.verticalScrollBar().rangeChanged.connect(self._make_room_for_bar)

    def keep_bar_in_margin(self, side: int) -> None:
        """Gives the content a right margin of `side` pixels in which the scroll bar stands when it comes."""
        self._side = side
        self._make_room_for_bar(0, self.verticalScrollBar().maximum())

    def height_wanted(self, width: int) -> int:
        """The height at which the content needs no scrolling, at this width, in pixels."""
        bar = 0 if self._side is None else self._side - self.column.contentsMargins().right()
        return self._height_at(width - bar)  # without the bar, which is then gone from the margin

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_height()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.content and event.type() == QEvent.Type.LayoutRequest:
            self._keep_height()
        return super().eventFilter(watched, event)

    def _make_room_for_bar(self, _lowest: int, highest: int) -> None:
        """Nothing moves aside when the bar comes."""
        if self._side is not None:
            margins = self.column.contentsMargins()
            margins.setRight(self._side - (self.verticalScrollBar().sizeHint().width() if highest else 0))
            self.column.setContentsMargins(margins)

    def _keep_height(self) -> None:
        self.content.setMinimumHeight(self._height_at(self.viewport().width()))

    def _height_at(self, width: int) -> int:
        if self.column.hasHeightForWidth():
            return self.column.totalHeightForWidth(width)
        return self.column.totalMinimumSize().height()
