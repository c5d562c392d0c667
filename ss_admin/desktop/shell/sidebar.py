"""The sidebar: the product's mark, the navigation, and at the foot who is signed in and the way out."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.accounts import Session
from ss_admin.desktop.shell.navigation import Navigation
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton, button
from ss_admin.desktop.widgets.labels import ElidedLabel, line, words
from ss_admin.desktop.widgets.product_mark import ProductMark

__all__ = ["Sidebar"]

_WIDTH = 256


class Sidebar(QFrame):
    """Emits `signed_out` when the person wants to leave; `navigation` says which page they want."""

    signed_out = Signal()

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shell.sidebar")
        self.setProperty("role", "sidebar")
        self.setFixedWidth(_WIDTH)
        self.navigation = Navigation(theme=theme)
        self._initials = _Initials(theme=theme)
        self._person = ElidedLabel("", "strong")
        self._person.setObjectName("shell.person")
        self._tenant = ElidedLabel("", "caption")
        self._tenant.setObjectName("shell.tenant")
        self.sign_out_button = button("Sign out", "quiet", name="shell.signOut", theme=theme, icon="ph.sign-out")
        self.sign_out_button.setIconSize(QSize(28, 16))  # its icon and words stand below those of the navigation
        self.sign_out_button.clicked.connect(self.signed_out)
        self.notices_button = IconButton("ph.bell", "Notices", name="shell.notices", theme=theme)
        self.notices_button.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 1, 0)
        layout.setSpacing(0)
        layout.addLayout(self._head(theme))
        layout.addWidget(self.navigation, 1)
        layout.addWidget(line())
        layout.addLayout(self._foot())

    def show_session(self, session: Session) -> None:
        """Shows who is signed in, for which tenant."""
        self._initials.show_name(session.user.name)
        self._person.setText(session.user.name)
        self._tenant.setText(session.tenant.name)
        who = f"Signed in as {session.user.name} ({session.user.username}), {session.tenant.name}"
        self._person.setAccessibleName(who)

    def offer_notices(self, open_settings: Callable[[], None]) -> None:
        """Shows the button that leads to the settings of notices, where there are any to set."""
        if self.notices_button.isHidden():
            self.notices_button.clicked.connect(open_settings)
            self.notices_button.show()

    def _head(self, theme: Theme) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(18, 18, 16, 14)
        head.setSpacing(10)
        head.addWidget(ProductMark(28, theme=theme))
        name = words("SignalSync Admin", "strong")
        name.setFont(theme.font(15, QFont.Weight.DemiBold))
        head.addWidget(name, 1)
        return head

    def _foot(self) -> QVBoxLayout:
        who = QHBoxLayout()
        who.setContentsMargins(10, 0, 0, 0)
        who.setSpacing(10)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self._person)
        texts.addWidget(self._tenant)
        who.addWidget(self._initials)
        who.addLayout(texts, 1)
        who.addWidget(self.notices_button)
        foot = QVBoxLayout()
        foot.setContentsMargins(8, 14, 8, 10)
        foot.setSpacing(8)
        foot.addLayout(who)
        foot.addWidget(self.sign_out_button)
        return foot


class _Initials(QLabel):
    """A round picture made of a person's initials."""

    def __init__(self, *, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._letters = ""
        self.setFixedSize(32, 32)

    def show_name(self, name: str) -> None:
        parts = [part for part in name.split() if part[0].isalnum()] or ["?"]
        self._letters = (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()
        self.update()

    @override
    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("accent_bg"))
        painter.drawEllipse(QRectF(self.rect()))
        painter.setPen(self._theme.colour("accent_fg"))
        painter.setFont(self._theme.font(12, QFont.Weight.DemiBold))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self._letters)
        painter.end()
