"""Saves a chain, one order at a time, and tells the outcomes apart that the editor must tell apart."""

from PySide6.QtCore import QObject, Signal

from ss_admin.client.errors import ClientError, NotFound, VersionConflict
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.rule_chains import RuleChainChange, RuleChainDetail
from ss_admin.desktop.background import Background
from ss_admin.desktop.rule_chains.edit.chain_draft import without_what_is_there

__all__ = ["ChainSaver"]


class ChainSaver(QObject):
    """While an order is under way (`is_busy`) a second one is not taken, so a double click saves once.

    After an order exactly one of the signals follows. `conflicted` carries somebody else's version.
    """

    busy_changed = Signal(bool)
    saved = Signal(object)
    conflicted = Signal(object)
    deleted = Signal()
    failed = Signal(object)

    def __init__(self, chains: RuleChainsClient, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chains = chains
        self._background = background
        self._busy = False

    @property
    def is_busy(self) -> bool:
        """Whether the answer to an order is awaited."""
        return self._busy

    def change(self, chain: RuleChainDetail, change: RuleChainChange) -> None:
        """Changes `chain` if nobody else has changed it since; else fetches what they made of it."""
        if self._busy:
            return
        self._busy = True
        self.busy_changed.emit(True)

        def on_failed(error: ClientError) -> None:
            if isinstance(error, VersionConflict):
                self._fetch_theirs(chain, change)
            else:
                self._on_failed(error)

        self._background.run(
            lambda: self._chains.change(chain.id, change, version=chain.version),
            owner=self,
            done=self._on_saved,
            failed=on_failed,
        )

    def _fetch_theirs(self, chain: RuleChainDetail, change: RuleChainChange) -> None:
        def on_fetched(theirs: RuleChainDetail) -> None:
            # Nothing of ours is left to save, as after an answer that was lost on its way: then there is no conflict.
            is_there = without_what_is_there(change, theirs) is None
            self._end()
            (self.saved if is_there else self.conflicted).emit(theirs)

        self._background.run(lambda: self._chains.get(chain.id), owner=self, done=on_fetched, failed=self._on_failed)

    def _on_saved(self, chain: RuleChainDetail) -> None:
        self._end()
        self.saved.emit(chain)

    def _on_failed(self, error: ClientError) -> None:
        self._end()
        if isinstance(error, NotFound):
            self.deleted.emit()
        else:
            self.failed.emit(error)

    def _end(self) -> None:
        self._busy = False
        self.busy_changed.emit(False)
