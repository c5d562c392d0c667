"""A compiled decision graph and one run of it, in whatever process it stands.

The engine (zen) evaluates by key from content that it was given when it was made: that costs a few microseconds, while
a decision object would be compiled anew for each call. It holds the interpreter's lock while it runs.
"""

import threading
import time
from typing import Any

import zen

from ss_admin.backend.rule_chains.engine.effect_nodes import EffectNodes, Gathered
from ss_admin.backend.rule_chains.engine.failures import compile_failure, explain_failure, read_failure
from ss_admin.backend.rule_chains.engine.limits import MAX_RESULT_BYTES
from ss_admin.backend.rule_chains.engine.outcomes import GraphFailed, Outcome, Step
from ss_admin.backend.rule_chains.engine.parts import CUSTOM, EXPRESSION, INPUT, OUTPUT, SWITCH, TABLE, objects, text_of
from ss_admin.backend.rule_chains.engine.steps import read_steps
from ss_admin.backend.rule_chains.engine.values import UnfitValue, as_json

__all__ = ["Graph"]

_KEY = "chain"
_RUNNABLE = frozenset({INPUT, OUTPUT, TABLE, EXPRESSION, SWITCH, CUSTOM})
_MOST_REPLAYS = 5
_new = tuple.__new__  # half the time of a named tuple's own
_TRACED: "zen.DecisionEvaluateOptions" = {"trace": True}


class Graph:
    """A graph that is ready to run. Raises `GraphFailed` where it cannot be made ready. Safe under threads."""

    def __init__(self, definition: dict[str, Any]) -> None:
        self._definition = definition
        for _, node in objects(definition.get("nodes")):
            if text_of(node, "type") not in _RUNNABLE:
                raise GraphFailed(f"Nodes of the type “{str(node.get('type'))[:60]}” do not run here.")
        self._nodes = EffectNodes(definition)
        self._has_effects = bool(self._nodes)
        self._thread = threading.local()
        self._engine = self._compile(self._nodes.rewritten)

    def run(self, payload: dict[str, Any], *, trace: bool = False, trial: bool = False) -> Outcome:
        """One run. `trial`: the trace tells effects as what would have been. Raises `GraphFailed`, and nothing else."""
        # A graph without effects gathers nothing; most calls are spared the trouble.
        gathered = self._gather_anew() if self._has_effects else None
        started = time.perf_counter_ns()
        try:
            answer = self._engine.evaluate(_KEY, payload, _TRACED) if trace else self._engine.evaluate(_KEY, payload)
            result = answer["result"]
            result_json = _checked(result, gathered)
        except GraphFailed as failure:
            failure.duration_ms = _milliseconds_since(started)
            raise
        except BaseException as fault:  # noqa: BLE001 - the engine's panics are no `Exception`
            raise self._failed(fault, payload, gathered, started, trial=trial) from None
        duration_ms = _milliseconds_since(started)
        effects = tuple(gathered.effects) if gathered else ()
        steps = read_steps(answer["trace"], self._nodes, effects, trial=trial) if trace else ()
        return _new(Outcome, (result, effects, steps, duration_ms, result_json))

    def _compile(self, definition: dict[str, Any]) -> zen.ZenEngine:
        options: zen.ZenEngineOptions = {"loader": {"type": "static", "content": {_KEY: definition}}}
        if self._has_effects:
            options["customHandler"] = self._handle
        try:
            return zen.ZenEngine(options)
        except BaseException as fault:  # noqa: BLE001 - the engine's panics are no `Exception`
            raise compile_failure(fault, definition) from None

    def _gather_anew(self) -> Gathered:
        gathered = self._thread.gathered = Gathered()
        return gathered

    def _handle(self, request: Any) -> dict[str, Any]:  # noqa: ANN401 - the engine's own class has no name in its stub
        gathered: Gathered = self._thread.gathered
        return self._nodes.handle(request.node, request.input, gathered)

    def _failed(
        self, fault: BaseException, payload: dict[str, Any], gathered: Gathered | None, started: int, *, trial: bool
    ) -> GraphFailed:
        failure = (gathered.failure if gathered else None) or read_failure(fault)
        failure.duration_ms = _milliseconds_since(started)
        if failure.node_id is not None:
            failure.node_id = self._nodes.seen_as(failure.node_id)
            failure.steps = self._replay(failure.node_id, payload, trial=trial)
            explain_failure(failure, self._nodes.node(failure.node_id))
        return failure

    def _replay(self, failed_id: str, payload: dict[str, Any], *, trial: bool) -> tuple[Step, ...]:
        """The trace up to the failed node, which the engine does not give: run again with that node passing on.

        A node that stands beside the failed one may fail in its turn; it is passed over too then, and left out.
        """
        passed_over = [failed_id]
        for _ in range(_MOST_REPLAYS):
            gathered = self._gather_anew()
            try:
                engine = self._compile(self._nodes.without(passed_over))
                answer = engine.evaluate(_KEY, payload, _TRACED)
            except BaseException as fault:  # noqa: BLE001 - the engine's panics are no `Exception`
                told = gathered.failure or read_failure(fault)
                if told.node_id is None or self._nodes.seen_as(told.node_id) in passed_over:
                    return ()
                passed_over.append(self._nodes.seen_as(told.node_id))
                continue
            steps = read_steps(answer["trace"], self._nodes, gathered.effects, trial=trial)
            last = next((step.order for step in steps if step.node_id == failed_id), -1)
            return tuple(step for step in steps if step.order <= last)
        return ()


def _checked(result: object, gathered: Gathered | None) -> bytes:
    """The result as JSON. Raises `GraphFailed` for what can be no result."""
    if not isinstance(result, dict):
        raise GraphFailed(f"The result is not an object but {_kind(result)}.")
    try:
        text = as_json(result)
    except UnfitValue as fault:
        raise GraphFailed(f"The result cannot be given as JSON: {fault}.") from None
    if len(text) > MAX_RESULT_BYTES:
        raise GraphFailed(
            f"The result is too large: {len(text) / 1024:,.0f} KiB as JSON, at most {MAX_RESULT_BYTES // 1024:,} KiB."
        )
    if gathered and gathered.bytes > MAX_RESULT_BYTES:
        raise GraphFailed(
            f"The documents and webhooks of the run are too large: together at most {MAX_RESULT_BYTES // 1024:,} KiB."
        )
    return text


def _kind(value: object) -> str:
    kinds = {list: "an array", str: "a text", bool: "a truth value", int: "a number", float: "a number"}
    return "null" if value is None else kinds.get(type(value), "something else")


def _milliseconds_since(started: int) -> float:
    return (time.perf_counter_ns() - started) // 1000 / 1000
