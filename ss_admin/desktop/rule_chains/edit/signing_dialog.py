"""The secret that signs a chain's webhooks: fetched when it is asked for, shown whole, and gone with the dialog."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError
from ss_admin.contract.rule_chains import RuleChainDetail, SigningSecret
from ss_admin.desktop.error_text import concerns_the_window, describe
from ss_admin.desktop.rule_chains.surroundings import Surroundings
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.dialog import Dialog, Question
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.notice import Notice
from ss_admin.desktop.widgets.secret_box import SecretBox

__all__ = ["SigningSecretDialog"]

_HOW_TO_CHECK = (
    "Every webhook carries X-SignalSync-Signature: sha256=… — the HMAC-SHA256 of the raw body under this secret, in "
    "hexadecimal. The receiver computes the same and compares, before it reads the body."
)
_LOGGED = "That it was shown is recorded in the activity list."
_ASK = (
    "Webhooks are signed with the new secret at once, also those that are still to be delivered. A receiver that "
    "checks with the old one refuses them until it has the new one."
)


class SigningSecretDialog(Dialog):
    """`failed` carries a `ClientError` that the shell has to know of."""

    failed = Signal(object)

    def __init__(self, parent: QWidget | None, chain: RuleChainDetail, surroundings: Surroundings) -> None:
        super().__init__(
            parent,
            theme=surroundings.theme,
            name="signingSecret",
            heading="Signing secret",
            primary="Close",
            cancel="",
            width=580,
        )
        self._with = surroundings
        self._chain = chain
        self.box = SecretBox(
            "Signing secret",
            "secret",
            clipboard=surroundings.clipboard,
            theme=surroundings.theme,
            name="signingSecret",
        )
        self.notice = Notice("danger", "", theme=surroundings.theme)
        self.notice.setObjectName("signingSecret.notice")
        self.notice.hide()
        self.replace_button = button("Replace…", name="signingSecret.replace")
        self.body.addWidget(wrapped_label(f"It signs the webhooks of “{chain.name}”.", "dimmed"))
        self.body.addWidget(self.notice)
        self.body.addWidget(self.box)
        self.body.addWidget(wrapped_label(_HOW_TO_CHECK))
        self.body.addWidget(wrapped_label(_LOGGED, "dimmed"))
        self.footer.insertWidget(0, self.replace_button)
        self.primary_button.clicked.connect(self.accept)
        self.replace_button.clicked.connect(self._ask_to_replace)
        self._fetch(replace=False)

    @override
    def done(self, result: int) -> None:
        """The dialog closes: the secret is forgotten. A copy on the clipboard keeps its own time."""
        self.box.forget()
        super().done(result)

    def _fetch(self, *, replace: bool) -> None:
        chains, chain_id = self._with.chains, self._chain.id
        self._show_busy(True)
        self._with.background.run(
            lambda: chains.replace_signing_secret(chain_id) if replace else chains.signing_secret(chain_id),
            owner=self,
            done=lambda secret: self._show(secret, replaced=replace),
            failed=self._on_failed,
        )

    def _show_busy(self, busy: bool) -> None:
        self.set_busy(busy)
        self.primary_button.setEnabled(True)
        self.replace_button.setEnabled(not busy)

    def _show(self, secret: SigningSecret, *, replaced: bool) -> None:
        self._show_busy(False)
        if not self.isVisible():
            return  # closed meanwhile: then nobody is to see it
        self.box.show_secret(secret.secret)
        self.notice.setVisible(replaced)
        if replaced:
            self.notice.say("The secret was replaced. Give the new one to the receivers of the webhooks.", "success")

    def _on_failed(self, error: ClientError) -> None:
        self._show_busy(False)
        self.notice.say(describe(error), "danger")
        self.notice.show()
        if concerns_the_window(error):
            self.failed.emit(error)

    def _ask_to_replace(self) -> None:
        question = Question(
            self,
            theme=self.theme,
            name="signingSecret.replaceQuestion",
            heading="Replace the signing secret?",
            text=_ASK,
            primary="Replace secret",
        )
        question.accepted.connect(lambda: self._fetch(replace=True))
        question.open()
