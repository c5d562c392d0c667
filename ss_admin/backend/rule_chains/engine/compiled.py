"""Runs a rule chain: checks the payload against the input schema and evaluates the decision graph (GoRules).

A chain is compiled once per version. The engine evaluates by key from content that it was given when it was made:
that costs a few microseconds, while a decision object would be compiled anew for each call.
"""

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Protocol

import zen

from ss_admin.backend.rule_chains.engine.input_schema import InputSchema, InvalidSchema

__all__ = ["ChainSource", "CompiledChain", "CompiledChains", "RuleChainFailed", "RuleChainGone"]

MAX_COMPILED_CHAINS = 1000

_KEY = "chain"
_LONGEST_CAUSE = 500


class RuleChainFailed(Exception):
    """The chain itself failed. The text is the cause, for the log only: a partner never sees a chain's insides."""


class RuleChainGone(Exception):
    """The chain was deleted between the checks and the run."""


@dataclass(frozen=True, slots=True)
class ChainSource:
    """A version of a chain as it is stored."""

    version: int
    input_schema: dict[str, Any]
    definition: dict[str, Any]


class ChainLoader(Protocol):
    """Gives the stored form of a chain; None where there is no such chain."""

    def __call__(self, rulechain_id: str) -> ChainSource | None:
        """Raises `StoreUnavailable`."""
        ...


class CompiledChain:
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

    def run(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The result for a payload that fits the input schema. Raises `RuleChainFailed`."""
        try:
            result = self._engine.evaluate(_KEY, payload)["result"]
        except BaseException as fault:
            raise _as_failure(fault) from fault
        if not isinstance(result, dict):
            raise RuleChainFailed(f"the result is not an object but {type(result).__name__}")
        return result


class CompiledChains:
    """The chains compiled so far, the least recently used ones dropped beyond 1,000. Safe under threads.

    A call that is running keeps the version it began with.
    """

    def __init__(self, load: ChainLoader) -> None:
        self._load = load
        self._chains: OrderedDict[str, CompiledChain] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, rulechain_id: str, version: int) -> CompiledChain:
        """The chain, in `version` or a later one. Raises `RuleChainFailed`, `RuleChainGone`, `StoreUnavailable`."""
        with self._lock:
            chain = self._chains.get(rulechain_id)
            if chain is not None and chain.version >= version:
                self._chains.move_to_end(rulechain_id)
                return chain
        source = self._load(rulechain_id)
        if source is None:
            raise RuleChainGone
        return self._keep(rulechain_id, CompiledChain(source))

    def _keep(self, rulechain_id: str, chain: CompiledChain) -> CompiledChain:
        with self._lock:
            kept = self._chains.get(rulechain_id)
            if kept is None or kept.version < chain.version:
                self._chains[rulechain_id] = chain
            self._chains.move_to_end(rulechain_id)
            while len(self._chains) > MAX_COMPILED_CHAINS:
                self._chains.popitem(last=False)
        return chain


def _as_failure(fault: BaseException) -> RuleChainFailed:
    """The engine raises bare `Exception`s, and a panic of its own as a `BaseException`: all of them are failures."""
    if isinstance(fault, (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError)):
        raise fault
    text = _first_line(fault)
    try:
        told = json.loads(text)
        return RuleChainFailed(
            f"{told['type']} at node {told.get('nodeId', '?')}: {_first_line(told.get('source', ''))}"
        )
    except (ValueError, TypeError, KeyError):
        return RuleChainFailed(f"{type(fault).__name__}: {text}")


def _first_line(fault: object) -> str:
    """Without the engine's own backtrace, which begins on the second line."""
    return str(fault).partition("\n")[0][:_LONGEST_CAUSE]
