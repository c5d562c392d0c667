"""A view of a scene that fits itself until somebody moves it, with the small buttons that zoom it."""

from enum import Enum

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget
from typing_extensions import override

from ss_admin.desktop.rule_chains.picture.zoom_bar import ZoomBar
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import words

__all__ = ["ZOOM_STEP", "FittedView"]

ZOOM_STEP = 1.2
_CLOSEST = 3.0
_WIDEST = 0.15
_READABLE = 0.8
_LEGIBLE = 0.9
_MARGIN = 20.0
_BAR_ROOM = 40.0
"""What is kept free below the picture for the buttons."""
_DOTS = 24
_DOTTED = 0.5
_EDGE = 12
_SLACK = 4
"""Pixels that Qt keeps free around what it shows."""


class _Fit(Enum):
    """What a new size of the view does: shows the beginning legibly, shows the whole, or leaves the view alone."""

    START = 1
    WHOLE = 2
    FREE = 3


class FittedView(QGraphicsView):
    """Fits itself until somebody zooms or pans; from then on nothing moves by itself until the whole is asked for.

    At first it shows the whole where that can be read, else the beginning at a size that is easy to read.
    `name` begins the objectNames.
    """

    def __init__(self, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setObjectName(name)
        self.setProperty("role", "picture")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setScene(QGraphicsScene(self))
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setInteractive(False)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self._fit = _Fit.START
        self._content = QRectF()
        self._start = QPointF()
        self._wanted = QRectF()
        self._note = words("", "dimmed", self)
        self._note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.zoom_bar = ZoomBar(theme=theme, name=name, parent=self)
        self.zoom_bar.closer.connect(lambda: self.zoom_by(ZOOM_STEP))
        self.zoom_bar.wider.connect(lambda: self.zoom_by(1 / ZOOM_STEP))
        self.zoom_bar.whole.connect(self.show_whole)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.actionTriggered.connect(self.leave_fit)
        theme.changed.connect(self.viewport().update)

    @property
    def zoom(self) -> float:
        """How large the picture is shown; 1 is its own size."""
        return self.transform().m11()

    @property
    def is_free(self) -> bool:
        """Whether somebody has zoomed or panned, so that nothing moves by itself."""
        return self._fit is _Fit.FREE

    def set_content(self, content: QRectF, start: QPointF, *, note: str = "", anew: bool = False) -> None:
        """Says how large the picture is and where reading begins; fits it unless the view is free.

        `note` is said over the picture. `anew`: it is another picture, so the view is free no more.
        """
        self._content, self._start, self._wanted = content, start, QRectF()
        if anew:
            self._fit = _Fit.START
        self.setSceneRect(self._plane())
        self._note.setText(note)
        self._refit()
        self._place_over()

    def zoom_by(self, factor: float, around: QPointF | None = None) -> None:
        """Comes closer or goes away; what is `around` (a point of the viewport, default: its middle) stays there."""
        at = (around if around is not None else QPointF(self.viewport().rect().center())).toPoint()
        fixed = self.mapToScene(at)
        self.leave_fit()
        self._set_zoom(min(_CLOSEST, max(self._widest_zoom(), self.zoom * factor)))
        self.scroll_by(self.mapFromScene(fixed) - at)

    def show_whole(self) -> None:
        """Shows all of it, and goes on doing so."""
        self._fit = _Fit.WHOLE
        self._refit()

    def bring_into_view(self, area: QRectF) -> None:
        """Scrolls as far as it must to show `area`, now and after the view has taken another size."""
        self._wanted = area
        self.ensureVisible(area, _EDGE, _EDGE)

    def scrolled_to(self) -> QPoint:
        """Where the scroll bars stand."""
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def scroll_by(self, way: QPoint) -> None:
        """Moves what is seen by some pixels."""
        for bar, step in ((self.horizontalScrollBar(), way.x()), (self.verticalScrollBar(), way.y())):
            bar.setValue(bar.value() + step)

    def hold(self, point: QPointF, at: QPoint) -> None:
        """Moves `point` of the picture to `at` in the viewport, even if there is nothing around it to scroll to."""
        size = QSizeF(self.viewport().size()) / self.zoom
        wanted = QRectF(point - QPointF(at) / self.zoom, size)
        self.setSceneRect(self.sceneRect().united(wanted))
        self.scroll_by(self.mapFromScene(point) - at)

    def leave_fit(self, _action: int = 0) -> None:
        """From now on the view is moved by hand alone."""
        self._fit = _Fit.FREE

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refit()
        self._place_over()

    @override
    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """A ground with faint dots, which show that the picture is a plane that can be moved."""
        painter.fillRect(rect, self.theme.colour("surface_sunken"))
        if self.zoom < _DOTTED:
            return
        painter.setPen(QPen(self.theme.colour("border"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        left, top = int(rect.left() // _DOTS) * _DOTS, int(rect.top() // _DOTS) * _DOTS
        for x in range(left, int(rect.right()) + 1, _DOTS):
            for y in range(top, int(rect.bottom()) + 1, _DOTS):
                painter.drawPoint(x, y)

    def _plane(self) -> QRectF:
        return self._content.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN + _BAR_ROOM)

    def _whole_zoom(self) -> float:
        room, needed = self.maximumViewportSize(), self._plane()  # without scroll bars, which are not needed then
        if self._content.isEmpty():
            return 1.0
        return max(0.01, min(1.0, (room.width() - _SLACK) / needed.width(), (room.height() - _SLACK) / needed.height()))

    def _widest_zoom(self) -> float:
        return min(_WIDEST, self._whole_zoom())

    def _set_zoom(self, zoom: float) -> None:
        self.resetTransform()
        self.scale(zoom, zoom)
        self.zoom_bar.allow(wider=zoom > self._widest_zoom() * 1.001, closer=zoom < _CLOSEST * 0.999)

    def _refit(self) -> None:
        whole = self._whole_zoom()
        if self._fit is _Fit.FREE:
            return
        self.setSceneRect(self._plane())
        if self._fit is _Fit.WHOLE or whole >= _READABLE:
            self._set_zoom(whole)
            self.centerOn(self._plane().center())
            return
        bar = self.horizontalScrollBar().sizeHint().height()
        flat = (self.maximumViewportSize().height() - bar - _SLACK) / self._plane().height()
        self._set_zoom(max(_READABLE, min(_LEGIBLE, flat)))
        self.centerOn(self._start)
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().minimum())
        if not self._wanted.isNull():
            self.ensureVisible(self._wanted, _EDGE, _EDGE)

    def _place_over(self) -> None:
        """Puts the buttons into the lower right corner, and the note into the middle or the upper left one."""
        room, size = self.viewport().geometry(), self.zoom_bar.sizeHint()
        corner = room.bottomRight() - QPoint(size.width() + _EDGE - 1, size.height() + _EDGE - 1)
        self.zoom_bar.setGeometry(QRect(corner, size))
        wanted = self._note.sizeHint()
        inside = QRect(room.topLeft() + QPoint(_EDGE, _EDGE), wanted)
        if self._content.isEmpty():
            inside.moveCenter(room.center())
        self._note.setGeometry(inside)
