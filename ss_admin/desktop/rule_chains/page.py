"""The page “Rule Chains”: the list, and in its place the page of the chain that was opened."""

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.executions import ExecutionsClient
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.rule_chains import RuleChain, RuleChainDetail
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.moments import Clock, utc_now
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.rule_chains.chain_page import ChainPage
from ss_admin.desktop.rule_chains.chain_tabs import ChainTab
from ss_admin.desktop.rule_chains.file_exchange import FileExchange, OpenedFile
from ss_admin.desktop.rule_chains.list.chain_actions import ChainActions
from ss_admin.desktop.rule_chains.list.chain_list import ChainList
from ss_admin.desktop.rule_chains.list.row_menu import RowMenu
from ss_admin.desktop.rule_chains.new_dialog import ImportChainDialog, NewChainDialog
from ss_admin.desktop.rule_chains.surroundings import Surroundings
from ss_admin.desktop.rule_chains.templates import Template, load_templates
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Message

__all__ = ["RuleChainsPage"]

_DOUBLE_CLICK_MS = 400


class RuleChainsPage(QWidget):
    """Coordinates.

    `said` carries words for a toast, `failed` a `ClientError` that the shell deals with, `recovered` tells that the
    backend answers.
    """

    said = Signal(str)
    failed = Signal(object)
    recovered = Signal()

    def __init__(
        self,
        rule_chains: RuleChainsClient,
        executions: ExecutionsClient,
        api_keys: ApiKeysClient,
        *,
        background: Background,
        clipboard: Clipboard,
        theme: Theme,
        preferences: Preferences,
        clock: Clock = utc_now,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._with = Surroundings(rule_chains, executions, api_keys, background, clipboard, theme, preferences, clock)
        self.list = ChainList(self._with)
        self._chain: ChainPage | None = None
        self.actions_on_chain = ChainActions(self._with, self)
        self._files = FileExchange(background, self)
        self._was_shown = False
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._connect()

    @property
    def chain(self) -> ChainPage:
        """The page of one chain; it is made when the first chain is opened."""
        if self._chain is None:
            self._chain = ChainPage(self._with)
            self._stack.addWidget(self._chain)
            self._chain.said.connect(self.said)
            self._chain.failed.connect(self.failed)
            self._chain.recovered.connect(self.recovered)
            self._chain.left.connect(self._show_list)
        return self._chain

    @property
    def is_chain_open(self) -> bool:
        """Whether the page of a chain stands in the place of the list."""
        return self._chain is not None and self._stack.currentWidget() is self._chain

    def activate(self) -> None:
        """The page comes to the front; chosen once more while it is there, it goes back to the list."""
        was_shown, self._was_shown = self._was_shown, False
        if not self.is_chain_open:
            self.list.activate()
        elif was_shown:
            self.chain.refresh()
        else:
            self.chain.leave()

    def refresh(self) -> None:
        """Asks anew for what is in front; what was typed stays."""
        if self.is_chain_open:
            self.chain.refresh()
        else:
            self.list.refresh()

    def set_stale(self, stale: bool) -> None:
        """The backend is away (or back): marks what is shown, which stays as it is."""
        self.list.set_stale(stale)
        if self._chain is not None:
            self._chain.set_stale(stale)

    def unsaved(self) -> str:
        """What would be lost if the window were closed now, in a sentence; empty: nothing."""
        if not self.is_chain_open or not self.chain.has_changes():
            return ""
        return f"Your changes to “{self.chain.head.name.text()}” have not been saved."

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._was_shown = True

    def _connect(self) -> None:
        for part in (self.list, self.actions_on_chain):
            part.said.connect(self.said)
            part.failed.connect(self.failed)
        self.list.recovered.connect(self.recovered)
        self.actions_on_chain.outdated.connect(self.list.refresh)
        self.list.create_requested.connect(self._ask_for_template)
        self.list.import_requested.connect(lambda: self._files.open(self._ask_for_name))
        self.list.chains.open_requested.connect(self._open)
        self.list.chains.delete_requested.connect(self.actions_on_chain.delete)
        self.list.chains.menu_requested.connect(self._open_menu)

    def _open(self, chain: RuleChain, tab: ChainTab = ChainTab.EDIT) -> None:
        """Opens the chain's page. The second half of a double click must not press what lies there."""
        self.chain.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        QTimer.singleShot(
            _DOUBLE_CLICK_MS,
            self.chain,
            lambda: self.chain.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False),
        )
        self._stack.setCurrentWidget(self.chain)
        self.chain.open(chain, tab)

    def _show_list(self) -> None:
        self._stack.setCurrentWidget(self.list)
        self.list.activate()

    def _open_menu(self, chain: RuleChain, place: QPoint) -> None:
        menu = RowMenu(chain, theme=self._with.theme, parent=self.list.chains)
        menu.edit_requested.connect(self._open)
        menu.test_requested.connect(lambda it: self._open(it, ChainTab.TEST))
        menu.executions_requested.connect(lambda it: self._open(it, ChainTab.EXECUTIONS))
        menu.endpoint_requested.connect(self.actions_on_chain.copy_endpoint)
        menu.enabled_requested.connect(self.actions_on_chain.set_enabled)
        menu.external_requested.connect(self.actions_on_chain.set_external)
        menu.export_requested.connect(self.actions_on_chain.export)
        menu.delete_requested.connect(self.actions_on_chain.delete)
        menu.aboutToHide.connect(lambda: self.list.chains.show_menu_open(None))
        menu.aboutToHide.connect(menu.deleteLater)
        self.list.chains.show_menu_open(chain.id)
        menu.popup(place)
        menu.setActiveAction(menu.actions()[0])

    def _ask_for_template(self) -> None:
        def ask(templates: tuple[Template, ...]) -> None:
            self._open_creation(NewChainDialog(self, self._with, templates))

        self._with.background.run(load_templates, owner=self, done=ask, failed=self.failed.emit)

    def _ask_for_name(self, opened: OpenedFile) -> None:
        if opened.chain is None:
            heading = f"{opened.name} was not imported"
            Message(
                self, theme=self._with.theme, name="ruleChains.message", heading=heading, text=opened.refusal
            ).open()
        else:
            self._open_creation(ImportChainDialog(self, self._with, opened))

    def _open_creation(self, dialog: NewChainDialog | ImportChainDialog) -> None:
        dialog.created.connect(self._on_created)
        dialog.failed.connect(self.failed)
        dialog.outdated.connect(self.list.refresh)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_created(self, chain: RuleChainDetail) -> None:
        self.said.emit(f"“{chain.name}” was created. It is internal until you switch “Is External” on.")
        self.list.expect(chain.id)
        self._open(chain)
