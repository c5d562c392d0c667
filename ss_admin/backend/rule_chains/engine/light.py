"""Runs a chain in this very process, in microseconds: for chains that are known to be quick."""

import json
import time
from typing import Any

import zen

from ss_admin.backend.rule_chains.engine.input_schema import InputSchema, InvalidSchema
from ss_admin.backend.rule_chains.engine.runs import ChainSource, PayloadMismatch, RuleChainFailed, Run
from ss_admin.contract.problems import FieldFault

__all__ = ["LightChain"]

_KEY = "chain"
_LONGEST_CAUSE = 500


class LightChain:
    """One version of a chain, ready to run. Raises `RuleChainFailed` where it cannot be made ready."""

    def __init__(self, source: ChainSource) -> None:
        self.version = source.version
        try:
            self.input_schema = InputSchema(source.input_schema)
        except InvalidSchema as fault:
            raise RuleChainFailed(f"input schema: {_first_line(fault)}") from fault
        try:
            loader: zen.StaticLoaderConfig = {"type": "static", "content": {_KEY: source.definition}}
            self._engine = zen.ZenEngine({"loader": loader})
        except BaseException as fault:
            raise _as_failure(fault) from fault

    def execute(self, payload: dict[str, Any], *, trace: bool = False) -> Run:
        """The run for a payload. Raises `PayloadMismatch` and `RuleChainFailed`."""
        faults = self.input_schema.find_faults(payload)
        if faults:
            raise PayloadMismatch([FieldFault(pointer=fault.pointer, detail=fault.detail) for fault in faults])
        started = time.perf_counter_ns()
        try:
            result = self._engine.evaluate(_KEY, payload)["result"]
        except BaseException as fault:
            raise _as_failure(fault) from fault
        if not isinstance(result, dict):
            raise RuleChainFailed(f"the result is not an object but {type(result).__name__}")
        return Run(result, duration_ms=round((time.perf_counter_ns() - started) / 1e6, 3))


def _as_failure(fault: BaseException) -> RuleChainFailed:
    """The engine raises bare `Exception`s, and a panic of its own as a `BaseException`: all of them are failures."""
    if isinstance(fault, (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError)):
        raise fault
    text = _first_line(fault)
    try:
        told = json.loads(text)
        return RuleChainFailed(
            f"{told['type']} at node {told.get('nodeId', '?')}: {_first_line(told.get('source', ''))}",
            told.get("nodeId"),
        )
    except (ValueError, TypeError, KeyError):
        return RuleChainFailed(f"{type(fault).__name__}: {text}")


def _first_line(fault: object) -> str:
    """Without the engine's own backtrace, which begins on the second line."""
    return str(fault).partition("\n")[0][:_LONGEST_CAUSE]
