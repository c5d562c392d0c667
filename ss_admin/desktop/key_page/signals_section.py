"""“Needs attention”: what is wrong with the key, in words, and what can be done about each."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ss_admin.client.errors import ClientError, NotFound, VersionConflict
from ss_admin.client.signals import SignalQuery, SignalsClient
from ss_admin.contract import signals as contract
from ss_admin.desktop.error_text import concerns_the_window, describe
from ss_admin.desktop.key_page.section import Section
from ss_admin.desktop.key_page.surroundings import Surroundings
from ss_admin.desktop.widgets.labels import words
from ss_admin.desktop.widgets.notice import IconLabel
from ss_admin.desktop.widgets.signals.acknowledging import EVIDENCE_CHANGED
from ss_admin.desktop.widgets.signals.signal_card import SignalCard

__all__ = ["SignalsSection", "load_signals"]

_CARD_HEIGHT = 118
_MOST = 100


def load_signals(signals: SignalsClient, api_key_id: str) -> contract.SignalPage:
    """The key's open signals. Waits for the network."""
    return signals.list_page(SignalQuery(api_key_id=api_key_id, acknowledged=False), limit=_MOST)


class SignalsSection(Section):
    """The open signals of one key, the gravest first.

    `answered` carries the `SignalCard` and the `SignalAnswer` that was chosen on it; `said` words for a toast, `failed`
    a `ClientError` that concerns the window. `outdated`: the signals are to be asked for again.
    """

    answered = Signal(object, object)
    said = Signal(str)
    failed = Signal(object)
    outdated = Signal()

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(
            "Needs attention", theme=surroundings.theme, name="keyPage.signals", skeleton=28, parent=parent
        )
        self._with = surroundings
        self._cards: dict[str, SignalCard] = {}
        self._column = QVBoxLayout()
        self._column.setSpacing(surroundings.theme.tokens.s)
        self.nothing = QWidget()
        calm = QHBoxLayout(self.nothing)
        calm.setContentsMargins(0, 0, 0, 0)
        calm.setSpacing(surroundings.theme.tokens.s)
        calm.addWidget(IconLabel("ph.check-circle", "success_fg", theme=surroundings.theme))
        calm.addWidget(words("Nothing about this key needs attention."))
        calm.addStretch(1)
        self.content.addWidget(self.nothing)
        self.content.addLayout(self._column)

    @property
    def cards(self) -> tuple[SignalCard, ...]:
        """The cards, from the top."""
        return tuple(self._cards.values())

    def expect(self, number: int) -> None:
        """Begins anew; so many signals are known of, and have their room kept."""
        for signal_id in list(self._cards):
            self._remove(signal_id)
        self.keep_room(max(28, number * _CARD_HEIGHT))
        self.begin()

    def show_signals(self, signals: Sequence[contract.Signal]) -> None:
        """Shows these; a card that stays keeps what is being written in it."""
        for signal_id in [known for known in self._cards if known not in {signal.id for signal in signals}]:
            self._remove(signal_id)
        self._cards = {signal.id: self._card(signal) for signal in signals}
        for place, card in enumerate(self._cards.values()):
            if self._column.indexOf(card) != place:
                self._column.insertWidget(place, card)
        self.title.setText(f"Needs attention ({len(signals)})" if signals else "Needs attention")
        self.nothing.setVisible(not signals)
        self.show_content()

    def tell_time_passed(self) -> None:
        """Moves “2 hours ago” on."""
        for card in self._cards.values():
            card.tell_age()

    def _card(self, signal: contract.Signal) -> SignalCard:
        card = self._cards.get(signal.id)
        if card is not None:
            card.show_signal(signal)
            return card
        card = SignalCard(signal, theme=self.theme, on_its_page=True, clock=self._with.clock)
        card.answered.connect(lambda answer: self.answered.emit(card, answer))
        card.acknowledged.connect(lambda note: self._acknowledge(card, note))
        return card

    def _remove(self, signal_id: str) -> None:
        card = self._cards.pop(signal_id)
        had_focus = card.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()
        if had_focus:
            following = next(iter(self._cards.values()), None)
            (following.acknowledge_button if following is not None else self).setFocus()

    def _acknowledge(self, card: SignalCard, note: str) -> None:
        card.set_busy(True)
        card.show_failure("")
        signal = card.signal
        self._with.background.run(
            lambda: self._with.signals.acknowledge(signal.id, note, evidence_at=signal.evidence_at),
            owner=card,
            done=self._on_acknowledged,
            failed=lambda error: self._on_refused(card, error),
        )

    def _on_acknowledged(self, signal: contract.Signal) -> None:
        left = [card.signal for card in self._cards.values() if card.signal.id != signal.id]
        self.show_signals(left)
        self.said.emit("Acknowledged. It comes back only when there is new evidence.")
        self.outdated.emit()

    def _on_refused(self, card: SignalCard, error: ClientError) -> None:
        card.set_busy(False)
        card.show_failure(_told(error))
        if isinstance(error, NotFound | VersionConflict):
            self.outdated.emit()
        if concerns_the_window(error):
            self.failed.emit(error)


def _told(error: ClientError) -> str:
    if isinstance(error, NotFound):
        return "This has settled itself meanwhile."
    return EVIDENCE_CHANGED if isinstance(error, VersionConflict) else describe(error)
