"""The rule chains that are ready to run: each is compiled once per version and kept, the least used ones dropped."""

import threading
from collections import OrderedDict
from typing import Protocol

from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.engine.light import LightChain
from ss_admin.backend.rule_chains.engine.runs import Chain, ChainSource, RuleChainGone
from ss_admin.backend.rule_chains.engine.weight import largest_light_payload

__all__ = ["ChainLoader", "CompiledChains"]

MAX_COMPILED_CHAINS = 1000


class ChainLoader(Protocol):
    """Gives the stored form of a chain; None where there is no such chain."""

    def __call__(self, rulechain_id: str) -> ChainSource | None:
        """Raises `StoreUnavailable`."""
        ...


class CompiledChains:
    """The chains compiled so far, the least recently used ones dropped beyond 1,000. Safe under threads.

    A call that is running keeps the version it began with.
    """

    def __init__(self, load: ChainLoader, runners: ApartRunners) -> None:
        self._load = load
        self._runners = runners
        self._chains: OrderedDict[str, Chain] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, rulechain_id: str, definition_version: int) -> Chain:
        """The chain, in that version or a later one. Raises `RuleChainFailed`, `RuleChainGone`, `StoreUnavailable`."""
        with self._lock:
            chain = self._chains.get(rulechain_id)
            if chain is not None and chain.version >= definition_version:
                self._chains.move_to_end(rulechain_id)
                return chain
        source = self._load(rulechain_id)
        if source is None:
            raise RuleChainGone
        return self._keep(rulechain_id, self._make_ready(source))

    def _make_ready(self, source: ChainSource) -> Chain:
        """A light chain is compiled here; all others are not looked at any closer than that, by this process."""
        apart = self._runners.chain(source)
        largest = largest_light_payload(source.input_schema, source.definition)
        return apart if largest is None else LightChain(source, apart, largest)

    def _keep(self, rulechain_id: str, chain: Chain) -> Chain:
        with self._lock:
            kept = self._chains.get(rulechain_id)
            if kept is None or kept.version < chain.version:
                self._chains[rulechain_id] = chain
            self._chains.move_to_end(rulechain_id)
            while len(self._chains) > MAX_COMPILED_CHAINS:
                self._chains.popitem(last=False)
        return chain
