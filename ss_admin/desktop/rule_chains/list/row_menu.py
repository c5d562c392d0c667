"""The menu behind a row's ⋯."""

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from ss_admin.contract.rule_chains import RuleChain
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.menu import Menu

__all__ = ["RowMenu"]


class RowMenu(Menu):
    """What can be done to one chain. Each signal carries the chain."""

    edit_requested = Signal(object)
    test_requested = Signal(object)
    executions_requested = Signal(object)
    endpoint_requested = Signal(object)
    enabled_requested = Signal(object, bool)
    external_requested = Signal(object, bool)
    export_requested = Signal(object)
    delete_requested = Signal(object)

    def __init__(self, chain: RuleChain, *, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, name="ruleChains.rowMenu")
        self.setAccessibleName(f"Actions for {chain.name}")
        self.setToolTipsVisible(True)
        self._theme = theme
        add = self._add
        add("edit", "Edit Rulechain", "ph.pencil-simple").connect(lambda: self.edit_requested.emit(chain))
        add("test", "Test", "ph.flask").connect(lambda: self.test_requested.emit(chain))
        add("executions", "Executions", "ph.list-dashes").connect(lambda: self.executions_requested.emit(chain))
        add("endpoint", "Copy API endpoint", "ph.copy").connect(lambda: self.endpoint_requested.emit(chain))
        self.addSeparator()
        self._add_switches(chain)
        self.addSeparator()
        add("export", "Export…", "ph.export").connect(lambda: self.export_requested.emit(chain))
        self.addSeparator()
        add("delete", "Delete", "ph.trash", "danger_fg").connect(lambda: self.delete_requested.emit(chain))

    def _add_switches(self, chain: RuleChain) -> None:
        """The two switches, each in the words of what it would do now."""
        if chain.enabled:
            entry = ("disable", "Disable", "ph.prohibit", "Every call is refused at once, with 403")
        else:
            entry = ("enable", "Enable", "ph.check-circle", "The chain runs again")
        self._add(*entry[:3], tooltip=entry[3]).connect(lambda: self.enabled_requested.emit(chain, not chain.enabled))
        if chain.is_external:
            entry = ("internal", "Make internal", "ph.house-simple", "Partners’ calls are refused at once, with 403")
        else:
            entry = ("external", "Make external", "ph.globe-simple", "Partners can call it with an API key")
        self._add(*entry[:3], tooltip=entry[3]).connect(
            lambda: self.external_requested.emit(chain, not chain.is_external)
        )

    def _add(self, name: str, text: str, icon: str, role: str = "text_dimmed", *, tooltip: str = "") -> SignalInstance:
        action = self.addAction(self._theme.icon(icon, role), text)
        action.setObjectName(f"ruleChains.rowMenu.{name}")
        action.setToolTip(tooltip)
        return action.triggered
