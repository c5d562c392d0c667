"""Asks before keys are deleted: what is lost, that it cannot be undone, and for many keys their number typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus
from ss_admin.desktop.moments import ago
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.form_field import FormField
from ss_admin.desktop.widgets.labels import ElidedLabel, words, wrapped_label
from ss_admin.desktop.widgets.notice import Notice

__all__ = ["DeleteKeyDialog", "DeleteKeysDialog", "KeyFacts"]

_LOSE_ACCESS = "External applications using this key lose access at once."
_ALL_LOSE_ACCESS = "External applications using these keys lose access at once."
_NO_WAY_BACK = "This cannot be undone. To shut a key off for a while, disable it instead."
_RECENTLY = timedelta(days=7)
_FIRST_NAMES = 5
_TYPED_FROM = 11


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is asked about a key before many are deleted, disabled or enabled."""

    id: str
    name: str
    last_used_at: datetime | None
    status: ApiKeyStatus = ApiKeyStatus.ACTIVE

    @classmethod
    def of(cls, api_key: ApiKey) -> "KeyFacts":
        """The facts of a key."""
        return cls(api_key.id, api_key.name, api_key.last_used_at, api_key.status)

    def used_recently(self, now: datetime) -> bool:
        """Whether the key was used in the last 7 days."""
        return self.last_used_at is not None and now - self.last_used_at <= _RECENTLY


class DeleteKeyDialog(Dialog):
    """Asks about one key. `confirmed` carries the key as it was shown; the dialog stays until it is closed."""

    confirmed = Signal(object)

    def __init__(self, parent: QWidget | None, api_key: ApiKey, *, theme: Theme, now: datetime) -> None:
        super().__init__(
            parent,
            theme=theme,
            name="apiKeyDelete",
            heading="Delete this API key?",
            primary="Delete API key",
            kind="danger",
        )
        self._notice = Notice("warning", "", theme=theme)
        self._notice.hide()
        self._name = ElidedLabel("", "strong")
        self._user = ElidedLabel("", "dimmed")
        self._last_use = words("", "body")
        card = QFrame()
        card.setProperty("role", "card")
        facts = QVBoxLayout(card)
        facts.setContentsMargins(14, 12, 14, 12)
        facts.setSpacing(4)
        for line in (self._name, self._user, self._last_use):
            facts.addWidget(line)
        self.body.addWidget(self._notice)
        self.body.addWidget(card)
        self.body.addWidget(Notice("danger", _LOSE_ACCESS, theme=theme))
        self.body.addWidget(wrapped_label(_NO_WAY_BACK, "dimmed"))
        self._show(api_key, now)
        self.primary_button.clicked.connect(lambda: self.confirmed.emit(self._api_key))

    @property
    def notice(self) -> str:
        """What was said since the dialog opened: the key changed, or deleting did not succeed."""
        return self._notice.text

    def show_changed(self, api_key: ApiKey, now: datetime) -> None:
        """Somebody else changed the key: shows it as it is now and asks again."""
        self._show(api_key, now)
        self._say("Somebody else changed this key meanwhile. It was not deleted; this is how it is now.")

    def show_failure(self, sentence: str) -> None:
        """Deleting did not succeed; the dialog can be used again."""
        self._say(sentence)

    def _show(self, api_key: ApiKey, now: datetime) -> None:
        self._api_key = api_key
        self._name.setText(api_key.name)
        self._user.setText(f"{api_key.user.name} · {api_key.masked_key}")
        self._last_use.setText(_last_use(api_key.last_used_at, now))

    def _say(self, sentence: str) -> None:
        self.set_busy(False)
        self._notice.say(sentence)
        self._notice.show()
        self.cancel_button.setFocus()


class DeleteKeysDialog(Dialog):
    """Asks about several keys; `accepted` means yes. More than 10 are deleted only after their number was typed."""

    def __init__(self, parent: QWidget | None, keys: Sequence[KeyFacts], *, theme: Theme, now: datetime) -> None:
        is_one = len(keys) == 1
        what = "this API key" if is_one else f"{len(keys):,} API keys"
        super().__init__(
            parent,
            theme=theme,
            name="apiKeysDelete",
            heading=f"Delete {what}?",
            primary="Delete API key" if is_one else f"Delete {what}",
            kind="danger",
        )
        self._number = len(keys)
        self.body.addWidget(_names(keys))
        self.body.addWidget(_recent_uses(keys, now, theme))
        self.body.addWidget(Notice("danger", _LOSE_ACCESS if is_one else _ALL_LOSE_ACCESS, theme=theme))
        self.body.addWidget(wrapped_label(_NO_WAY_BACK, "dimmed"))
        self.typed = QLineEdit()
        self.typed.setObjectName("apiKeysDelete.number")
        if self._number >= _TYPED_FROM:
            field = FormField(f"Type {self._number} to confirm", self.typed)
            self.body.addWidget(field)
            self.primary_button.setEnabled(False)
            self.typed.textChanged.connect(self._judge_number)
        self.primary_button.clicked.connect(self.accept)

    def _judge_number(self, text: str) -> None:
        self.primary_button.setEnabled(text.strip().replace(",", "").replace(" ", "") == str(self._number))


def _names(keys: Sequence[KeyFacts]) -> QFrame:
    card = QFrame()
    card.setProperty("role", "card")
    lines = QVBoxLayout(card)
    lines.setContentsMargins(14, 12, 14, 12)
    lines.setSpacing(4)
    for key in keys[:_FIRST_NAMES]:
        lines.addWidget(ElidedLabel(key.name, "strong"))
    if len(keys) > _FIRST_NAMES:
        lines.addWidget(words(f"and {len(keys) - _FIRST_NAMES:,} more", "dimmed"))
    return card


def _recent_uses(keys: Sequence[KeyFacts], now: datetime, theme: Theme) -> Notice:
    used = sorted(
        (key for key in keys if key.used_recently(now)), key=lambda key: key.last_used_at or now, reverse=True
    )
    if len(keys) == 1:
        return Notice("warning" if used else "info", f"{_last_use(keys[0].last_used_at, now)}.", theme=theme)
    if not used:
        return Notice("info", "None of them was used in the last 7 days.", theme=theme)
    were = "was" if len(used) == 1 else "were"
    names = "\n".join(f"{key.name}: {ago(key.last_used_at, now).lower()}" for key in used[:_FIRST_NAMES])
    rest = f"\nand {len(used) - _FIRST_NAMES:,} more" if len(used) > _FIRST_NAMES else ""
    return Notice("warning", f"{len(used):,} of them {were} used in the last 7 days:\n{names}{rest}", theme=theme)


def _last_use(last_used_at: datetime | None, now: datetime) -> str:
    return "Never used" if last_used_at is None else f"Last used {ago(last_used_at, now).lower()}"
