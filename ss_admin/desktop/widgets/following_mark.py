"""How far the last change has come, beside the count of keys."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ss_admin.desktop.following_words import Following, FollowingState
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import ElidedLabel, TextRole, set_role
from ss_admin.desktop.widgets.notice import IconLabel

__all__ = ["FollowingMark"]

SHOWN_MS = 10_000

_LOOKS: Mapping[FollowingState, tuple[str, str, TextRole]] = MappingProxyType(
    {
        "waiting": ("ph.clock", "text_dimmed", "dimmed"),
        "late": ("ph.warning", "warning_fg", "warning"),
        "reached": ("ph.check-circle", "success_fg", "body"),
    }
)


class FollowingMark(QWidget):
    """“Alarm”  ✓ Refused everywhere after 84 ms. What is good goes by itself; a server that is late stays named."""

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("apiKeys.following")
        self._subject = ElidedLabel("", "dimmed")
        self._subject.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._icon = IconLabel("ph.clock", "text_dimmed", theme=theme, size=16)
        self._text = ElidedLabel("")  # names of servers can be long, and the window no wider for them
        self._text.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._subject, 1)
        row.addWidget(self._icon)
        row.addWidget(self._text)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown, the subject first; empty while it is hidden."""
        return "" if self.isHidden() else self.accessibleName()

    def show_following(self, following: Following | None) -> None:
        """Shows it, or nothing. Screen readers speak each state once."""
        self._timer.stop()
        if following is None:
            self.hide()
            return
        whole = f"{following.subject}: {following.text}"
        if whole != self.text:
            self._show(following, whole)
        if following.state == "reached":
            self._timer.start()

    def _show(self, following: Following, whole: str) -> None:
        icon, colour, role = _LOOKS[following.state]
        self._subject.setText(following.subject)
        self._icon.show_as(icon, colour)
        self._text.setText(following.text)
        set_role(self._text, role)
        self.setAccessibleName(whole)
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, whole))
