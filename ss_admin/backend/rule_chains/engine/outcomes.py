"""How one run of a decision graph ended, as every process knows it: quick to load, without pydantic."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from ss_admin.backend.rule_chains.engine.effects import Effect

__all__ = ["OUT_OF_MEMORY", "GraphFailed", "Outcome", "Step"]

OUT_OF_MEMORY = "It needed more memory than a rule chain may use, and was stopped."


@dataclass(frozen=True, slots=True)
class Step:
    """What one node got and gave; see `NodeTrace`, which is this on the wire."""

    node_id: str
    name: str
    kind: str
    order: int
    input: Any
    output: Any
    duration_ms: float | None
    error: str | None = None
    effect: str | None = None
    branches: list[str] | None = None


class Outcome(NamedTuple):
    """What a run that succeeded made. `steps` is empty unless a trace was asked for; `result_json`: the result's."""

    result: dict[str, Any]
    effects: tuple[Effect, ...]
    steps: tuple[Step, ...]
    duration_ms: float
    result_json: bytes


class GraphFailed(Exception):
    """A run failed, or the graph cannot run at all. `message`: a sentence for administrators."""

    def __init__(self, message: str, node_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.node_id = node_id
        self.steps: tuple[Step, ...] = ()
        self.duration_ms = 0.0
