"""What is known of the rule chains that keys are narrowed to: their names, or that they have been deleted."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal

from ss_admin.client.errors import ClientError, NotFound
from ss_admin.contract.rule_chains import RuleChain
from ss_admin.desktop.api_keys.chains.chain_search import ChainSource
from ss_admin.desktop.background import Background

__all__ = ["DELETED_CHAIN", "ChainNames"]

DELETED_CHAIN = "Deleted rule chain"

_BRIEF = 8
_Found = dict[str, RuleChain | None]


class ChainNames(QObject):
    """A key names its chains by id alone. `changed`: more is known; `failed`: the server could not be asked."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, source: ChainSource, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._background = background
        self._found: _Found = {}

    def chain(self, chain_id: str) -> RuleChain | None:
        """The chain; None where it is not known (yet) or deleted."""
        return self._found.get(chain_id)

    def is_deleted(self, chain_id: str) -> bool:
        """Whether it is known that there is no such chain any more."""
        return chain_id in self._found and self._found[chain_id] is None

    def words(self, chain_id: str) -> str:
        """The chain's name; where there is none, what is known, with the id."""
        chain = self.chain(chain_id)
        if chain is not None:
            return chain.name
        return f"{DELETED_CHAIN} {chain_id}" if self.is_deleted(chain_id) else chain_id

    def brief_words(self, chain_id: str) -> str:
        """The same with no more of an id than tells two of them apart."""
        chain = self.chain(chain_id)
        shown = chain_id if len(chain_id) <= _BRIEF else chain_id[:_BRIEF] + "…"
        if chain is not None:
            return chain.name
        return f"{DELETED_CHAIN} {shown}" if self.is_deleted(chain_id) else shown

    def remember(self, chain: RuleChain) -> None:
        """What was just seen needs not to be asked for."""
        self._found[chain.id] = chain

    def learn(self, chain_ids: Iterable[str], then: Callable[[], None] | None = None) -> None:
        """Asks for those that are not known, then calls `then`, also where the server cannot be asked."""
        unknown = [chain_id for chain_id in chain_ids if chain_id not in self._found]
        if not unknown:
            if then is not None:
                then()
            return

        def done(found: _Found) -> None:
            self._found |= found
            self.changed.emit()
            if then is not None:
                then()

        def failed(error: ClientError) -> None:
            self.failed.emit(error)
            if then is not None:
                then()

        self._background.run(lambda: _find(self._source, unknown), owner=self, done=done, failed=failed)


def _find(source: ChainSource, chain_ids: Iterable[str]) -> _Found:
    found: _Found = {}
    for chain_id in chain_ids:
        try:
            found[chain_id] = source.get(chain_id)
        except NotFound:
            found[chain_id] = None
    return found
