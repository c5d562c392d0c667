"""“Needs attention” above the list: a calm strip with chips, which unfolds to cards; not there when nothing is open."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ss_admin.contract.signals import SignalCounts
from ss_admin.desktop.api_keys.attention.chips import ChipRow
from ss_admin.desktop.api_keys.attention.panel import AttentionPanel
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import line, words
from ss_admin.desktop.widgets.notice import IconLabel
from ss_admin.desktop.widgets.signals.signal_words import SEVERITY_WORDS, SIGNAL_WORDS

__all__ = ["AttentionStrip"]

_HEIGHT = 46


class AttentionStrip(QFrame):
    """`unfolded` tells whether the cards show."""

    unfolded = Signal(bool)

    def __init__(self, page: QWidget, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("apiKeys.attention")
        self.setProperty("role", "card")
        self._theme = theme
        self._counts: SignalCounts | None = None
        self._icon = IconLabel("ph.info", "text_dimmed", theme=theme, size=20)
        self._title = words("Needs attention", "strong")
        self.chips = ChipRow(theme=theme)
        self.fold_button = button("Details", "plain", name="apiKeys.attention.details")
        self.fold_button.setCheckable(True)
        self.panel = AttentionPanel(page, theme=theme)
        self._line = line()
        self._head = QWidget()
        self._lay_out()
        self.fold_button.toggled.connect(self._fold)
        self.chips.more_wanted.connect(lambda: self.fold_button.setChecked(True))
        self.panel.left.connect(self._leave_panel)
        self._fold(unfolded=False)
        self.hide()

    @property
    def is_unfolded(self) -> bool:
        """Whether the cards show."""
        return self.fold_button.isChecked()

    def keep_room(self) -> None:
        """Nothing is known yet: keeps the room of the strip free, so that nothing jumps when it comes."""
        self._head.hide()
        self._dress("room")
        self.show()

    def show_counts(self, counts: SignalCounts, *, is_chosen: bool) -> None:
        """Shows how many keys there are; goes away where there are none, unless the list is narrowed down to them."""
        self._counts = counts
        there = counts.api_keys > 0 or is_chosen
        if there and self._head.isHidden():
            self._dress("card")
            self._head.show()
        if not there:
            self.fold_button.setChecked(False)
        self.setVisible(there)
        if counts.by_kind:
            gravest = next(kind for kind in SIGNAL_WORDS if kind in counts.by_kind)
            severity = SEVERITY_WORDS[SIGNAL_WORDS[gravest].usually]
            self._icon.show_as(severity.icon, f"{severity.badge}_fg")
        self.chips.show_counts(counts)
        if self.is_unfolded:
            self.panel.show_counts(counts)

    def _lay_out(self) -> None:
        tokens = self._theme.tokens
        self._head.setFixedHeight(_HEIGHT)
        policy = self._head.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._head.setSizePolicy(policy)
        row = QHBoxLayout(self._head)
        row.setContentsMargins(tokens.l, 0, tokens.m, 0)
        row.setSpacing(tokens.m)
        row.addWidget(self._icon)
        row.addWidget(self._title)
        row.addWidget(self.chips, 1)
        row.addWidget(self.fold_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._line)
        column.addWidget(self.panel)

    def _dress(self, role: str) -> None:
        self.setProperty("role", role)
        self.style().unpolish(self)
        self.style().polish(self)

    def _fold(self, unfolded: bool) -> None:
        self._line.setVisible(unfolded)
        self.panel.setVisible(unfolded)
        self.fold_button.setIcon(self._theme.icon("ph.caret-up" if unfolded else "ph.caret-down", "accent_fg"))
        text = "Hide details" if unfolded else "Details"
        self.fold_button.setText(text)
        self.fold_button.setAccessibleName(f"{text} of what needs attention")
        if unfolded and self._counts is not None:
            self.panel.show_counts(self._counts)
        self.unfolded.emit(unfolded)

    def _leave_panel(self) -> None:
        self.fold_button.setChecked(False)
        self.fold_button.setFocus(Qt.FocusReason.OtherFocusReason)
