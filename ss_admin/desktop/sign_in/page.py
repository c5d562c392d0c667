"""The sign-in page: the product's mark, and the form on a card in the middle of the window."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.desktop.sign_in.form import SignInForm
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import in_the_middle, words
from ss_admin.desktop.widgets.product_mark import ProductMark
from ss_admin.desktop.widgets.scroll_column import ScrollColumn

__all__ = ["SignInPage"]

_CARD_WIDTH = 400


class SignInPage(QWidget):
    """The form, and a heading that says what this is."""

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("signIn")
        self.form = SignInForm(theme=theme)
        card = QFrame()
        card.setProperty("role", "card")
        card.setFixedWidth(_CARD_WIDTH)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(32, 32, 32, 24)
        inside.setSpacing(theme.tokens.xl)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(ProductMark(44, theme=theme), 0, Qt.AlignmentFlag.AlignTop)
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(words("SignalSync Admin", "title"))
        titles.addWidget(words("Sign in to manage API keys", "dimmed"))
        head.addLayout(titles, 1)
        inside.addLayout(head)
        inside.addWidget(self.form)
        scroll = ScrollColumn()
        scroll.column.setContentsMargins(24, 24, 24, 24)
        scroll.column.addStretch(2)
        scroll.column.addLayout(in_the_middle(card))
        scroll.column.addStretch(3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    @override
    def sizeHint(self) -> QSize:
        return QSize(900, 640)
