"""Runs chains in processes of their own, which can be stopped at a time limit without harm to anything else."""

from typing import Any

from ss_admin.backend.rule_chains.engine.checks import find_definition_faults
from ss_admin.backend.rule_chains.engine.light import LightChain
from ss_admin.backend.rule_chains.engine.runs import ChainSource, Run, RunnersBusy
from ss_admin.contract.problems import FieldFault

__all__ = ["ApartRunners", "RunnersBusy"]


class ApartRunners:
    """A pool of child processes, started when they are first needed. Safe under threads.

    `processes`: how many at most; one chain has at most half of them. `time_limit`: seconds, then a run is stopped.
    """

    def __init__(self, *, processes: int = 2, time_limit: float = 2.0) -> None:
        self._processes = processes
        self._time_limit = time_limit

    def execute(
        self, source: ChainSource, payload: dict[str, Any], *, trace: bool = False, effects: bool = True
    ) -> Run:
        """Run a chain. `effects` False (a trial run): none are gathered, the trace tells what they would have been.

        Raises `PayloadMismatch`, `RuleChainFailed`, `RunnersBusy`.
        """
        run = LightChain(source).execute(payload, trace=trace)
        return run if effects else Run(run.result, (), run.trace, run.duration_ms)

    def check(self, input_schema: dict[str, Any], definition: dict[str, Any]) -> list[FieldFault]:
        """What stands against saving this, up to 100 faults; pointers begin with `/input_schema` or `/definition`.

        Raises `RunnersBusy`.
        """
        faults = find_definition_faults(input_schema, definition)
        return [FieldFault(pointer=fault.pointer, detail=fault.detail) for fault in faults]

    def close(self) -> None:
        """Stop all processes; runs that are under way fail. Idempotent."""
