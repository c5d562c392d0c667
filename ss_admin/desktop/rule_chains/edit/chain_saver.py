"""Saves a chain, one order at a time, and tells the outcomes apart that the editor must tell apart."""

from PySide6.QtCore import QObject

from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.rule_chains import RuleChainChange, RuleChainDetail
from ss_admin.desktop.background import Background
from ss_admin.desktop.rule_chains.edit.chain_draft import without_what_is_there
from ss_admin.desktop.saver import Saver

__all__ = ["ChainSaver"]


class ChainSaver(Saver):
    """Saves a chain over the version that was edited."""

    def __init__(self, chains: RuleChainsClient, background: Background, parent: QObject | None = None) -> None:
        super().__init__(background, parent)
        self._chains = chains

    def change(self, chain: RuleChainDetail, change: RuleChainChange) -> None:
        """Changes `chain` if nobody else has changed it since; else fetches what they made of it."""
        self.save(
            lambda: self._chains.change(chain.id, change, version=chain.version),
            lambda: self._chains.get(chain.id),
            lambda theirs: without_what_is_there(change, theirs) is None,
        )
