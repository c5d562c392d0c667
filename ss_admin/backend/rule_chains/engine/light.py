"""Runs a chain in this very process, in microseconds: for chains that are sure to be quick."""

import logging
import time
from typing import Any

import orjson

from ss_admin.backend.rule_chains.engine.graph import Graph
from ss_admin.backend.rule_chains.engine.input_schema import InputSchema, InvalidSchema
from ss_admin.backend.rule_chains.engine.outcomes import GraphFailed
from ss_admin.backend.rule_chains.engine.runs import (
    Chain,
    ChainSource,
    RuleChainFailed,
    Run,
    as_failed,
    as_mismatch,
    as_run,
    unfit_payload,
)

__all__ = ["LightChain"]

_log = logging.getLogger(__name__)

SLOW_MILLISECONDS = 100.0


class LightChain:
    """One version of a light chain, ready to run. Raises `RuleChainFailed` where it cannot be made ready.

    `apart`: the same version in a process of its own. It gets payloads of more than `largest_payload` bytes, and all
    of them once the estimate has proved wrong. A call that takes more than 100 ms, however it ends, brings the chain
    under suspicion; one more that keeps this very thread busy for as long is the proof.
    """

    def __init__(self, source: ChainSource, apart: Chain, largest_payload: int) -> None:
        self.version = source.version
        self._apart = apart
        self._largest_payload = largest_payload
        self._is_suspect = False
        try:
            self._schema = InputSchema(source.input_schema)
            self._graph = Graph(source.definition)
        except InvalidSchema as fault:
            raise _unusable(fault) from None
        except GraphFailed as failure:
            raise as_failed(failure) from None

    def execute(self, payload: dict[str, Any], *, trace: bool = False, size: int | None = None) -> Run:
        """The run for a payload. Raises `PayloadMismatch`, `RuleChainFailed` and, if it goes apart, `RunnersBusy`."""
        if size is None:
            size = _size_of(payload)
        if size > self._largest_payload:
            return self._apart.execute(payload, trace=trace)
        # How long the thread was busy is a question to the system, which costs as much as the schema: not for everyone.
        busy_since = time.thread_time_ns() if self._is_suspect else None
        began = time.perf_counter_ns()
        try:
            if not self._schema.accepts(payload):
                raise as_mismatch(self._schema.find_faults(payload))
            return as_run(self._graph.run(payload, trace=trace))
        except GraphFailed as failure:
            raise as_failed(failure) from None
        except InvalidSchema as fault:
            raise _unusable(fault) from None
        finally:
            if time.perf_counter_ns() - began > SLOW_MILLISECONDS * 1e6:
                self._watch(busy_since)

    def _watch(self, busy_since: int | None) -> None:
        """Judged by what this thread itself took: a machine that has much else to do makes no chain heavy."""
        self._is_suspect = True
        if busy_since is None:
            return
        busy_ms = (time.thread_time_ns() - busy_since) / 1e6
        if busy_ms > SLOW_MILLISECONDS and self._largest_payload >= 0:
            self._largest_payload = -1
            _log.warning("a rule chain runs apart from now on: a run took %.0f ms", busy_ms)


def _size_of(payload: dict[str, Any]) -> int:
    try:
        return len(orjson.dumps(payload))
    except (TypeError, ValueError, RecursionError):
        raise unfit_payload() from None


def _unusable(fault: InvalidSchema) -> RuleChainFailed:
    return as_failed(GraphFailed(f"The input schema cannot be used: {fault}"))
