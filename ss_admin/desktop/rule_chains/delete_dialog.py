"""Asks before a chain is deleted: what partners get then, and which keys are narrowed to it."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ss_admin.contract.rule_chains import RuleChain, ScopedKey
from ss_admin.desktop.moments import ago
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.labels import ElidedLabel, words, wrapped_label
from ss_admin.desktop.widgets.notice import Notice

__all__ = ["DeleteChainDialog"]

_PARTNERS = (
    "Partners who call it get 404 “rulechain_not_found” at once. Its executions can no longer be looked at, and "
    "webhooks of it that are still to be delivered are given up."
)
_NO_WAY_BACK = "This cannot be undone. To shut it off for a while, disable it instead."
_FIRST_NAMES = 5


class DeleteChainDialog(Dialog):
    """`confirmed` carries the chain as it was shown; the dialog stays until it is closed."""

    confirmed = Signal(object)

    def __init__(self, parent: QWidget | None, chain: RuleChain, *, theme: Theme, now: datetime) -> None:
        super().__init__(
            parent,
            theme=theme,
            name="ruleChainDelete",
            heading="Delete this rule chain?",
            primary="Delete rule chain",
            kind="danger",
        )
        self._notice = Notice("warning", "", theme=theme)
        self._notice.setObjectName("ruleChainDelete.notice")
        self._notice.hide()
        self._name = ElidedLabel("", "strong")
        self._endpoint = ElidedLabel("", "dimmed")
        self._last_run = words("", "body")
        self.keys = Notice("neutral", "Looking for API keys that are narrowed to it…", theme=theme)
        self.keys.setObjectName("ruleChainDelete.keys")
        card = QFrame()
        card.setProperty("role", "card")
        facts = QVBoxLayout(card)
        facts.setContentsMargins(14, 12, 14, 12)
        facts.setSpacing(4)
        for line in (self._name, self._endpoint, self._last_run):
            facts.addWidget(line)
        self.body.addWidget(self._notice)
        self.body.addWidget(card)
        self.body.addWidget(self.keys)
        self.body.addWidget(Notice("danger", _PARTNERS, theme=theme))
        self.body.addWidget(wrapped_label(_NO_WAY_BACK, "dimmed"))
        self._show(chain, now)
        self.primary_button.clicked.connect(lambda: self.confirmed.emit(self._chain))

    @property
    def notice(self) -> str:
        """What was said since the dialog opened: the chain changed, or deleting did not succeed."""
        return self._notice.text

    def show_keys(self, keys: Sequence[ScopedKey], total: int) -> None:
        """The keys that are narrowed to the chain, the first of `total`."""
        if not keys:
            self.keys.say("No API key is narrowed to it.", "neutral")
            return
        names = "\n".join(f"{key.name} · {key.masked_key}" for key in keys[:_FIRST_NAMES])
        more = total - min(len(keys), _FIRST_NAMES)
        rest = f"\nand {more:,} more" if more > 0 else ""
        are = "1 API key is" if total == 1 else f"{total:,} API keys are"
        after = "A key that is narrowed to this chain alone can call nothing afterwards."
        self.keys.say(f"{are} narrowed to it:\n{names}{rest}\n{after}", "warning")

    def show_keys_unknown(self, sentence: str) -> None:
        """Which keys are narrowed to the chain could not be found out."""
        self.keys.say(f"Which API keys are narrowed to it is not known. {sentence}", "warning")

    def show_changed(self, chain: RuleChain, now: datetime) -> None:
        """Somebody else changed the chain: shows it as it is now and asks again."""
        self._show(chain, now)
        self._say("Somebody else changed this rule chain meanwhile. It was not deleted; this is how it is now.")

    def show_failure(self, sentence: str) -> None:
        """Deleting did not succeed; the dialog can be used again."""
        self._say(sentence)

    def _show(self, chain: RuleChain, now: datetime) -> None:
        self._chain = chain
        self._name.setText(chain.name)
        self._endpoint.setText(chain.endpoint_url)
        runs = f", {chain.runs:,} {'run' if chain.runs == 1 else 'runs'} within the time kept" if chain.runs else ""
        last = "Never run" if chain.last_run_at is None else f"Last run {ago(chain.last_run_at, now).lower()}"
        self._last_run.setText(f"{last}{runs}")

    def _say(self, sentence: str) -> None:
        self.set_busy(False)
        self._notice.say(sentence)
        self._notice.show()
        self.cancel_button.setFocus()
