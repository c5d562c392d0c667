"""The two pages without a sidebar: while signing in, and for people who may not manage keys."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from ss_admin.contract.accounts import Session
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.busy import ProgressStripe
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import in_the_middle, words, wrapped_label
from ss_admin.desktop.widgets.notice import IconLabel
from ss_admin.desktop.widgets.product_mark import ProductMark

__all__ = ["NotAllowedPage", "WaitingPage"]


class WaitingPage(QWidget):
    """The product's mark and, if it takes longer, a stripe."""

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shell.waiting")
        self._stripe = ProgressStripe(theme=theme)
        self._stripe.setFixedWidth(160)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.tokens.l)
        layout.addStretch(2)
        layout.addWidget(ProductMark(56, theme=theme), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(words("Signing in…", "dimmed"), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._stripe, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def start(self) -> None:
        """Signing in has begun."""
        self._stripe.start()

    def stop(self) -> None:
        """Signing in is over."""
        self._stripe.stop()


class NotAllowedPage(QWidget):
    """Says who may manage keys, and as whom one is signed in; the only way from here is out."""

    signed_out = Signal()

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shell.notAllowed")
        card = QFrame()
        card.setProperty("role", "card")
        card.setFixedWidth(560)
        self._who = wrapped_label("", "dimmed")
        self._who.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.sign_out_button: QPushButton = button(
            "Sign out", "primary", name="shell.notAllowed.signOut", theme=theme, icon="ph.sign-out"
        )
        self.sign_out_button.clicked.connect(self.signed_out)
        title = wrapped_label("Only Tenant Administrators can manage API keys.", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(40, 40, 40, 36)
        inside.setSpacing(theme.tokens.m)
        inside.addWidget(
            IconLabel("ph.lock-key", "text_dimmed", theme=theme, size=40), 0, Qt.AlignmentFlag.AlignHCenter
        )
        inside.addWidget(title)
        inside.addWidget(self._who)
        inside.addSpacing(theme.tokens.s)
        inside.addWidget(self.sign_out_button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addLayout(in_the_middle(card))
        layout.addStretch(3)

    def show_session(self, session: Session) -> None:
        """Says as whom one is signed in."""
        self._who.setText(
            f"You are signed in as {session.user.name} of {session.tenant.name}. Ask a Tenant Administrator of your "
            "organisation, or sign in with another account."
        )
