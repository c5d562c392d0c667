"""One entry of the audit trail, opened: who, when, from where, what changed, and what proves that it is unaltered."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from ss_admin.contract.activity import ActivityAction, ActivityEntry
from ss_admin.desktop.activity_words import ChangeInWords, action_in_words, list_changes, who_in_words
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.moments import Clock, ago, exact_moment
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import show_action
from ss_admin.desktop.widgets.copy_line import CopyLine
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.labels import line, words, wrapped_label

__all__ = ["EntryDialog"]

_WIDTH = 640
_CAPTIONS_WIDTH = 104
_SHORT_CHANGE = 56


class EntryDialog(Dialog):
    """Read-only. `only_object_requested` asks for everything that was done to the entry's object."""

    only_object_requested = Signal()

    def __init__(
        self, parent: QWidget | None, entry: ActivityEntry, *, clipboard: Clipboard, theme: Theme, clock: Clock
    ) -> None:
        super().__init__(
            parent,
            theme=theme,
            name="activityEntry",
            heading=action_in_words(entry),
            primary="Close",
            cancel="",
            width=_WIDTH,
        )
        self._clipboard = clipboard
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(theme.tokens.l)
        self._facts.setVerticalSpacing(theme.tokens.s)
        self._facts.setColumnMinimumWidth(0, _CAPTIONS_WIDTH)
        self._facts.setColumnStretch(1, 1)
        self._add_facts(entry, clock)
        self.body.addLayout(self._facts)
        changes = list_changes(entry)
        if changes:
            self.body.addWidget(line())
            self.body.addWidget(words("What changed", "strong"))
            self.body.addWidget(_Changes(changes, theme=theme))
        self.body.addWidget(line())
        self.body.addLayout(self._proof(entry))
        show_action(self.cancel_button, "Show its history")
        self.cancel_button.setToolTip(f"Everything that was done to {entry.object.name}")
        self.cancel_button.clicked.disconnect(self.reject)
        self.cancel_button.clicked.connect(self._ask_for_object)
        self.primary_button.clicked.connect(self.accept)
        self.finished.connect(self.deleteLater)

    def _ask_for_object(self) -> None:
        self.accept()
        self.only_object_requested.emit()

    def _add_facts(self, entry: ActivityEntry, clock: Clock) -> None:
        local, *utc = exact_moment(entry.at).splitlines()
        self._add("Who", _text(who_in_words(entry)))
        self._add("When", _text("\n".join([f"{local} · {ago(entry.at, clock())}", *utc])))
        self._add(_what(entry), _text(entry.object.name))
        self._add("Address", _text(entry.address or "None: it was done at the server itself"))
        if entry.request_id:
            self._add("Request ID", self._copied("request ID", entry.request_id, "requestId"))

    def _proof(self, entry: ActivityEntry) -> QVBoxLayout:
        proof = QVBoxLayout()
        proof.setSpacing(4)
        told = "Each entry is bound to all before it by its hash; “ss-backend audit verify” finds any that was altered."
        proof.addWidget(words(f"Entry {entry.sequence:,} of the trail", "strong"))
        proof.addWidget(wrapped_label(told, "dimmed"))
        proof.addWidget(self._copied("hash", entry.hash, "hash"))
        return proof

    def _copied(self, what: str, text: str, name: str) -> CopyLine:
        return CopyLine(what, text, clipboard=self._clipboard, theme=self.theme, name=f"activityEntry.{name}")

    def _add(self, caption: str, value: QWidget) -> None:
        row = self._facts.rowCount()
        label = words(caption, "dimmed")
        label.setBuddy(value)
        in_line = Qt.AlignmentFlag.AlignVCenter if isinstance(value, CopyLine) else Qt.AlignmentFlag.AlignTop
        self._facts.addWidget(label, row, 0, in_line)
        self._facts.addWidget(value, row, 1)


class _Changes(QFrame):
    """Field, before and after in three columns; what is short, or has no before, is one line."""

    def __init__(self, changes: list[ChangeInWords], *, theme: Theme) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.tokens.l)
        grid.setVerticalSpacing(theme.tokens.s)
        grid.setColumnMinimumWidth(0, _CAPTIONS_WIDTH)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        for row, change in enumerate(changes):
            grid.addWidget(words(change.label, "dimmed"), row, 0, Qt.AlignmentFlag.AlignTop)
            after = _text(change.after)
            if change.before is None:
                grid.addWidget(after, row, 1, 1, 3)
            elif len(change.before) + len(change.after) <= _SHORT_CHANGE:
                grid.addWidget(_text(f"{change.before} → {change.after}"), row, 1, 1, 3)
            else:
                grid.addWidget(_text(change.before), row, 1)
                arrow = words("→", "dimmed")
                arrow.setAccessibleName("became")
                grid.addWidget(arrow, row, 2, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(after, row, 3)


def _what(entry: ActivityEntry) -> str:
    """What kind of thing it was done to."""
    kinds = {"api_key": "API key", "signal": "API key", "rule_chain": "Rule chain"}
    exported = {ActivityAction.INVENTORY_EXPORTED, ActivityAction.EXPIRIES_EXPORTED, ActivityAction.ACTIVITY_EXPORTED}
    return "Exported" if entry.action in exported else kinds.get(entry.action.value.partition(".")[0], "Person")


def _text(text: str) -> QLabel:
    """Text of any length, to be read and marked; long words break where they must."""
    label = wrapped_label(_breakable(text))
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    label.setAccessibleName(text)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    return label


def _breakable(text: str, most: int = 24) -> str:
    """`text` with places to break within words that are longer than `most` characters."""
    return " ".join("\u200b".join(word[at : at + most] for at in range(0, len(word), most)) for word in text.split(" "))
