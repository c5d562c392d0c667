"""Saves what stands in the editor: faults at their lines, conflicts shown and decided by the person, nothing lost."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ss_admin.client.errors import ClientError, OutcomeUnknown, ServerUnreachable, SessionEnded, ValidationFailed
from ss_admin.contract.problems import FieldFault
from ss_admin.contract.rule_chains import RuleChainDetail
from ss_admin.desktop.error_text import concerns_the_window, describe
from ss_admin.desktop.moments import ago
from ss_admin.desktop.rule_chains.edit.chain_draft import ChainDraft, compare_versions, without_what_is_there
from ss_admin.desktop.rule_chains.edit.chain_saver import ChainSaver
from ss_admin.desktop.rule_chains.edit.edit_tab import EditTab
from ss_admin.desktop.rule_chains.surroundings import Surroundings
from ss_admin.desktop.widgets.conflict_dialog import ConflictDialog, ConflictWords

__all__ = ["ChainSaving"]

_WORDS = ConflictWords("rule chain", "Overwrite with mine", "Load theirs")
_SIGNED_OUT = "Your session has ended. Nothing was saved, and what you entered stays here: sign in, then save again."
_UNREACHABLE = "{} Nothing was saved, and what you entered stays here."
_MAYBE_SAVED = (
    "The connection broke before the server answered, so it is not known whether your changes were saved. Save again: "
    "if they are there already, nothing more happens."
)
_FAULTY = "Nothing was saved: the rule chain has {}. Each stands at its line."
_BROKEN = "Nothing was saved: the {} is no JSON object yet. What is wrong stands at its line."
_DELETED = "Somebody deleted this rule chain meanwhile. What you entered can still be read, copied and exported here."
_THEIRS = "This is their version. Yours is kept until you leave this rule chain."
_MINE_AGAIN = "This is your version again, on top of theirs. Saving changes what you changed, and nothing else."


class ChainSaving(QObject):
    """`base` is the stored chain that the editor's draft is a change of; None: none is open.

    `noticed` carries kind, text and the words of an action (or none); `stored` the chain as it is stored now.
    """

    noticed = Signal(str, str, str)
    stored = Signal(object)
    said = Signal(str)
    failed = Signal(object)
    busy_changed = Signal(bool)

    def __init__(self, surroundings: Surroundings, tab: EditTab, window: QWidget) -> None:
        super().__init__(window)
        self._with = surroundings
        self._tab = tab
        self._window = window
        self._saver = ChainSaver(surroundings.chains, surroundings.background, self)
        self._ordered: ChainDraft | None = None
        self._put_aside: ChainDraft | None = None
        self.base: RuleChainDetail | None = None
        self._tells_of_faults = False
        self.is_gone = False
        """Whether somebody deleted the chain: then nothing can be saved any more."""
        self._saver.busy_changed.connect(self.busy_changed)
        self._saver.saved.connect(self._on_saved)
        self._saver.conflicted.connect(self._on_conflicted)
        self._saver.deleted.connect(self.show_deleted)
        self._saver.failed.connect(self._on_failed)

    @property
    def is_busy(self) -> bool:
        """Whether the answer to an order is awaited."""
        return self._saver.is_busy

    def open(self, chain: RuleChainDetail) -> None:
        """Edits `chain`; what was in the editor before is gone."""
        self.is_gone = False
        self._put_aside = None
        self.tell("info", "")
        self._show(chain, ChainDraft.of(chain))

    def has_changes(self) -> bool:
        """Whether something would be lost by leaving now."""
        if self.base is None:
            return False
        return self._put_aside is not None or self.can_save()

    def can_save(self) -> bool:
        """Whether what stands in the editor differs from what is stored."""
        return self.base is not None and bool(self._tab.draft().changed_fields(self.base))

    def tell(self, kind: str, text: str, action: str = "", *, about_faults: bool = False) -> None:
        """Says something in the place of what was said before; no text takes that back."""
        self._tells_of_faults = about_faults
        self.noticed.emit(kind, text, action)

    def look_again(self) -> None:
        """What was said about faults is taken back once none of them is left."""
        if self._tells_of_faults and not self._tab.has_faults():
            self.tell("info", "")

    def save(self) -> None:
        """Saves if nothing is missing; else says what is."""
        if self._saver.is_busy or self.is_gone or self.base is None:
            return
        draft = self._tab.draft()
        if self._tab.details.show_faults(draft.find_faults()):
            return
        broken = self._tab.json.first_broken()
        if broken is not None:
            self._tab.json.show_broken(broken)
            self.tell("danger", _BROKEN.format(broken.label.lower()), about_faults=True)
            return
        self.tell("info", "")
        change = draft.to_change(self.base)
        if change is None:
            self.said.emit("There is nothing to save.")
            return
        self._ordered = draft
        self._saver.change(self.base, change)

    def act(self) -> None:
        """The notice's action: brings back what was put aside for their version."""
        draft, self._put_aside = self._put_aside, None
        if draft is not None and self.base is not None:
            self._show(self.base, draft)
            self.tell("info", _MINE_AGAIN)

    def show_faults(self, faults: Sequence[FieldFault], sentence: str) -> None:
        """Shows what the server found at its places; `sentence` has a gap for how many faults there are."""
        rest = self._tab.show_faults(faults)
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        self.tell("danger", " ".join([sentence.format(count), *rest]), about_faults=not rest)

    def show_deleted(self) -> None:
        """Somebody deleted the chain: what was typed stays to be read."""
        self.is_gone = True
        self.tell("danger", _DELETED)
        self.busy_changed.emit(False)

    def _show(self, base: RuleChainDetail, draft: ChainDraft) -> None:
        self.base = base
        self._tab.show_draft(draft)
        self._tab.show_stored(base)
        self.stored.emit(base)

    def _on_saved(self, chain: RuleChainDetail) -> None:
        """What was typed while it was saved stays, as a change of what is stored now."""
        before, self.base = self.base, chain
        if before is not None and self._ordered is not None:
            typed_on = self._tab.draft().changed_fields(before)
            ordered = self._ordered.changed_fields(before)
            if not set(typed_on) - set(ordered) and self._tab.draft() == self._ordered:
                self._tab.show_draft(ChainDraft.of(chain))
        self._put_aside = None
        self._tab.show_faults(())
        self._tab.show_stored(chain)
        self.stored.emit(chain)
        self.said.emit(f"“{chain.name}” was saved.")

    def _on_conflicted(self, theirs: RuleChainDetail) -> None:
        if self.base is None or self._ordered is None:
            return
        base, ordered, now = self.base, self._ordered, self._with.clock()
        dialog = ConflictDialog(
            self._window,
            rows=compare_versions(base, ordered, theirs),
            changed=ago(theirs.updated_at, now),
            words=_WORDS,
            theme=self._with.theme,
            name="ruleChainConflict",
        )
        dialog.use_mine.connect(lambda: self._overwrite(base, ordered, theirs))
        dialog.keep_theirs.connect(lambda: self._load_theirs(base, theirs))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _overwrite(self, base: RuleChainDetail, ordered: ChainDraft, theirs: RuleChainDetail) -> None:
        """Saves what was changed here, and nothing else, over their version."""
        change = ordered.to_change(base)
        left = without_what_is_there(change, theirs) if change is not None else None
        self._show(theirs, self._tab.draft().rebased(base, theirs))
        self._ordered = self._tab.draft()
        if left is not None:
            self._saver.change(theirs, left)

    def _load_theirs(self, base: RuleChainDetail, theirs: RuleChainDetail) -> None:
        mine = self._tab.draft().rebased(base, theirs)
        self._show(theirs, ChainDraft.of(theirs))
        self._put_aside = mine
        self.tell("info", _THEIRS, "Show mine again")
        self.busy_changed.emit(False)

    def _on_failed(self, error: ClientError) -> None:
        if isinstance(error, ValidationFailed) and error.problem.errors:
            self.show_faults(error.problem.errors, _FAULTY)
        elif isinstance(error, SessionEnded):
            self.tell("danger", _SIGNED_OUT)
        elif isinstance(error, OutcomeUnknown):
            self.tell("danger", _MAYBE_SAVED)
        elif isinstance(error, ServerUnreachable):
            self.tell("danger", _UNREACHABLE.format(describe(error)))
        else:
            self.tell("danger", describe(error))
        if concerns_the_window(error):
            self.failed.emit(error)
