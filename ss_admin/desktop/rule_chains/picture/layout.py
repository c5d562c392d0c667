"""The layout of a picture, from left to right: where each card stands and along which points its connections run."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ss_admin.desktop.rule_chains.picture.heights import Pull, place_columns, straighten
from ss_admin.desktop.rule_chains.picture.layers import assign_layers, find_backward
from ss_admin.desktop.rule_chains.picture.ordering import Hop, order_columns

__all__ = ["Box", "Layout", "Place", "Route", "Wire", "lay_out"]

_COLUMN_GAP = 38.0
_ROW_GAP = 34.0
_LANE = 12.0
_LANE_GAP = 10.0
_MOST_LANES = 4_000


@dataclass(frozen=True)
class Box:
    """The size of a card."""

    width: float
    height: float


@dataclass(frozen=True)
class Wire:
    """A connection to draw: how far below its source's middle it leaves it, and below its target's middle it lands."""

    source: int
    target: int
    drop: float = 0.0
    land: float = 0.0


@dataclass(frozen=True)
class Place:
    """Where a card stands: its top left corner, and its column."""

    x: float
    y: float
    column: int


@dataclass(frozen=True)
class Route:
    """The points of a connection, from card to card. `backward`: it runs against the reading direction."""

    points: tuple[tuple[float, float], ...]
    backward: bool


@dataclass(frozen=True)
class Layout:
    """Everything in its place; `routes` are those of the wires, in their order."""

    places: tuple[Place, ...]
    routes: tuple[Route, ...]


def lay_out(boxes: Sequence[Box], wires: Sequence[Wire]) -> Layout:
    """Puts every card into a column right of all that lead to it; nothing overlaps. Deterministic."""
    backward = find_backward(len(boxes), [(wire.source, wire.target) for wire in wires])
    forward = [wire for place, wire in enumerate(wires) if place not in backward]
    layer = assign_layers(len(boxes), [(wire.source, wire.target) for wire in forward])
    lanes = _Lanes(boxes, layer, forward)
    columns = order_columns(lanes.columns, lanes.hops)
    middles = place_columns(columns, lanes.heights, lanes.gaps, lanes.pulls)
    straighten(lanes.ways, columns, lanes.heights, lanes.gaps, middles)
    top = min((middles[node] - box.height / 2 for node, box in enumerate(boxes)), default=0.0)
    plan = _Plan(boxes, layer, [middle - top for middle in middles], *_column_places(boxes, layer, lanes))
    ways = iter(lanes.ways)
    routes = tuple(
        _backward_route(wire, plan) if place in backward else _forward_route(wire, next(ways), plan)
        for place, wire in enumerate(wires)
    )
    places = tuple(Place(plan.left(node), plan.top(node), layer[node]) for node in range(len(boxes)))
    return Layout(places, routes)


@dataclass(frozen=True)
class _Plan:
    """Where everything stands: the middles of cards and lanes, the left edges and widths of the columns."""

    boxes: Sequence[Box]
    layer: Sequence[int]
    middles: Sequence[float]
    lefts: Sequence[float]
    widths: Sequence[float]

    def left(self, node: int) -> float:
        return self.lefts[self.layer[node]]

    def right(self, node: int) -> float:
        return self.left(node) + self.boxes[node].width

    def top(self, node: int) -> float:
        return self.middles[node] - self.boxes[node].height / 2

    def bottom(self, node: int) -> float:
        return self.top(node) + self.boxes[node].height


class _Lanes:
    """The columns with the lanes that long connections take through them: a lane is a node without a card."""

    def __init__(self, boxes: Sequence[Box], layer: Sequence[int], wires: Sequence[Wire]) -> None:
        self.heights = [box.height for box in boxes]
        self.gaps = [_ROW_GAP] * len(boxes)
        self.columns: list[list[int]] = [[] for _ in range(max(layer, default=-1) + 1)]
        self.hops: list[Hop] = []
        self.pulls: list[Pull] = []
        self.ways: list[list[int]] = []
        for node, column in enumerate(layer):
            self.columns[column].append(node)
        for wire in wires:
            port = 0.5 + wire.drop / boxes[wire.source].height if boxes[wire.source].height else 0.5
            self.ways.append(self._find_way(wire, layer, port))

    def _find_way(self, wire: Wire, layer: Sequence[int], port: float) -> list[int]:
        between = range(layer[wire.source] + 1, layer[wire.target])
        if len(self.heights) + len(between) > len(layer) + _MOST_LANES:
            between = range(0)
        way = [wire.source]
        for column in between:
            lane = len(self.heights)
            self.heights.append(_LANE)
            self.gaps.append(_LANE_GAP)
            self.columns[column].append(lane)
            way.append(lane)
        way.append(wire.target)
        for number, (left, right) in enumerate(pairwise(way)):
            first = number == 0
            straight = 16.0 if left >= len(layer) and right >= len(layer) else 1.0
            if between or layer[wire.target] == layer[wire.source] + 1:
                self.hops.append(Hop(left, right, port if first else 0.5))
            offset = (wire.drop if first else 0.0) - (wire.land if right == wire.target else 0.0)
            self.pulls.append(Pull(left, right, offset, straight))
        return way[1:-1]


def _column_places(boxes: Sequence[Box], layer: Sequence[int], lanes: _Lanes) -> tuple[list[float], list[float]]:
    """The left edge and the width of each column; where many connections run side by side there is more room."""
    count = len(lanes.columns)
    widths, crossing = [0.0] * count, [0] * count
    column_of = {node: number for number, column in enumerate(lanes.columns) for node in column}
    for node, box in enumerate(boxes):
        widths[layer[node]] = max(widths[layer[node]], box.width)
    for hop in lanes.hops:
        crossing[column_of[hop.source]] += 1
    lefts, at = [], 0.0
    for number in range(count):
        lefts.append(at)
        at += widths[number] + _COLUMN_GAP + min(80.0, 4.0 * max(0, crossing[number] - 4))
    return lefts, widths


def _forward_route(wire: Wire, way: Sequence[int], plan: _Plan) -> Route:
    points = [(plan.right(wire.source), plan.middles[wire.source] + wire.drop)]
    for column, lane in enumerate(way, start=plan.layer[wire.source] + 1):
        left = plan.lefts[column]
        points += [(left, plan.middles[lane]), (left + plan.widths[column], plan.middles[lane])]
    points.append((plan.left(wire.target), plan.middles[wire.target] + wire.land))
    return Route(tuple(points), backward=False)


def _backward_route(wire: Wire, plan: _Plan) -> Route:
    """Out to the right, below both cards, back to the left and in: only a chain that has a fault yet has such."""
    start = (plan.right(wire.source), plan.middles[wire.source] + wire.drop)
    end = (plan.left(wire.target), plan.middles[wire.target] + wire.land)
    below = max(plan.bottom(wire.source), plan.bottom(wire.target)) + _ROW_GAP / 2
    right, left = start[0] + _COLUMN_GAP / 3, end[0] - _COLUMN_GAP / 3
    return Route((start, (right, start[1]), (right, below), (left, below), (left, end[1]), end), backward=True)
