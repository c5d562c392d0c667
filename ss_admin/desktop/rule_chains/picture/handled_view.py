"""A picture in the hand: dragged with the mouse, zoomed with wheel, touchpad and fingers."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QGestureEvent, QPinchGesture, QWidget
from typing_extensions import override

from ss_admin.desktop.rule_chains.picture.fitted_view import ZOOM_STEP, FittedView
from ss_admin.desktop.theme.theme import Theme

__all__ = ["HandledView"]

_NOTCH = 120


class HandledView(FittedView):
    """Ctrl with the wheel zooms at the pointer, as does a pinch; the wheel alone scrolls, dragging pans."""

    def __init__(self, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme=theme, name=name, parent=parent)
        self._pressed: QPoint | None = None
        self._dragged_from: QPoint | None = None
        self.viewport().setMouseTracking(True)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)

    def clicked_at(self, at: QPoint) -> None:
        """The mouse was pressed and released at this point of the viewport, without dragging."""

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            turned = event.angleDelta().y() or event.angleDelta().x()
            self.zoom_by(ZOOM_STEP ** (turned / _NOTCH), event.position())
            event.accept()
            return
        before = self.scrolled_to()
        super().wheelEvent(event)
        if before != self.scrolled_to():
            self.leave_fit()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        at = event.position().toPoint()
        if self._dragged_from is None:
            if (at - self._pressed).manhattanLength() < QApplication.startDragDistance():
                return
            self._dragged_from = self._pressed
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self.scroll_by(self._dragged_from - at)
        self._dragged_from = at
        self.leave_fit()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        was_dragged = self._dragged_from is not None
        self._pressed = self._dragged_from = None
        self.viewport().unsetCursor()
        if not was_dragged:
            self.clicked_at(event.position().toPoint())

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_by(1 + event.value(), event.position())
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                around = self.viewport().mapFromGlobal(pinch.centerPoint().toPoint())
                self.zoom_by(pinch.scaleFactor(), QPointF(around))
                return True
        return super().viewportEvent(event)
