"""The rule chains that match what is typed, and what is worth knowing of a chain where one is chosen."""

from typing import Protocol

from PySide6.QtCore import QObject

from ss_admin.contract.rule_chains import RuleChain, RuleChainPage
from ss_admin.desktop.background import Background
from ss_admin.desktop.widgets.choosing.search_rows import SearchRows

__all__ = ["ChainSearch", "ChainSource", "chain_marks"]

_PAGE_SIZE = 50


class ChainSource(Protocol):
    """Where rule chains are found: `RuleChainsClient`."""

    def list_page(self, *, search: str = "", limit: int = 100, cursor: str | None = None) -> RuleChainPage:
        """A page of the chains whose name or description holds `search`."""

    def get(self, rule_chain_id: str) -> RuleChain:
        """One chain. Raises `NotFound`."""


def chain_marks(chain: RuleChain) -> tuple[str, ...]:
    """Why partners cannot call the chain now, a word each: “Internal”, “Disabled”."""
    marks = (("Internal", not chain.is_external), ("Disabled", not chain.enabled))
    return tuple(mark for mark, applies in marks if applies)


class ChainSearch(SearchRows):
    """Rule chains, found by name and description."""

    def __init__(self, source: ChainSource, background: Background, parent: QObject | None = None) -> None:
        super().__init__(
            lambda text, cursor: source.list_page(search=text, limit=_PAGE_SIZE, cursor=cursor),
            lambda chain: ", ".join((chain.name, *chain_marks(chain))),
            background,
            parent,
        )
