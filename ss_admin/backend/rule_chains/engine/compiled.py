"""The rule chains that are ready to run: each is compiled once per version, the least used ones dropped."""

import threading
from typing import Protocol

from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.engine.light import LightChain
from ss_admin.backend.rule_chains.engine.runs import Chain, ChainSource, RuleChainGone
from ss_admin.backend.rule_chains.engine.weight import largest_light_payload

__all__ = ["ChainLoader", "ChainPlace", "CompiledChains"]

MAX_COMPILED_CHAINS = 1000


class ChainLoader(Protocol):
    """Gives the stored form of a chain; None where there is no such chain."""

    def __call__(self, rulechain_id: str) -> ChainSource | None:
        """Raises `StoreUnavailable`."""
        ...


class ChainPlace(Protocol):
    """Where calls find a chain, and keep it once it is ready to run. `seen_at`: the moment of the last call."""

    id: str
    definition_version: int
    chain: Chain | None
    seen_at: float


class CompiledChains:
    """Makes chains ready to run, and keeps at most 1,000 so: then the least recently used place is emptied.

    Safe under threads. A call that runs keeps the version it began with.
    Who finds a chain in its place need not come here.
    """

    def __init__(self, load: ChainLoader, runners: ApartRunners) -> None:
        self._load = load
        self._runners = runners
        self._places: dict[str, ChainPlace] = {}
        self._lock = threading.Lock()

    def get(self, place: ChainPlace) -> Chain:
        """The chain, in the place's version or a later one.

        Raises `RuleChainFailed`, `RuleChainGone` and `StoreUnavailable`.
        """
        chain = place.chain
        if chain is None:
            source = self._load(place.id)
            if source is None:
                raise RuleChainGone
            chain = place.chain = self._make_ready(source)
            self._note(place)
        return chain

    def _make_ready(self, source: ChainSource) -> Chain:
        """A light chain is compiled here; all others are not looked at any closer than that, by this process."""
        apart = self._runners.chain(source)
        largest = largest_light_payload(source.input_schema, source.definition)
        return apart if largest is None else LightChain(source, apart, largest)

    def _note(self, place: ChainPlace) -> None:
        with self._lock:
            replaced = self._places.get(place.id)
            if replaced is not None and replaced is not place:
                replaced.chain = None  # what is not in this list any more holds no chain, so that the list bounds them
            self._places[place.id] = place
            if len(self._places) > MAX_COMPILED_CHAINS:
                others = (other for other in self._places.values() if other is not place)
                idle = min(others, key=lambda other: other.seen_at)
                del self._places[idle.id]
                idle.chain = None
