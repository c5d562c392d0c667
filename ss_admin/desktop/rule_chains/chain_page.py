"""The page of one chain: “Edit Rulechain”, “Test” and “Executions”, and the way back to the list."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError, NotFound
from ss_admin.contract.problems import FieldFault
from ss_admin.contract.rule_chains import RuleChain, RuleChainDetail
from ss_admin.desktop.error_text import concerns_the_window, describe
from ss_admin.desktop.rule_chains.chain_head import ChainHead
from ss_admin.desktop.rule_chains.chain_loader import ChainLoader
from ss_admin.desktop.rule_chains.chain_tabs import ChainTab, ChainTabs
from ss_admin.desktop.rule_chains.edit.saving import ChainSaving
from ss_admin.desktop.rule_chains.edit.signing_dialog import SigningSecretDialog
from ss_admin.desktop.rule_chains.surroundings import Surroundings
from ss_admin.desktop.widgets.action_notice import ActionNotice
from ss_admin.desktop.widgets.dialog import Message, Question

__all__ = ["ChainPage"]

_LOOK_AGAIN_MS = 300
_NOT_TRIED = "The test did not run: what you changed has {}. Each stands at its line."
_MEANWHILE = "Somebody else saved this rule chain meanwhile. When you save, both versions are shown to you."


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
        self._opened: RuleChain | None = None
        self.head = ChainHead(theme=theme)
        self.tabs = ChainTabs(surroundings)
        self.edit, self.test = self.tabs.edit, self.tabs.test
        self.notice = ActionNotice(theme=theme, name="ruleChain.notice")
        self.saving = ChainSaving(surroundings, self.edit, self)
        self._loader = ChainLoader(surroundings.chains, surroundings.background, self)
        self._look_again = QTimer(self, singleShot=True, interval=_LOOK_AGAIN_MS)
        self._lay_out()
        self._connect()

    def open(self, chain: RuleChain, tab: ChainTab = ChainTab.EDIT) -> None:
        """Shows `chain`, as the list knows it at once and whole as soon as it is here."""
        self._opened = chain
        self.saving.base = None
        self.head.show_chain(chain)
        self.head.show_state("", can_save=False)
        self.notice.hide()
        self.tabs.turn_to(tab)
        self.tabs.show_nothing()
        if isinstance(chain, RuleChainDetail):
            self._take(chain)
        else:
            self._loader.load(chain.id)

    def refresh(self) -> None:
        """Asks for the chain anew; what was typed stays."""
        if self._opened is not None and not self.saving.is_busy and not self.saving.is_gone:
            self._loader.load(self._opened.id)
        if self.tabs.current is ChainTab.EXECUTIONS:
            self.tabs.executions.refresh()

    def set_stale(self, stale: bool) -> None:
        """Marks what is shown as possibly out of date."""
        self.head.stale_mark.setVisible(stale)
        self.tabs.executions.set_stale(stale)

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

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that no field wanted goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        tokens = self._with.theme.tokens
        self.tabs.above.addWidget(self.notice)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(tokens.xl, tokens.m, tokens.xl, tokens.l)
        layout.setSpacing(tokens.s)
        layout.addWidget(self.head)
        layout.addWidget(self.tabs, 1)

    def _connect(self) -> None:
        self.head.back_requested.connect(self.leave)
        self.head.save_requested.connect(self.saving.save)
        self.tabs.missing.acted.connect(self.leave)
        self.notice.acted.connect(self.saving.act)
        self.tabs.turned.connect(self._show_tab)
        self.edit.changed.connect(self._look_again.start)
        self.edit.said.connect(self.said)
        self.edit.refused.connect(self._tell)
        self.edit.secret_requested.connect(self._show_secret)
        self.test.failed.connect(self.failed)
        for signal in ("said", "failed", "recovered"):
            getattr(self.tabs.executions, signal).connect(getattr(self, signal))
        self.test.draft_refused.connect(self._show_draft_refused)
        self._loader.loaded.connect(self._take)
        self._loader.failed.connect(self._on_load_failed)
        self._loader.busy_changed.connect(self._show_busy)
        self._look_again.timeout.connect(self._show_state)
        self.saving.noticed.connect(self.notice.say)
        self.saving.stored.connect(self._on_stored)
        self.saving.said.connect(self.said)
        self.saving.failed.connect(self.failed)
        self.saving.busy_changed.connect(self._show_busy)
        _add_key(self, QKeySequence.StandardKey.Save, self.saving.save)
        _add_key(self, QKeySequence.StandardKey.Back, self.leave)
        self._f5 = _add_key(self, QKeySequence(Qt.Key.Key_F5), self.refresh)

    def _take(self, chain: RuleChainDetail) -> None:
        base = self.saving.base
        if base is None:
            self.edit.begin()
            self.saving.open(chain)
            self._show_tab()
            self.tabs.focus_first()
        elif base.version != chain.version:
            if self.saving.has_changes():
                self.saving.tell("info", _MEANWHILE)
            else:
                self.saving.open(chain)
        self.set_stale(False)
        self.recovered.emit()

    def _on_load_failed(self, error: ClientError) -> None:
        if isinstance(error, NotFound) and self.saving.base is not None:
            self.saving.show_deleted()
        elif isinstance(error, NotFound):
            self.tabs.show_missing("This rule chain is no longer there", "Somebody deleted it meanwhile.")
        elif self.saving.base is None:
            self.tabs.show_missing("The rule chain could not be loaded", describe(error))
        if concerns_the_window(error):
            self.failed.emit(error)

    def _show_tab(self) -> None:
        self._f5.setEnabled(self.tabs.current is not ChainTab.EXECUTIONS)  # which has its own
        if self.saving.base is not None:
            self.tabs.show_current(self.saving.base)

    def _on_stored(self, chain: RuleChainDetail) -> None:
        self._opened = chain
        self.head.show_chain(chain)
        self.test.show_chain(chain)
        self._show_state()
        self._show_tab()

    def _show_state(self) -> None:
        self.saving.look_again()
        changed = self.saving.can_save() and not self.saving.is_gone
        words = "Saving…" if self.saving.is_busy else "Unsaved changes" if changed else ""
        self.head.show_state(words, can_save=changed and not self.saving.is_busy)

    def _show_busy(self, busy: bool) -> None:
        if busy:
            self.tabs.stripe.start()
        else:
            self.tabs.stripe.stop()
        self._show_state()

    def _show_draft_refused(self, faults: list[FieldFault]) -> None:
        self.tabs.turn_to(ChainTab.EDIT)
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
        self._loader.cancel()
        self._opened = None
        self.saving.base = None
        self.left.emit()


def _add_key(page: QWidget, key: QKeySequence | QKeySequence.StandardKey, act: Callable[[], None]) -> QShortcut:
    shortcut = QShortcut(key, page)
    shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    shortcut.activated.connect(act)
    return shortcut
