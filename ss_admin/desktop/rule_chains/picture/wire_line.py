"""A connection between two cards: a calm curve with an arrow head."""

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from typing_extensions import override

from ss_admin.desktop.rule_chains.picture.layout import Route
from ss_admin.desktop.theme.theme import Theme

__all__ = ["WireLine", "WireState"]

_ARROW = 8.0
_CORNER = 12.0


class WireState(Enum):
    """How a connection is shown: as such, beside the chosen node, as taken by a run, or as not taken."""

    PLAIN = ("border_strong", 1.5, Qt.PenStyle.SolidLine)
    LIT = ("accent_fg", 2.0, Qt.PenStyle.SolidLine)
    TAKEN = ("success_fg", 2.0, Qt.PenStyle.SolidLine)
    NOT_TAKEN = ("border_strong", 1.0, Qt.PenStyle.DashLine)


class WireLine(QGraphicsItem):
    """Runs along a `Route`; the last pixels are the arrow head."""

    def __init__(self, route: Route, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._end = QPointF(*route.points[-1])
        self._path = _rounded(route) if route.backward else _curved(route)
        self._bounds = self._path.boundingRect().adjusted(-_ARROW, -_ARROW, _ARROW, _ARROW)
        self._state = WireState.PLAIN

    @property
    def state(self) -> WireState:
        """How it is shown."""
        return self._state

    def show_as(self, state: WireState) -> None:
        """Shows it otherwise; what says more lies on top."""
        if state is not self._state:
            self._state = state
            self.setZValue(0 if state in {WireState.PLAIN, WireState.NOT_TAKEN} else 0.5)
            self.update()

    @override
    def boundingRect(self) -> QRectF:
        return self._bounds

    @override
    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None, /) -> None:
        role, width, style = self._state.value
        colour = self._theme.colour(role)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, width, style, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        back = self._end - QPointF(_ARROW, 0)
        painter.drawPolygon(
            QPolygonF([self._end, back + QPointF(0, -_ARROW / 2 - 0.5), back + QPointF(0, _ARROW / 2 + 0.5)])
        )


def _curved(route: Route) -> QPainterPath:
    """Level through each column, in a slope of its own between the columns."""
    points = [QPointF(*point) for point in route.points]
    points[-1] -= QPointF(_ARROW - 1, 0)
    path = QPainterPath(points[0])
    for number, point in enumerate(points[1:]):
        if number % 2:
            path.lineTo(point)
            continue
        start = path.currentPosition()
        half = (point.x() - start.x()) / 2
        path.cubicTo(start + QPointF(half, 0), point - QPointF(half, 0), point)
    return path


def _rounded(route: Route) -> QPainterPath:
    """Along the points, with its corners cut round."""
    points = [QPointF(*point) for point in route.points]
    points[-1] -= QPointF(_ARROW - 1, 0)
    path = QPainterPath(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path.lineTo(_towards(corner, before))
        path.quadTo(corner, _towards(corner, after))
    path.lineTo(points[-1])
    return path


def _towards(corner: QPointF, other: QPointF) -> QPointF:
    way = other - corner
    length = abs(way.x()) + abs(way.y())  # each leg is level or upright
    return corner + way * (min(_CORNER, length / 2) / length) if length else corner
