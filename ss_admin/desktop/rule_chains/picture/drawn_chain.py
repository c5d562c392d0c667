"""The cards and connections of a chain, laid out in a scene."""

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from ss_admin.desktop.rule_chains.picture.graph import ChainGraph, ChainLink
from ss_admin.desktop.rule_chains.picture.layout import Wire, lay_out
from ss_admin.desktop.rule_chains.picture.node_card import NodeCard, card_size, port_drop
from ss_admin.desktop.rule_chains.picture.run_marks import NOT_REACHED, NodeMark, NodeState
from ss_admin.desktop.rule_chains.picture.wire_line import WireLine, WireState
from ss_admin.desktop.theme.theme import Theme

__all__ = ["DrawnChain"]


class DrawnChain:
    """A graph drawn into a scene. Cards are known by their places in the graph; ids may be there twice."""

    def __init__(self, graph: ChainGraph, scene: QGraphicsScene, theme: Theme) -> None:
        self.graph = graph
        self._places = graph.places()
        sizes = [card_size(node, theme) for node in graph.nodes]
        self._layout = lay_out(
            sizes,
            [_wire(graph, link) for link in graph.links],
        )
        self.cards = [NodeCard(node, size, theme) for node, size in zip(graph.nodes, sizes, strict=True)]
        self._lines = [WireLine(route, theme) for route in self._layout.routes]
        for card, place in zip(self.cards, self._layout.places, strict=True):
            card.setPos(place.x, place.y)
            scene.addItem(card)
        for line in self._lines:
            scene.addItem(line)
        self._marks: Mapping[str, NodeMark] | None = None
        self._chosen: int | None = None

    def remove_from(self, scene: QGraphicsScene) -> None:
        """Takes everything off the scene again."""
        for item in (*self.cards, *self._lines):
            scene.removeItem(item)

    def bounds(self) -> QRectF:
        """The room that all of it takes."""
        whole = QRectF()
        for card in self.cards:
            whole = whole.united(card.card_rect())
        for line in self._lines:
            whole = whole.united(line.boundingRect())
        return whole

    def start(self) -> QPointF:
        """Where reading begins: the input, else the first node."""
        begin = next((card for card in self.cards if card.node.kind == "inputNode"), None)
        card = begin or (self.cards[0] if self.cards else None)
        return card.card_rect().center() if card is not None else QPointF()

    def place_of(self, node_id: str) -> int | None:
        """Where the node with this id stands in the graph."""
        return self._places.get(node_id)

    def place_at(self, point: QPointF) -> int | None:
        """The card at a point of the scene."""
        return next((place for place, card in enumerate(self.cards) if card.card_rect().contains(point)), None)

    def nearest_to(self, point: QPointF) -> int | None:
        """The card nearest to a point of the scene."""
        return min(range(len(self.cards)), key=lambda place: self._distance(place, point), default=None)

    def in_reading_order(self) -> list[int]:
        """The places of all cards, column by column from above."""
        return sorted(range(len(self.cards)), key=lambda place: (self._layout.places[place].column, self._top(place)))

    def beside(self, place: int, columns: int) -> int | None:
        """The card to go to from this one: a connected one of a column to the left or right, else the nearest."""
        column = self._layout.places[place].column
        height = self._top(place) + self.cards[place].size.height / 2
        linked = [link.target if columns > 0 else link.source for link in self._links_of(place)]
        linked = [other for other in linked if (self._layout.places[other].column - column) * columns > 0]
        near = linked or [other for other, where in enumerate(self._layout.places) if where.column == column + columns]
        return min(near, key=lambda other: (abs(self._middle(other) - height), other), default=None)

    def above_or_below(self, place: int, step: int) -> int | None:
        """The next card of the same column, upwards (-1) or downwards (1)."""
        column = self._layout.places[place].column
        order = [other for other in self.in_reading_order() if self._layout.places[other].column == column]
        at = order.index(place) + step
        return order[at] if 0 <= at < len(order) else None

    def show_marks(self, marks: Mapping[str, NodeMark] | None) -> None:
        """Draws a run on the cards and connections; None takes it off."""
        self._marks = marks
        for place, card in enumerate(self.cards):
            is_it = self._places.get(card.node.id) == place
            card.show_mark(None if marks is None else marks.get(card.node.id, NOT_REACHED) if is_it else NOT_REACHED)
        self._light_lines()

    def show_chosen(self, place: int | None) -> None:
        """Lights the connections of the chosen card."""
        self._chosen = place
        self._light_lines()

    def _links_of(self, place: int) -> Iterator[ChainLink]:
        return (link for link in self.graph.links if place in {link.source, link.target})

    def _light_lines(self) -> None:
        for link, line in zip(self.graph.links, self._lines, strict=True):
            line.show_as(self._state_of(link))

    def _state_of(self, link: ChainLink) -> WireState:
        if self._marks is not None:
            target = self.cards[link.target].mark
            reached = target is not None and target.state is not NodeState.NOT_REACHED
            return WireState.TAKEN if reached and self._is_left_by(link) else WireState.NOT_TAKEN
        return WireState.LIT if self._chosen in {link.source, link.target} else WireState.PLAIN

    def _is_left_by(self, link: ChainLink) -> bool:
        """Whether the run went on this way: of a switch, it goes on by the branches that it took."""
        source = self.cards[link.source]
        if source.mark is None or source.mark.state is not NodeState.RAN:
            return False
        if link.branch is None or source.mark.branches is None:
            return True
        return link.branch in source.node.places_of(source.mark.branches)

    def _distance(self, place: int, point: QPointF) -> float:
        return (self.cards[place].card_rect().center() - point).manhattanLength()

    def _top(self, place: int) -> float:
        return self._layout.places[place].y

    def _middle(self, place: int) -> float:
        return self._top(place) + self.cards[place].size.height / 2


def _wire(graph: ChainGraph, link: ChainLink) -> Wire:
    """Leaves a switch beside the branch, and lands beside the name."""
    source, target = graph.nodes[link.source], graph.nodes[link.target]
    return Wire(link.source, link.target, port_drop(source, link.branch), port_drop(target, None))
