"""What goes into a run of a rule chain and what comes out of it: the version that runs, its answer, its failures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ss_admin.backend.rule_chains.engine.effects import Effect
from ss_admin.backend.rule_chains.engine.faults import Fault
from ss_admin.backend.rule_chains.engine.outcomes import GraphFailed, Outcome, Step
from ss_admin.contract.problems import FieldFault
from ss_admin.contract.rule_chains import NodeTrace

__all__ = [
    "Chain",
    "ChainSource",
    "PayloadMismatch",
    "RuleChainFailed",
    "RuleChainGone",
    "Run",
    "RunnersBusy",
    "as_failed",
    "as_mismatch",
    "as_run",
    "unfit_payload",
]

_new = tuple.__new__  # half the time of a named tuple's own


@dataclass(frozen=True, slots=True)
class ChainSource:
    """A version of a chain as it is stored. `version`: the one at which schema or graph last changed."""

    version: int
    input_schema: dict[str, Any]
    definition: dict[str, Any]


class Run(NamedTuple):
    """A run that succeeded. `trace` is empty unless it was asked for; `duration_ms`: the chain's own run.

    `result_json`: the result as JSON, where that is known already.
    """

    result: dict[str, Any]
    effects: tuple[Effect, ...] = ()
    trace: tuple[NodeTrace, ...] = ()
    duration_ms: float = 0.0
    result_json: bytes | None = None


class PayloadMismatch(Exception):
    """The payload does not fit the input schema: the chain did not run. `faults`: everything that is wrong with it."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = list(faults)


class RuleChainFailed(Exception):
    """The chain itself failed, and nothing that it wanted done is done.

    `message`: a sentence for administrators, never for partners, who see nothing of a chain's insides. `node_id`: the
    node that failed, None where it was none in particular. `trace`: the nodes that ran before, and the one that failed.
    `duration_ms`: until it failed.
    """

    def __init__(
        self, message: str, node_id: str | None = None, trace: Sequence[NodeTrace] = (), *, duration_ms: float = 0.0
    ) -> None:
        super().__init__(message)
        self.message = message
        self.node_id = node_id
        self.trace = tuple(trace)
        self.duration_ms = duration_ms


class RuleChainGone(Exception):
    """The chain was deleted between the checks and the run."""


class RunnersBusy(Exception):
    """All processes for runs that may take long are taken, and enough calls wait for them. Soon there is room again."""


class Chain(Protocol):
    """One version of a chain, ready to run, in this process or in another."""

    @property
    def version(self) -> int:
        """The version at which schema or graph last changed."""
        ...

    def execute(self, payload: dict[str, Any], *, trace: bool = False, size: int | None = None) -> Run:
        """The run for a payload. Raises `PayloadMismatch`, `RuleChainFailed` and `RunnersBusy`, nothing else.

        `size`: the bytes of JSON that the payload was read from; None where nobody knows.
        """
        ...


def as_run(outcome: Outcome) -> Run:
    """A run, from what the engine's own processes know of it."""
    result, effects, steps, duration_ms, result_json = outcome
    return _new(Run, (result, effects, _trace(steps) if steps else (), duration_ms, result_json))


def as_failed(failure: GraphFailed) -> RuleChainFailed:
    """A failure, from what the engine's own processes know of it."""
    return RuleChainFailed(failure.message, failure.node_id, _trace(failure.steps), duration_ms=failure.duration_ms)


def as_mismatch(faults: Iterable[Fault]) -> PayloadMismatch:
    """Everything that is wrong with a payload."""
    return PayloadMismatch([FieldFault(pointer=fault.pointer, detail=fault.detail) for fault in faults])


def unfit_payload() -> PayloadMismatch:
    """For a payload that is not even JSON that can be kept; what came over HTTP has been checked before."""
    detail = "The payload is nested too deeply, or has a number or a character that JSON does not know."
    return PayloadMismatch([FieldFault(pointer="", detail=detail)])


def _trace(steps: tuple[Step, ...]) -> tuple[NodeTrace, ...]:
    return tuple(NodeTrace.model_validate(step, from_attributes=True) for step in steps)
