"""The signals of one kind: a heading that unfolds them, a card for each, and the button that fetches more."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ss_admin.contract import signals as contract
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import words, wrapped_label
from ss_admin.desktop.widgets.notice import IconLabel
from ss_admin.desktop.widgets.signals.signal_card import SignalCard
from ss_admin.desktop.widgets.signals.signal_words import SEVERITY_WORDS, SIGNAL_WORDS, kind_count

__all__ = ["MOST_CARDS", "STEP", "KindGroup"]

STEP = 10
"""So many cards are fetched at a time."""

MOST_CARDS = 100
"""Beyond this the list is the better place: the button narrows it down to this kind."""

_ABOVE_CARDS = 2  # the heading and what the kind means


class KindGroup(QWidget):
    """`toggled`: a person folded or unfolded it; `more_wanted`: another `STEP` cards; `list_wanted`: all as rows.

    `answered` carries the card and the answer, `acknowledged` the card and the note.
    """

    toggled = Signal(bool)
    more_wanted = Signal()
    list_wanted = Signal()
    answered = Signal(object, object)
    acknowledged = Signal(object, str)

    def __init__(self, kind: contract.SignalKind, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self._theme = theme
        self._total = 0
        self._cards: dict[str, SignalCard] = {}
        severity = SEVERITY_WORDS[SIGNAL_WORDS[kind].usually]
        icon = IconLabel(severity.icon, f"{severity.badge}_fg", theme=theme, size=16)
        icon.setToolTip(severity.label)
        self.heading = button("", "plain", name=f"apiKeys.attention.group.{kind.value}")
        self.heading.setCheckable(True)
        self.more_button = button("", name=f"apiKeys.attention.group.{kind.value}.more")
        self.more_button.hide()
        self._meaning = wrapped_label(SIGNAL_WORDS[kind].meaning, "dimmed")
        self._meaning.hide()
        self._loading = words("Loading…", "dimmed")
        self._loading.hide()
        head = QHBoxLayout()
        head.setSpacing(theme.tokens.s)
        head.addWidget(icon)
        head.addWidget(self.heading)
        head.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.tokens.s)
        self._column.addLayout(head)
        self._column.addWidget(self._meaning)
        self._column.addWidget(self._loading)
        self._column.addWidget(self.more_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.heading.clicked.connect(self._on_heading)
        self.more_button.clicked.connect(self._on_more)
        self._mark()

    @property
    def is_open(self) -> bool:
        """Whether the cards show."""
        return self.heading.isChecked()

    @property
    def cards(self) -> tuple[SignalCard, ...]:
        """The cards, in the order in which they stand."""
        return tuple(self._cards.values())

    @property
    def wanted(self) -> int:
        """How many signals are to be fetched to show again what shows now."""
        return max(STEP, min(len(self._cards), MOST_CARDS))

    def show_count(self, number: int) -> None:
        """So many keys have it."""
        text = kind_count(self.kind, number)
        self.heading.setText(text)
        self.heading.setAccessibleName(text)

    def set_open(self, is_open: bool) -> None:
        """Folds or unfolds; folded up, the cards are gone."""
        self.heading.setChecked(is_open)
        if not is_open:
            self.show_signals([], 0)
        self._meaning.setVisible(is_open)
        self._loading.setVisible(is_open and not self._cards)
        self._mark()

    def show_signals(self, signals: Sequence[contract.Signal], total: int) -> None:
        """Shows these of `total`. A card that stays keeps what is being written into it."""
        self._loading.hide()
        self._total = total
        kept: dict[str, SignalCard] = {}
        for place, signal in enumerate(signals):
            card = self._cards.pop(signal.id, None)
            if card is None:
                card = self._make_card(signal)
            else:
                card.show_signal(signal)
            if self._column.indexOf(card) != place + _ABOVE_CARDS:
                self._column.removeWidget(card)
                self._column.insertWidget(place + _ABOVE_CARDS, card)
            kept[signal.id] = card
        for gone in self._cards.values():
            self._drop(gone)
        self._cards = kept
        self._show_rest()

    def remove(self, card: SignalCard) -> None:
        """Takes a card away that has been seen to."""
        if self._cards.pop(card.signal.id, None) is not None:
            self._total -= 1
            self._drop(card)
            self._show_rest()

    def _make_card(self, signal: contract.Signal) -> SignalCard:
        card = SignalCard(signal, theme=self._theme, among_its_kind=True)
        card.answered.connect(lambda answer: self.answered.emit(card, answer))
        card.acknowledged.connect(lambda note: self.acknowledged.emit(card, note))
        return card

    def _drop(self, card: SignalCard) -> None:
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _show_rest(self) -> None:
        left = self._total - len(self._cards) if self.is_open else 0
        full = len(self._cards) >= MOST_CARDS
        text = f"Show all {self._total:,} in the list" if full else f"Show {min(left, STEP)} more of {left:,}"
        self.more_button.setText(text)
        self.more_button.setAccessibleName(text)
        self.more_button.setVisible(left > 0)

    def _on_heading(self) -> None:
        self.set_open(self.heading.isChecked())
        self.toggled.emit(self.is_open)

    def _on_more(self) -> None:
        if len(self._cards) >= MOST_CARDS:
            self.list_wanted.emit()
        else:
            self.more_wanted.emit()

    def _mark(self) -> None:
        caret = "ph.caret-down" if self.is_open else "ph.caret-right"
        self.heading.setIcon(self._theme.icon(caret, "accent_fg"))
        self.heading.setAccessibleDescription("Unfolded" if self.is_open else "Folded up")
