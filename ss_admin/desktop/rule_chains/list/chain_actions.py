"""What is done to one chain from the list: its two switches, delete, copy its address, export."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ss_admin.client.errors import ClientError, NotFound, OutcomeUnknown, VersionConflict
from ss_admin.contract.rule_chains import RuleChain, RuleChainChange, RuleChainDetail
from ss_admin.desktop.clipboard import CopyOutcome
from ss_admin.desktop.deletion import Deletion
from ss_admin.desktop.error_text import describe
from ss_admin.desktop.rule_chains.chain_file import file_name, write_definition
from ss_admin.desktop.rule_chains.delete_dialog import DeleteChainDialog
from ss_admin.desktop.rule_chains.file_exchange import FileExchange
from ss_admin.desktop.rule_chains.surroundings import Surroundings
from ss_admin.desktop.widgets.dialog import Message

__all__ = ["ChainActions", "switch_words"]


def switch_words(chain: RuleChain, switch: str) -> str:
    """What it means for partners that one of the switches (“enabled”, “is_external”) stands as it does now."""
    if switch == "enabled":
        if not chain.enabled:
            return f"“{chain.name}” is disabled: every call is refused with 403."
        rest = "" if chain.is_external else " It is internal, so partners cannot call it yet."
        return f"“{chain.name}” is enabled.{rest}"
    if not chain.is_external:
        return f"“{chain.name}” is internal: partners’ calls are refused with 403."
    rest = "Partners can call it now." if chain.enabled else "Partners can call it once it is enabled."
    return f"“{chain.name}” is external. {rest}"


class ChainActions(QObject):
    """Does it off the UI thread, and says in the end what came of it.

    `said`: words for a toast; `failed`: a `ClientError` for the shell; `outdated`: the list no longer tells the truth.
    """

    said = Signal(str)
    failed = Signal(object)
    outdated = Signal()

    def __init__(self, surroundings: Surroundings, window: QWidget) -> None:
        super().__init__(window)
        self._with = surroundings
        self._window = window
        self._files = FileExchange(surroundings.background, window)

    def set_enabled(self, chain: RuleChain, enabled: bool) -> None:
        """Switches the chain on or off, unless somebody else changed it since it was shown."""
        self._change(chain, RuleChainChange(enabled=enabled), "enabled")

    def set_external(self, chain: RuleChain, external: bool) -> None:
        """Lets partners call the chain or not, unless somebody else changed it since it was shown."""
        self._change(chain, RuleChainChange(is_external=external), "is_external")

    def copy_endpoint(self, chain: RuleChain) -> None:
        """Copies the address that partners call."""
        if self._with.clipboard.copy(chain.endpoint_url) is CopyOutcome.COPIED:
            self.said.emit(f"The API endpoint of “{chain.name}” was copied.")
        else:
            self._tell(
                "The address was not copied", f"No clipboard can be used here. The address is:\n\n{chain.endpoint_url}"
            )

    def export(self, chain: RuleChain) -> None:
        """Fetches the chain's definition and asks where to write it."""
        self._with.background.run(
            lambda: self._with.chains.get(chain.id),
            owner=self,
            done=self._write,
            failed=lambda error: self._on_failed(error, chain),
        )

    def delete(self, chain: RuleChain) -> DeleteChainDialog:
        """Asks, and deletes the chain as it was shown."""
        dialog = DeleteChainDialog(self._window, chain, theme=self._with.theme, now=self._with.clock())
        deletion = Deletion(dialog, self._with.chains, self._with.background, show_failure=dialog.show_failure)
        dialog.confirmed.connect(deletion.order)
        deletion.deleted.connect(self._on_deleted)
        deletion.gone.connect(self._tell_gone)
        deletion.changed.connect(lambda now: self._ask_again(dialog, now))
        deletion.in_doubt.connect(self.outdated)
        deletion.failed.connect(self.failed)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        self._with.background.run(
            lambda: self._with.chains.scoped_keys(chain.id, limit=10),
            owner=dialog,
            done=lambda page: dialog.show_keys(page.items, page.total),
            failed=lambda error: dialog.show_keys_unknown(describe(error)),
        )
        return dialog

    def _change(self, chain: RuleChain, change: RuleChainChange, switch: str) -> None:
        def done(now: RuleChainDetail) -> None:
            self.said.emit(switch_words(now, switch))
            self.outdated.emit()

        self._with.background.run(
            lambda: self._with.chains.change(chain.id, change, version=chain.version),
            owner=self,
            done=done,
            failed=lambda error: self._on_failed(error, chain),
        )

    def _on_failed(self, error: ClientError, chain: RuleChain) -> None:
        if isinstance(error, VersionConflict):
            self.outdated.emit()
            self._tell(
                f"“{chain.name}” was not changed",
                "Somebody else changed this rule chain meanwhile, so nothing was done. The list now shows it as it is. "
                "Look at it and try again.",
            )
        elif isinstance(error, NotFound):
            self._tell_gone(chain)
        elif isinstance(error, OutcomeUnknown):
            self.outdated.emit()
            self._tell("Was it changed?", describe(error))
        else:
            self.failed.emit(error)

    def _write(self, chain: RuleChainDetail) -> None:
        def done(name: str, refusal: str) -> None:
            if refusal:
                self._tell("The rule chain was not exported", refusal)
            else:
                self.said.emit(f"“{chain.name}” was exported to {name}.")

        self._files.save(file_name(chain.name), write_definition(chain.definition), done)

    def _on_deleted(self, chain: RuleChain) -> None:
        self.said.emit(f"“{chain.name}” was deleted.")
        self.outdated.emit()

    def _ask_again(self, dialog: DeleteChainDialog, now: RuleChain) -> None:
        self.outdated.emit()
        dialog.show_changed(now, self._with.clock())

    def _tell_gone(self, chain: RuleChain) -> None:
        self.outdated.emit()
        self._tell(f"“{chain.name}” is no longer there", "Somebody else deleted this rule chain meanwhile.")

    def _tell(self, heading: str, text: str) -> None:
        Message(self._window, theme=self._with.theme, name="ruleChains.message", heading=heading, text=text).open()
