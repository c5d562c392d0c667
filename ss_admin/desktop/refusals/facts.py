"""The facts of a refusal: captions beside their values, and the key with the way to it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from ss_admin.contract.refusals import KeyState, Refusal, RefusedKey
from ss_admin.desktop.moments import Clock, ago, exact_moment, utc_now
from ss_admin.desktop.refusals.refusal_words import KEY_STATE_BADGES
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge_label import BadgeLabel
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import ElidedLabel, TextRole, words, wrapped_label

__all__ = ["Facts", "KeyLine", "refusal_facts", "selectable"]

_CAPTIONS = 128


class KeyLine(QWidget):
    """A key's name, masked form and state; “Open key” where it is still there. `opened` carries its id."""

    opened = Signal(str)

    def __init__(self, key: RefusedKey, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        badge = KEY_STATE_BADGES[key.state]
        self.open_button = button("Open key", "plain", name="refusals.openKey")
        self.open_button.setAccessibleDescription(key.name)
        self.open_button.setVisible(key.state is not KeyState.DELETED)
        self.open_button.clicked.connect(lambda: self.opened.emit(key.id))
        masked = words(key.masked_key)
        masked.setFont(theme.mono_font(theme.tokens.caption))
        name = ElidedLabel(key.name, "strong")
        name.setSizePolicy(name.sizePolicy().Policy.Maximum, name.sizePolicy().Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(name)
        row.addWidget(masked)
        row.addWidget(BadgeLabel(badge.text, badge.kind, theme=theme, icon=badge.icon))
        row.addWidget(self.open_button)
        row.addStretch(1)


class Facts(QWidget):
    """Captions on the left, values beside them; what wraps takes the height that it needs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, _CAPTIONS)
        self._grid.setColumnStretch(1, 1)

    def add(self, caption: str, value: str | QWidget) -> None:
        """One more fact."""
        row = self._grid.rowCount()
        shown = selectable(value) if isinstance(value, str) else value
        label = words(caption, "dimmed")
        label.setBuddy(shown)
        shown.setAccessibleDescription(caption)
        beside = Qt.AlignmentFlag.AlignTop if isinstance(value, str) else Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(label, row, 0, beside)
        self._grid.addWidget(shown, row, 1)


def selectable(text: str, role: TextRole = "body") -> QLabel:
    """Words that wrap, and that the pointer can select."""
    label = wrapped_label(text, role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # words are no stop for the keyboard
    return label


def refusal_facts(
    refusal: Refusal, *, theme: Theme, with_key: bool = True, clock: Clock = utc_now
) -> tuple[Facts, KeyLine | None]:
    """The facts of one refused call, and the line of its key where one is known and asked for."""
    facts = Facts()
    line = KeyLine(refusal.api_key, theme=theme) if refusal.api_key and with_key else None
    if with_key:
        facts.add("API key", line or "None of this tenant’s keys came with the call")
    facts.add("Time", f"{' · '.join(exact_moment(refusal.at).splitlines())} · {ago(refusal.at, clock())}")
    facts.add("From address", refusal.address)
    if refusal.rulechain is not None:
        facts.add("Rule chain", refusal.rulechain.name)
    facts.add("Answer", f"{refusal.status} {refusal.code}")
    if refusal.detail:
        facts.add("The partner read", refusal.detail)
    return facts, line
