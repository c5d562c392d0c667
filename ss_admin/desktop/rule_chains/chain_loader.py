"""Fetches one chain, the latest asked for."""

from PySide6.QtCore import QObject, Signal

from ss_admin.client.errors import ClientError
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.rule_chains import RuleChainDetail
from ss_admin.desktop.background import Background, Task

__all__ = ["ChainLoader"]


class ChainLoader(QObject):
    """`loaded` carries the chain, `failed` a `ClientError`; `busy_changed` tells when asking begins and ends."""

    loaded = Signal(object)
    failed = Signal(object)
    busy_changed = Signal(bool)

    def __init__(self, chains: RuleChainsClient, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chains = chains
        self._background = background
        self._task: Task | None = None

    def load(self, chain_id: str) -> None:
        """Asks for a chain; the answer to what was asked before is dropped."""
        self.cancel()
        self.busy_changed.emit(True)
        self._task = self._background.run(
            lambda: self._chains.get(chain_id), owner=self, done=self._on_loaded, failed=self._on_failed
        )

    def cancel(self) -> None:
        """Waits for no answer any more."""
        if self._task is not None:
            self._task.cancel()
            self._end()

    def _on_loaded(self, chain: RuleChainDetail) -> None:
        self._end()
        self.loaded.emit(chain)

    def _on_failed(self, error: ClientError) -> None:
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        self._task = None
        self.busy_changed.emit(False)
