"""The list that unfolds below a search field: what was found, or a word on why there is nothing."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QMouseEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGraphicsDropShadowEffect,
    QLabel,
    QListView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from ss_admin.desktop.widgets.choosing.search_rows import SearchRows
from ss_admin.desktop.widgets.choosing.two_line_delegate import FOUND_ROW_HEIGHT, TwoLineDelegate

__all__ = ["FoundPopup"]

_MOST_ROWS = 6
_GAP = 4
_EDGE = 8


class FoundPopup(QFrame):
    """Unfolds over the dialog that the field stands in, so that the field keeps the focus and the keys.

    It is no window of its own: nothing is grabbed, and it moves, scales and closes with the dialog. `picked` gives what
    was clicked; `dismissed` says that something else was clicked, or the dialog changed its size.
    """

    picked = Signal(object)
    dismissed = Signal()

    def __init__(
        self, rows: SearchRows, delegate: TwoLineDelegate, *, name: str, accessible_name: str, field: QWidget
    ) -> None:
        super().__init__(field)
        self.setProperty("role", "card")
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(28)
        shadow.setOffset(0, 6)
        shadow.setColor(QColor(0, 0, 0, 70))
        self.setGraphicsEffect(shadow)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list = QListView()
        self.list.setObjectName(f"{name}.list")
        self.list.setAccessibleName(accessible_name)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setModel(rows)
        delegate.setParent(self.list)
        self.list.setItemDelegate(delegate)
        self.list.clicked.connect(lambda index: self.picked.emit(index.data(Qt.ItemDataRole.UserRole)))
        self.words = QLabel()
        self.words.setObjectName(f"{name}.words")
        self.words.setProperty("role", "dimmed")
        self.words.setWordWrap(True)
        self.words.setContentsMargins(8, 8, 8, 8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(0)
        layout.addWidget(self.list)
        layout.addWidget(self.words)
        self._rows = rows
        self._field = field
        self.hide()

    @property
    def row(self) -> int:
        """The row that is marked; -1 where none is."""
        return self.list.currentIndex().row()

    def say(self, words: str) -> None:
        """Shows a sentence instead of the list; an empty one shows the list again."""
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.list.setVisible(not words)

    def mark(self, row: int) -> None:
        """Marks a row, or the nearest there is, and brings it into view."""
        count = self._rows.rowCount()
        if count:
            index = self._rows.index(max(0, min(row, count - 1)))
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    def unfold_below(self, field: QWidget) -> None:
        """Takes its place below `field`, or above it where there is more room, and shows itself."""
        window = field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        top = field.mapTo(window, QPoint(0, 0)).y()
        below = window.height() - top - field.height() - _GAP - _EDGE
        above = top - _GAP - _EDGE
        wanted = self._wanted_height(field.width())
        upwards = wanted > below and above > below
        height = min(wanted, max(above if upwards else below, FOUND_ROW_HEIGHT + 10))
        left = field.mapTo(window, QPoint(0, 0)).x()
        y = top - _GAP - height if upwards else top + field.height() + _GAP
        self.setGeometry(QRect(left, y, field.width(), height))
        self._field = field
        self.show()
        self.raise_()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched.isWindowType() and isinstance(event, QMouseEvent | QWheelEvent):
            at = event.globalPosition().toPoint()
            pressed = event.type() in {QEvent.Type.MouseButtonPress, QEvent.Type.Wheel}
            own = (self._field, self)
            if pressed and not any(part.rect().contains(part.mapFromGlobal(at)) for part in own):
                self.dismissed.emit()
        elif event.type() == QEvent.Type.Resize and watched is self.window():
            self.dismissed.emit()
        return super().eventFilter(watched, event)

    def _wanted_height(self, width: int) -> int:
        if not self.words.isHidden():
            return self.words.heightForWidth(width - 10) + 10
        return min(self._rows.rowCount(), _MOST_ROWS) * FOUND_ROW_HEIGHT + 10
