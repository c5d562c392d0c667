"""Brings “Needs attention” together: what is open, asked of the server and kept fresh, and what is done about it."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from ss_admin.client.errors import ClientError, NotFound, VersionConflict
from ss_admin.client.signals import SignalQuery, SignalsClient
from ss_admin.contract import signals as contract
from ss_admin.desktop.api_keys.attention.answering import SignalAnswering
from ss_admin.desktop.api_keys.attention.kind_group import STEP, KindGroup
from ss_admin.desktop.api_keys.attention.strip import AttentionStrip
from ss_admin.desktop.api_keys.table.list_filter import AttentionChoice
from ss_admin.desktop.background import Background
from ss_admin.desktop.error_text import concerns_the_window, describe
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.signals.acknowledging import EVIDENCE_CHANGED
from ss_admin.desktop.widgets.signals.signal_card import SignalCard

__all__ = ["Attention"]


class Attention(QObject):
    """`chosen` carries the `AttentionChoice` to narrow the list down to, or None; `failed` a `ClientError`.

    `said`: words for a toast; `changed`: the keys' badges are no longer true.
    """

    chosen = Signal(object)
    said = Signal(str)
    failed = Signal(object)
    changed = Signal()

    def __init__(
        self,
        signals: SignalsClient,
        answering: SignalAnswering,
        page: QWidget,
        *,
        background: Background,
        theme: Theme,
        preferences: Preferences,
    ) -> None:
        super().__init__(page)
        self._signals = signals
        self._background = background
        self._preferences = preferences
        self._answering = answering
        self._is_asking = False
        self.strip = AttentionStrip(page, theme=theme)
        self.strip.chips.chosen.connect(self.chosen)
        self.strip.panel.group_added.connect(self._adopt)
        if preferences.attention_shown:
            self.strip.keep_room()

    def refresh(self) -> None:
        """Asks how many there are, and for the cards that show; what shows stays until the answer is here."""
        if self._is_asking:
            return
        self._is_asking = True
        self._background.run(self._signals.counts, owner=self, done=self._on_counts, failed=self._on_counts_failed)

    def show_choice(self, choice: AttentionChoice | None) -> None:
        """Tells which chip is in force: the list's filters were changed elsewhere."""
        self.strip.chips.show_choice(choice)

    def _on_counts(self, counts: contract.SignalCounts) -> None:
        self._is_asking = False
        self._preferences.attention_shown = counts.api_keys > 0
        self.strip.show_counts(counts, is_chosen=self.strip.chips.choice is not None)
        for group in self.strip.panel.groups:
            if self.strip.is_unfolded and group.is_open:
                self._fetch(group, group.wanted)

    def _on_counts_failed(self, error: ClientError) -> None:
        self._is_asking = False
        self.failed.emit(error)

    def _adopt(self, group: KindGroup) -> None:
        group.toggled.connect(lambda is_open: self._fetch(group, STEP) if is_open else None)
        group.more_wanted.connect(lambda: self._fetch(group, group.wanted + STEP))
        group.list_wanted.connect(lambda: self.chosen.emit(AttentionChoice(group.kind)))
        group.answered.connect(self._answering.answer)
        group.acknowledged.connect(lambda card, note: self._acknowledge(group, card, note))
        if group.is_open:
            self._fetch(group, STEP)

    def _fetch(self, group: KindGroup, number: int) -> None:
        query = SignalQuery(kind=group.kind, acknowledged=False)

        def show(page: contract.SignalPage) -> None:
            if group.is_open:
                group.show_signals(page.items, page.total)

        self._background.run(
            lambda: self._signals.list_page(query, limit=number), owner=group, done=show, failed=self.failed.emit
        )

    def _acknowledge(self, group: KindGroup, card: SignalCard, note: str) -> None:
        signal = card.signal
        had_focus = _has_focus(card)  # which goes elsewhere once the card is off
        card.show_failure("")
        card.set_busy(True)

        def done(now: contract.Signal) -> None:
            self._take_away(group, card, had_focus=had_focus)
            self._on_acknowledged(now, note)

        def failed(error: ClientError) -> None:
            card.set_busy(False)
            if isinstance(error, NotFound):
                self._take_away(group, card, had_focus=had_focus)
                self.said.emit("The cause has gone meanwhile; there is nothing left to acknowledge.")
                return
            if isinstance(error, VersionConflict):
                self._fetch(group, group.wanted)  # the card shows it then, and keeps what was written
                self.refresh()
            card.show_failure(EVIDENCE_CHANGED if isinstance(error, VersionConflict) else describe(error))
            if had_focus:
                card.form.note.setFocus(Qt.FocusReason.OtherFocusReason)
            if concerns_the_window(error):
                self.failed.emit(error)

        self._background.run(
            lambda: self._signals.acknowledge(signal.id, note, evidence_at=signal.evidence_at),
            owner=card,
            done=done,
            failed=failed,
        )

    def _on_acknowledged(self, now: contract.Signal, note: str) -> None:
        seen = now.acknowledged
        if seen is not None and seen.note != note:
            theirs = f": “{seen.note}”" if seen.note else ""
            self.said.emit(f"{seen.by.name} had acknowledged this before you{theirs}. Your note was not kept.")
        else:
            self.said.emit(f"Acknowledged for “{now.api_key.name}”. It comes back on new evidence.")
        self.refresh()
        self.changed.emit()

    def _take_away(self, group: KindGroup, card: SignalCard, *, had_focus: bool) -> None:
        """The keyboard goes on to the next card, as a person working the list off would."""
        cards = group.cards
        place = cards.index(card) if card in cards else 0
        group.remove(card)
        if not had_focus:
            return
        left = group.cards
        heir = left[min(place, len(left) - 1)].acknowledge_button if left else group.heading
        heir.setFocus(Qt.FocusReason.OtherFocusReason)
        self.strip.panel.bring_into_view(heir)


def _has_focus(card: SignalCard) -> bool:
    focused = card.window().focusWidget()
    return focused is not None and card.isAncestorOf(focused)
