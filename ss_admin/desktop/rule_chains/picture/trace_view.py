"""A run to look through: the picture with the trace on it, and below it what the chosen node got and gave."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from ss_admin.contract.rule_chains import NodeTrace
from ss_admin.desktop.rule_chains.picture.chain_picture import ChainPicture
from ss_admin.desktop.rule_chains.picture.graph import ChainNode, read_graph
from ss_admin.desktop.rule_chains.picture.node_panel import NodePanel
from ss_admin.desktop.rule_chains.picture.run_marks import NOT_REACHED, mark_nodes
from ss_admin.desktop.theme.theme import Theme

__all__ = ["TraceView", "without_told_error"]


class TraceView(QWidget):
    """The failed node is chosen at first, else the one that ran first; a click or the arrow keys choose others."""

    def __init__(self, *, theme: Theme, name: str = "traceView", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.picture = ChainPicture(theme=theme, name=f"{name}.picture")
        self.panel = NodePanel(theme=theme, name=name)
        self._nodes: dict[str, ChainNode] = {}
        self._trace: dict[str, NodeTrace] = {}
        self._failed_node_id: str | None = None
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setObjectName(f"{name}.splitter")
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(9)
        splitter.addWidget(self.picture)
        splitter.addWidget(self.panel)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 3)
        splitter.setSizes([4000, 6000])
        self.picture.setMinimumHeight(112)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)
        self.picture.node_chosen.connect(self._show_node)
        self.picture.node_reached.connect(self._choose)

    def show_run(
        self,
        definition: Mapping[str, Any],
        trace: Sequence[NodeTrace],
        *,
        failed_node_id: str | None,
        error: str | None,
    ) -> None:
        """Shows a run of `definition`. `error`: why the run failed; the failed node says it, if it does not itself."""
        nodes = read_graph(definition).nodes
        self._nodes = {node.id: node for node in reversed(nodes)}
        self._failed_node_id = failed_node_id
        self._trace = {node.node_id: _with_error(node, failed_node_id, error) for node in trace}
        self.picture.show_definition(definition)
        self.picture.show_trace(trace, failed_node_id)
        first = min(trace, key=lambda node: node.order).node_id if trace else None
        self._choose(failed_node_id if failed_node_id in self._nodes else first)

    def clear(self) -> None:
        """Shows no run: the picture alone stays."""
        self._trace, self._failed_node_id = {}, None
        self.picture.clear_trace()
        self.picture.select_node(None)
        self.panel.show_node(None, None, None)

    def _choose(self, node_id: str | None) -> None:
        self.picture.select_node(node_id)
        self._show_node(node_id)

    def _show_node(self, node_id: str | None) -> None:
        node = self._nodes.get(node_id) if node_id is not None else None
        if node is None:
            self.panel.show_node(None, None, None)
            return
        marks = mark_nodes(list(self._trace.values()), self._failed_node_id)
        self.panel.show_node(node, marks.get(node.id, NOT_REACHED), self._trace.get(node.id))


def without_told_error(trace: Sequence[NodeTrace], told: str | None) -> list[NodeTrace]:
    """The trace without the words that are told above it already as the error of the whole run."""

    def is_told(node: NodeTrace) -> bool:
        return bool(told and node.error and node.error in told)

    return [node.model_copy(update={"error": None}) if is_told(node) else node for node in trace]


def _with_error(node: NodeTrace, failed_node_id: str | None, error: str | None) -> NodeTrace:
    """The failed node tells why the run failed where it has no words of its own."""
    if node.node_id != failed_node_id or node.error or not error:
        return node
    return node.model_copy(update={"error": error})
