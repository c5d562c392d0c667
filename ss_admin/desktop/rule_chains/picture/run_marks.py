"""What a run left on the picture: which nodes ran and when, which failed, which were not reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ss_admin.contract.rule_chains import NodeTrace

__all__ = ["NOT_REACHED", "NodeMark", "NodeState", "duration_words", "mark_nodes"]


class NodeState(StrEnum):
    """What became of a node in a run."""

    RAN = "ran"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True)
class NodeMark:
    """State and place in the run, from 1; `words` say both, without relying on colour.

    `branches`: of a switch, the ids of those that it took, where the trace tells.
    """

    state: NodeState
    words: str
    branches: frozenset[str] | None = None


NOT_REACHED = NodeMark(NodeState.NOT_REACHED, "Not reached")


def mark_nodes(trace: Sequence[NodeTrace], failed_node_id: str | None) -> Mapping[str, NodeMark]:
    """The marks of the nodes that the trace knows, by node id; all others were not reached."""
    marks = {}
    for place, node in enumerate(sorted(trace, key=lambda node: node.order), start=1):
        failed = node.node_id == failed_node_id or node.error is not None
        took = "" if node.duration_ms is None else f" · {duration_words(node.duration_ms)}"
        words = f"{place} · Failed" if failed else f"{place} · Ran{took}"
        branches = None if node.branches is None else frozenset(node.branches)
        marks[node.node_id] = NodeMark(NodeState.FAILED if failed else NodeState.RAN, words, branches)
    if failed_node_id is not None and failed_node_id not in marks:
        marks[failed_node_id] = NodeMark(NodeState.FAILED, "Failed")
    return marks


def duration_words(milliseconds: float) -> str:
    """A duration as people read it: “0.02 ms”, “14 ms”, “1.8 s”."""
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f} s"
    if milliseconds >= 10:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds:.1f} ms" if milliseconds >= 1 else f"{max(milliseconds, 0.01):.2f} ms"
