"""The three tabs of a chain's page: “Edit Rulechain”, “Test”, “Executions”, and what stands there without a chain."""

from enum import IntEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ss_admin.contract.rule_chains import RuleChainDetail
from ss_admin.desktop.rule_chains.edit.edit_tab import EditTab
from ss_admin.desktop.rule_chains.executions.executions_tab import ExecutionsTab
from ss_admin.desktop.rule_chains.surroundings import Surroundings
from ss_admin.desktop.rule_chains.trial.test_tab import TestTab
from ss_admin.desktop.widgets.busy import ProgressStripe
from ss_admin.desktop.widgets.empty_state import EmptyState
from ss_admin.desktop.widgets.labels import line
from ss_admin.desktop.widgets.tab_bar import TabBar

__all__ = ["ChainTab", "ChainTabs"]


class ChainTab(IntEnum):
    """A tab, from left to right."""

    EDIT = 0
    TEST = 1
    EXECUTIONS = 2


_TITLES = {ChainTab.EDIT: "Edit Rulechain", ChainTab.TEST: "Test", ChainTab.EXECUTIONS: "Executions"}


class ChainTabs(QWidget):
    """`turned` tells that another tab was chosen. Put what concerns all tabs into `above`."""

    turned = Signal()

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme = surroundings.theme
        self.bar = TabBar(theme=theme, name="ruleChain.tabs", label="Parts of the rule chain")
        self.edit = EditTab(surroundings)
        self.test = TestTab(chains=surroundings.chains, background=surroundings.background, theme=theme)
        self.executions = ExecutionsTab(
            executions=surroundings.executions,
            api_keys=surroundings.api_keys,
            background=surroundings.background,
            clipboard=surroundings.clipboard,
            theme=theme,
            preferences=surroundings.preferences,
            clock=surroundings.clock,
        )
        self.missing = EmptyState("ph.warning-circle", "", "", "Back", theme=theme, name="ruleChain.missing")
        self.stripe = ProgressStripe(theme=theme)
        self.above = QVBoxLayout()
        self._blank = QWidget()
        self._content = QStackedWidget()
        for tab in ChainTab:
            self.bar.addTab(_TITLES[tab])
        for part in (self.edit, self.test, self.executions, self.missing, self._blank):
            self._content.addWidget(part)
        head = QVBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.bar)
        head.addWidget(line())
        head.addWidget(self.stripe)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.tokens.s)
        layout.addLayout(head)
        layout.addLayout(self.above)
        layout.addWidget(self._content, 1)
        self.bar.currentChanged.connect(self.turned)

    @property
    def current(self) -> ChainTab:
        """The tab that is chosen."""
        return ChainTab(self.bar.currentIndex())

    def turn_to(self, tab: ChainTab) -> None:
        """Chooses a tab."""
        self.bar.setCurrentIndex(tab)

    def show_nothing(self) -> None:
        """No chain is here yet."""
        self._content.setCurrentWidget(self._blank)

    def show_missing(self, title: str, text: str) -> None:
        """There will be no chain here; says why and leads back."""
        self.missing.say("ph.warning-circle", title, text, "Back to the list")
        self._content.setCurrentWidget(self.missing)
        self.missing.action.setFocus()

    def show_current(self, base: RuleChainDetail) -> None:
        """Shows the chosen tab for the chain; a test runs what stands in the editor, saved or not."""
        tab = self.current
        if tab is ChainTab.TEST:
            draft = self.edit.draft()
            changed = {"definition", "input_schema"} & {field.value for field in draft.changed_fields(base)}
            if changed and draft.definition is not None and draft.input_schema is not None:
                self.test.show_draft(draft.input_schema, draft.definition)
            else:
                self.test.show_chain(base)
        elif tab is ChainTab.EXECUTIONS:
            self.executions.show_chain(base.id, base.name)
        self._content.setCurrentIndex(tab)

    def focus_first(self) -> None:
        """The keyboard begins at the tab's content."""
        parts = {ChainTab.EDIT: self.edit.details.name, ChainTab.TEST: self.test, ChainTab.EXECUTIONS: self.executions}
        parts[self.current].setFocus(Qt.FocusReason.OtherFocusReason)
