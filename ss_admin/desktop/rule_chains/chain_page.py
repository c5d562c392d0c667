"""The page of one chain: “Edit Rulechain”, “Test” and “Executions”, and the way back to the list."""

from collections.abc import Callable
from enum import IntEnum

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError, NotFound
from ss_admin.contract.problems import FieldFault
from ss_admin.contract.rule_chains import RuleChain, RuleChainDetail
from ss_admin.desktop.background import Task
from ss_admin.desktop.error_text import describe
from ss_admin.desktop.rule_chains.chain_head import ChainHead
from ss_admin.desktop.rule_chains.edit.edit_tab import EditTab
from ss_admin.desktop.rule_chains.edit.saving import ChainSaving
from ss_admin.desktop.rule_chains.edit.signing_dialog import SigningSecretDialog
from ss_admin.desktop.rule_chains.executions.executions_tab import ExecutionsTab
from ss_admin.desktop.rule_chains.surroundings import Surroundings, concerns_the_window
from ss_admin.desktop.rule_chains.trial.test_tab import TestTab
from ss_admin.desktop.widgets.action_notice import ActionNotice
from ss_admin.desktop.widgets.busy import ProgressStripe
from ss_admin.desktop.widgets.dialog import Message, Question
from ss_admin.desktop.widgets.empty_state import EmptyState
from ss_admin.desktop.widgets.labels import line

__all__ = ["ChainPage", "ChainTab"]

_LOOK_AGAIN_MS = 300
_NOT_TRIED = "The test did not run: what you changed has {}. Each stands at its line."
_MEANWHILE = "Somebody else saved this rule chain meanwhile. When you save, both versions are shown to you."


class ChainTab(IntEnum):
    """A tab, from left to right."""

    EDIT = 0
    TEST = 1
    EXECUTIONS = 2


_TITLES = {ChainTab.EDIT: "Edit Rulechain", ChainTab.TEST: "Test", ChainTab.EXECUTIONS: "Executions"}


