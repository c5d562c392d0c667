"""Pictures of “Needs attention” and of “Why was a call refused?”, for `screenshots.py`."""

import urllib.error
import urllib.request
from collections.abc import Callable

from PySide6.QtWidgets import QPushButton

from ss_admin.contract.demo import DemoReady
from ss_admin.desktop.api_keys.table.list_filter import AttentionChoice
from ss_admin.desktop.refusals.dialog import RefusalDialog
from tests.support.real_window import RealApp, close_dialogs, wait_until

__all__ = ["AttentionPictures"]


class AttentionPictures:
    """Goes through both in the window of `app`, and calls `shot` with a name at every stop."""

    def __init__(self, app: RealApp, ready: DemoReady, shot: Callable[[str], None]) -> None:
        self._app = app
        self._ready = ready
        self._shot = shot

    def take_all(self) -> None:
        """The strip, its cards, the list narrowed down by it, and the answers about refused calls."""
        self._strip()
        self._refusals()

    def _strip(self) -> None:
        attention = self._app.page.attention
        strip = attention.strip
        wait_until(strip.fold_button.isVisible, "something needs attention")
        strip.fold_button.click()
        wait_until(lambda: any(group.cards for group in strip.panel.groups), "the cards are here")
        self._shot("attention-unfolded")
        card = next(card for group in strip.panel.groups for card in group.cards)
        card.acknowledge_button.click()
        card.form.note.setText("Asked the partner: a test of theirs, over since noon.")
        self._shot("attention-acknowledging")
        card.form.cancel_button.click()
        for group in strip.panel.groups:
            if not group.is_open:
                group.heading.click()
        self._app.background.wait_idle()
        last = strip.panel.groups[-1]
        strip.panel.bring_into_view(last.more_button if last.more_button.isVisible() else last.cards[-1])
        self._shot("attention-all-unfolded")
        strip.fold_button.click()
        kind = next(choice for choice in strip.chips.chips if choice.kind)
        attention.chosen.emit(AttentionChoice(kind.kind))
        self._shot("attention-filtered")
        attention.chosen.emit(None)
        self._app.background.wait_idle()

    def _refusals(self) -> None:
        self._app.find(QPushButton, "apiKeys.explainRefusal").click()
        dialog = self._app.find(RefusalDialog, "refusals")
        self._shot("refusal-question")
        dialog.field.take("a call of yesterday, at noon")
        dialog.ask()
        self._shot("refusal-unclear")
        for name, pasted in (
            ("refusal-explained", self._refused_call()),
            ("refusal-not-found", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            ("refusal-pasted-key", self._ready.api_key),
            ("refusal-malformed-key", self._ready.api_key[:-1]),
        ):
            dialog.field.forget()
            dialog.field.take(pasted)
            before = dialog.answer_view
            dialog.ask()
            wait_until(lambda before=before: dialog.answer_view not in {None, before}, "the answer")
            self._shot(name)
        close_dialogs()

    def _refused_call(self) -> str:
        """Makes a call that is refused; its request id."""
        url = f"{self._ready.url}/rulechains/{self._ready.rulechain_id}/execute"
        request = urllib.request.Request(
            url, data=b'{"_priority":}', headers={"x-api-key": self._ready.api_key, "Content-Type": "application/json"}
        )
        try:
            urllib.request.urlopen(request, timeout=10)
        except urllib.error.HTTPError as refused:
            with refused:
                return str(refused.headers["X-Request-Id"])
        raise AssertionError("the call was not refused")
