"""Loads the definitions of chains that a call is the first to run."""

from dataclasses import dataclass

from ss_admin.backend.rule_chains.engine.runs import ChainSource
from ss_admin.backend.rule_chains.service import load_chain
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.patience import PATIENCE_SECONDS, Patience

__all__ = ["StoredChains"]


@dataclass(frozen=True, slots=True)
class StoredChains:
    """The loader of `CompiledChains`. `patience`: a store that hangs must not keep the thread of the call."""

    store: Store
    patience: Patience

    def __call__(self, rulechain_id: str) -> ChainSource | None:
        """The chain as it is stored, None where there is none. Raises `StoreUnavailable`, after two seconds at most."""
        return self.patience.ask(lambda: self._load(rulechain_id), seconds=PATIENCE_SECONDS)

    def _load(self, rulechain_id: str) -> ChainSource | None:
        with self.store.reading() as session:
            row = load_chain(session, rulechain_id)
        return None if row is None else ChainSource(row.definition_version, row.input_schema, row.definition)