class ChainPage(QWidget):
    """Opened with a chain of the list. `left` tells that the person went back; see `shell/place.py` for the others."""

    said = Signal(str)
    failed = Signal(object)
    recovered = Signal()
    left = Signal()

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ruleChain")
        theme = surroundings.theme
        self._with = surroundings
        self._task: Task | None = None
        self._opened: RuleChain | None = None
        self.head = ChainHead(theme=theme)
        self.tabs = QTabBar()
        self.tabs.setObjectName("ruleChain.tabs")
        self.tabs.setAccessibleName("Parts of the rule chain")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.notice = ActionNotice(theme=theme, name="ruleChain.notice")
        self.edit = EditTab(surroundings)
        self.test = TestTab(chains=surroundings.chains, background=surroundings.background, theme=theme)
        self.executions = ExecutionsTab(
            executions=surroundings.executions,
            api_keys=surroundings.api_keys,
            background=surroundings.background,
            clipboard=surroundings.clipboard,
            theme=theme,
            clock=surroundings.clock,
        )
        self.missing = EmptyState(
            "ph.warning-circle", "", "", "Back to the list", theme=theme, name="ruleChain.missing"
        )
        self.saving = ChainSaving(surroundings, self.edit, self)
        self._stripe = ProgressStripe(theme=theme)
        self._content = QStackedWidget()
        self._look_again = QTimer(self, singleShot=True, interval=_LOOK_AGAIN_MS)
        self._lay_out()
        self._connect()

    @property
    def chain_id(self) -> str | None:
        """The chain that is open; None: none is."""
        return self._opened.id if self._opened else None

    def open(self, chain: RuleChain, tab: ChainTab = ChainTab.EDIT) -> None:
        """Shows `chain`, as the list knows it at once and whole as soon as it is here."""
        self._opened = chain
        self.saving.base = None
        self.head.show_chain(chain)
        self.head.show_state("", can_save=False)
        self.notice.hide()
        self.tabs.setCurrentIndex(tab)
        self._content.setCurrentWidget(self._blank)
        if isinstance(chain, RuleChainDetail):
            self._take(chain)
        else:
            self._load()

    def refresh(self) -> None:
        """Asks for the chain anew; what was typed stays."""
        if self._opened is not None and not self.saving.is_busy and not self.saving.is_gone:
            self._load()
        if self.tabs.currentIndex() == ChainTab.EXECUTIONS:
            self.executions.refresh()

    def set_stale(self, stale: bool) -> None:
        """Marks what is shown as possibly out of date."""
        self.head.stale_mark.setVisible(stale)
        self.executions.set_stale(stale)

    def has_changes(self) -> bool:
        """Whether something would be lost by leaving now."""
        return self.saving.has_changes() and not self.saving.is_gone

    def leave(self) -> None:
        """Goes back to the list, after a question where something would be lost; not while it is being saved."""
        if self.saving.is_busy:
            return
        if not self.has_changes():
            self._leave()
            return
        question = Question(
            self,
            theme=self._with.theme,
            name="ruleChain.discard",
            heading="Leave without saving?",
            text="Your changes to this rule chain have not been saved.",
            primary="Leave without saving",
            cancel="Keep editing",
        )
        question.accepted.connect(self._leave)
        question.open()

    def focus_first(self) -> None:
        """The keyboard begins at the tab's content."""
        parts = {ChainTab.EDIT: self.edit.details.name, ChainTab.TEST: self.test, ChainTab.EXECUTIONS: self.executions}
        parts[ChainTab(self.tabs.currentIndex())].setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that no field wanted goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        tokens = self._with.theme.tokens
        self._blank = QWidget()
        for tab in ChainTab:
            self.tabs.addTab(_TITLES[tab])
        for part in (self.edit, self.test, self.executions, self.missing, self._blank):
            self._content.addWidget(part)
        tabs = QVBoxLayout()
        tabs.setSpacing(0)
        tabs.addWidget(self.tabs)
        tabs.addWidget(line())
        tabs.addWidget(self._stripe)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(tokens.xl, tokens.m, tokens.xl, tokens.l)
        layout.setSpacing(tokens.s)
        layout.addWidget(self.head)
        layout.addLayout(tabs)
        layout.addWidget(self.notice)
        layout.addWidget(self._content, 1)

    def _connect(self) -> None:
        self.head.back_requested.connect(self.leave)
        self.head.save_requested.connect(self.saving.save)
        self.missing.acted.connect(self.leave)
        self.notice.acted.connect(self.saving.act)
        self.tabs.currentChanged.connect(self._show_tab)
        self.edit.changed.connect(self._look_again.start)
        self.edit.said.connect(self.said)
        self.edit.refused.connect(self._tell)
        self.edit.secret_requested.connect(self._show_secret)
        self.test.failed.connect(self.failed)
        for signal in ("said", "failed", "recovered"):
            getattr(self.executions, signal).connect(getattr(self, signal))
        self.test.draft_refused.connect(self._show_draft_refused)
        self._look_again.timeout.connect(self._show_state)
        self.saving.noticed.connect(self.notice.say)
        self.saving.stored.connect(self._on_stored)
        self.saving.said.connect(self.said)
        self.saving.failed.connect(self.failed)
        self.saving.busy_changed.connect(self._show_busy)
        self._add_key(QKeySequence.StandardKey.Save, self.saving.save)
        self._add_key(QKeySequence.StandardKey.Back, self.leave)
        self._f5 = self._add_key(QKeySequence(Qt.Key.Key_F5), self.refresh)

    def _add_key(self, key: QKeySequence | QKeySequence.StandardKey, act: Callable[[], None]) -> QShortcut:
        shortcut = QShortcut(key, self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)
        return shortcut

    def _load(self) -> None:
        chain = self._opened
        if chain is None:
            return
        if self._task is not None:
            self._task.cancel()
        self._stripe.start()
        self._task = self._with.background.run(
            lambda: self._with.chains.get(chain.id), owner=self, done=self._take, failed=self._on_load_failed
        )

    def _take(self, chain: RuleChainDetail) -> None:
        self._end_loading()
        base = self.saving.base
        if base is None:
            self.saving.open(chain)
            self._show_tab()
            self.focus_first()
        elif not self.saving.has_changes():
            if base != chain:
                self.saving.open(chain)
        elif base.version != chain.version:
            self.notice.say("info", _MEANWHILE, "")
        self.set_stale(False)
        self.recovered.emit()

    def _on_load_failed(self, error: ClientError) -> None:
        self._end_loading()
        if isinstance(error, NotFound) and self.saving.base is not None:
            self.saving.show_deleted()
        elif isinstance(error, NotFound):
            self._show_missing("This rule chain is no longer there", "Somebody deleted it meanwhile.")
        elif self.saving.base is None:
            self._show_missing("The rule chain could not be loaded", describe(error))
        if concerns_the_window(error):
            self.failed.emit(error)

    def _show_missing(self, title: str, text: str) -> None:
        self.missing.say("ph.warning-circle", title, text, "Back to the list")
        self._content.setCurrentWidget(self.missing)
        self.missing.action.setFocus()

    def _end_loading(self) -> None:
        self._task = None
        self._stripe.stop()

    def _show_tab(self) -> None:
        """Shows the tab's content; a test runs what stands in the editor, saved or not."""
        base = self.saving.base
        if base is None:
            return
        tab = ChainTab(self.tabs.currentIndex())
        self._f5.setEnabled(tab is not ChainTab.EXECUTIONS)  # which has its own
        if tab is ChainTab.TEST:
            draft = self.edit.draft()
            is_changed = {"definition", "input_schema"} & {field.value for field in draft.changed_fields(base)}
            if is_changed and draft.definition is not None and draft.input_schema is not None:
                self.test.show_draft(draft.input_schema, draft.definition)
            else:
                self.test.show_chain(base)
        elif tab is ChainTab.EXECUTIONS:
            self.executions.show_chain(base.id, base.name)
        self._content.setCurrentIndex(tab)

    def _on_stored(self, chain: RuleChainDetail) -> None:
        self._opened = chain
        self.head.show_chain(chain)
        self.test.show_chain(chain)
        self._show_state()
        self._show_tab()

    def _show_state(self) -> None:
        changed = self.has_changes()
        words = "Saving…" if self.saving.is_busy else "Unsaved changes" if changed else ""
        self.head.show_state(words, can_save=changed and not self.saving.is_busy)

    def _show_busy(self, busy: bool) -> None:
        if busy:
            self._stripe.start()
        else:
            self._stripe.stop()
        self._show_state()

    def _show_draft_refused(self, faults: list[FieldFault]) -> None:
        self.tabs.setCurrentIndex(ChainTab.EDIT)
        self.saving.show_faults(faults, _NOT_TRIED)

    def _show_secret(self) -> None:
        if self.saving.base is not None:
            dialog = SigningSecretDialog(self, self.saving.base, self._with)
            dialog.failed.connect(self.failed)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    def _tell(self, heading: str, text: str) -> None:
        Message(self, theme=self._with.theme, name="ruleChain.message", heading=heading, text=text).open()

    def _leave(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._end_loading()
        self._opened = None
        self.saving.base = None
        self.left.emit()
