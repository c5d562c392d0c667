"""A rule chain as a picture to read: nodes as cards from left to right, and the trace of a run on them."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget
from typing_extensions import override

from ss_admin.contract.rule_chains import NodeTrace
from ss_admin.desktop.rule_chains.picture.drawn_chain import DrawnChain
from ss_admin.desktop.rule_chains.picture.fitted_view import ZOOM_STEP
from ss_admin.desktop.rule_chains.picture.graph import ChainGraph, read_graph
from ss_admin.desktop.rule_chains.picture.handled_view import HandledView
from ss_admin.desktop.rule_chains.picture.node_cursor import NodeCursor
from ss_admin.desktop.rule_chains.picture.picture_words import describe_card, describe_chain
from ss_admin.desktop.rule_chains.picture.run_marks import NodeMark, mark_nodes
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.row_cells import plain_tooltip

__all__ = ["ChainPicture"]

_CHOOSE = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
_ZOOMS = {Qt.Key.Key_Plus: ZOOM_STEP, Qt.Key.Key_Equal: ZOOM_STEP, Qt.Key.Key_Minus: 1 / ZOOM_STEP}
_STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}


class ChainPicture(HandledView):
    """Shows a definition, however unfinished. The arrow keys go from node to node, Enter or a click chooses one.

    `node_chosen` carries the id of the chosen node, `node_reached` the id of the one that the arrow keys came to.
    """

    node_chosen = Signal(str)
    node_reached = Signal(str)

    def __init__(self, *, theme: Theme, name: str = "chainPicture", parent: QWidget | None = None) -> None:
        super().__init__(theme=theme, name=name, parent=parent)
        self.setAccessibleName("Picture of the rule chain")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._marks: Mapping[str, NodeMark] | None = None
        self._drawn = DrawnChain(ChainGraph(), self.scene(), theme)
        self._cursor = NodeCursor(self._drawn)
        self._draw(ChainGraph())

    @property
    def chosen_node_id(self) -> str | None:
        """The node that is chosen."""
        return self._drawn.cards[self._cursor.chosen].node.id if self._cursor.chosen is not None else None

    def show_definition(self, definition: Mapping[str, Any]) -> None:
        """Draws a definition. The view fits itself to another shape, unless somebody has zoomed or panned it."""
        graph = read_graph(definition)
        if graph != self._drawn.graph:
            self._draw(graph)

    def show_trace(self, trace: Sequence[NodeTrace], failed_node_id: str | None) -> None:
        """Draws a run: the order in which nodes ran, the failed one, and dimmed those that were not reached."""
        self._show_marks(mark_nodes(trace, failed_node_id))

    def clear_trace(self) -> None:
        """Takes the run off the picture."""
        self._show_marks(None)

    def select_node(self, node_id: str | None) -> None:
        """Chooses a node and brings it into view, without telling anybody; None, or an unknown id: no node."""
        place = self._drawn.place_of(node_id) if node_id is not None else None
        self._cursor.chosen = place
        if place is not None:
            self._cursor.current = place
            self.bring_into_view(self._drawn.cards[place].card_rect())
        self._show_cursor()

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, 280)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._go_to(self._cursor.beside(*_STEPS[key]))
        elif key in _ENDS and self._drawn.cards:
            self._go_to(self._drawn.in_reading_order()[_ENDS[key]])
        elif key in _CHOOSE:
            self._choose(self._cursor.current)
        elif key in _ZOOMS:
            self.zoom_by(_ZOOMS[key])
        elif key == Qt.Key.Key_0:
            self.show_whole()
        else:
            super().keyPressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not event.buttons():
            self._hover(self._drawn.place_at(self.mapToScene(event.position().toPoint())))

    @override
    def clicked_at(self, at: QPoint) -> None:
        self._choose(self._drawn.place_at(self.mapToScene(at)))

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._drawn.place_at(self.mapToScene(event.pos()))
            text = plain_tooltip(self._drawn.cards[place].tooltip()) if place is not None else ""
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        return super().viewportEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._cursor.begin()
        self._show_cursor()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_cursor()

    def _draw(self, graph: ChainGraph) -> None:
        """Draws anew; what is chosen stays so, and a view that was moved by hand keeps what it shows in its place."""
        before = self._drawn
        anchor = before.nearest_to(self.mapToScene(self.viewport().rect().center()))
        stood = self.mapFromScene(before.cards[anchor].pos()) if anchor is not None else QPoint()
        before.remove_from(self.scene())
        self._drawn = drawn = DrawnChain(graph, self.scene(), self.theme)
        self._cursor.carry_over(drawn)
        drawn.show_marks(self._marks)
        same = before.graph.places().keys() & graph.places().keys()
        self.set_content(drawn.bounds(), drawn.start(), note=_note_about(graph), anew=not same)
        held = drawn.place_of(before.cards[anchor].node.id) if anchor is not None else None
        if self.is_free and held is not None:
            self.hold(drawn.cards[held].pos(), stood)
        elif self._cursor.chosen is not None:
            self.bring_into_view(drawn.cards[self._cursor.chosen].card_rect())
        self._show_cursor()
        self.setAccessibleDescription(describe_chain(drawn))

    def _show_marks(self, marks: Mapping[str, NodeMark] | None) -> None:
        self._marks = marks
        self._drawn.show_marks(marks)
        self.setAccessibleDescription(describe_chain(self._drawn))

    def _show_cursor(self) -> None:
        self._cursor.show(has_focus=self.hasFocus())

    def _go_to(self, place: int | None) -> None:
        if place is None:
            return
        self._cursor.current = place
        self._show_cursor()
        self.bring_into_view(self._drawn.cards[place].card_rect())
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, describe_card(self._drawn, place)))
        self.node_reached.emit(self._drawn.cards[place].node.id)

    def _choose(self, place: int | None) -> None:
        if place is None:
            return
        self._cursor.current = self._cursor.chosen = place
        self._show_cursor()
        self.node_chosen.emit(self._drawn.cards[place].node.id)

    def _hover(self, place: int | None) -> None:
        if place != self._cursor.hovered:
            self._cursor.hovered = place
            self.viewport().setCursor(
                Qt.CursorShape.ArrowCursor if place is None else Qt.CursorShape.PointingHandCursor
            )
            self._show_cursor()


def _note_about(graph: ChainGraph) -> str:
    if not graph.nodes:
        return "Nothing to draw yet: the definition has no nodes."
    return f"{graph.left_out:,} further nodes are not drawn." if graph.left_out else ""
