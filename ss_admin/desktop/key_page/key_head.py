"""The head of a key's page: the way back, the key's name, states and masked form, and what can be done to it."""

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus
from ss_admin.desktop.following_words import Following
from ss_admin.desktop.key_states import Badge, expiry_badge, status_badge
from ss_admin.desktop.moments import ago, exact_moment, local_date
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge_label import BadgeLabel
from ss_admin.desktop.widgets.buttons import IconButton, button, show_action
from ss_admin.desktop.widgets.following_mark import FollowingMark
from ss_admin.desktop.widgets.labels import ElidedLabel, words
from ss_admin.desktop.widgets.stale_mark import StaleMark

__all__ = ["BACK_INSET", "KeyHead"]

BACK_INSET = 4
"""Pixels that the way back stands out to the left: its arrow is over the name, its focus ring around it."""
_LEAST_NAME = 200
"""Pixels: a name with less room than this beside the buttons has the line for itself."""


class KeyHead(QWidget):
    """Each button has its signal; `copy_requested`: the masked key is wanted on the clipboard."""

    back_requested = Signal()
    copy_requested = Signal()
    edit_requested = Signal()
    status_requested = Signal()
    curl_requested = Signal()
    delete_requested = Signal()

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.back_button = button(
            "API Keys Management", "plain", name="keyPage.back", theme=theme, icon="ph.arrow-left"
        )
        self.back_button.setStyleSheet("margin-left: 0")  # its focus ring has room here
        self.back_button.setToolTip("Back to the list (Alt+Left, Escape)")
        self.name = ElidedLabel("", "heading")
        self.name.setObjectName("keyPage.name")
        self.status = BadgeLabel("", "neutral", theme=theme)
        self.expiry = BadgeLabel("", "neutral", theme=theme)
        self.masked_key = words("")
        self.masked_key.setObjectName("keyPage.maskedKey")
        self.masked_key.setFont(theme.mono_font())
        self.copy_button = IconButton("ph.copy", "Copy the masked key", name="keyPage.copyMasked", theme=theme)
        self.user = ElidedLabel("", "body")
        self.facts = ElidedLabel("", "dimmed")
        self.stale_mark = StaleMark(theme=theme, name="keyPage.stale")
        self.following = FollowingMark(theme=theme)
        self.edit_button = button("Edit", name="keyPage.edit", theme=theme, icon="ph.pencil-simple")
        self.status_button = button("Disable", name="keyPage.status")
        self.curl_button = button("Copy cURL example", name="keyPage.curl", theme=theme, icon="ph.terminal-window")
        self.delete_button = button("Delete", name="keyPage.delete", theme=theme, icon="ph.trash")
        self.delete_button.setIcon(theme.icon("ph.trash", "danger_fg"))
        self._first_line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._lay_out()
        self._connect()

    @property
    def actions_on_key(self) -> tuple[QPushButton, ...]:
        """The buttons that do something to the key."""
        return self.edit_button, self.status_button, self.curl_button, self.delete_button

    def show_key(self, api_key: ApiKey, now: datetime) -> None:
        """The key as it is now."""
        self.name.setText(api_key.name)
        self.name.ensurePolished()
        self.name.setMaximumWidth(self.name.fontMetrics().horizontalAdvance(api_key.name) + 6)
        _say(self.status, status_badge(api_key.status))
        _say(self.expiry, expiry_badge(api_key.expires_at, now))
        self.expiry.setToolTip(exact_moment(api_key.expires_at) if api_key.expires_at else "")
        self.masked_key.setText(api_key.masked_key)
        self.masked_key.setAccessibleName(f"Key {api_key.masked_key}")
        self.user.setText(api_key.user.name)
        self.facts.setText(_facts(api_key, now))
        is_active = api_key.status is ApiKeyStatus.ACTIVE
        show_action(self.status_button, "Disable" if is_active else "Enable")
        self.status_button.setIcon(self._theme.icon("ph.prohibit" if is_active else "ph.check-circle"))
        self.show_actions(there=True)

    def show_nothing(self) -> None:
        """Nothing is known of the key yet."""
        for part in (self.name, self.masked_key, self.user, self.facts):
            part.setText("")
        self.show_actions(there=False)

    def show_actions(self, *, there: bool) -> None:
        """Whether there is a key to do something to."""
        for part in (self.status, self.expiry, self.copy_button, *self.actions_on_key):
            part.setVisible(there)

    def show_following(self, following: Following | None) -> None:
        """How far the last change has come."""
        self.following.show_following(following)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wanted = _LEAST_NAME + sum(
            part.sizeHint().width() + self._theme.tokens.s for part in (self.status, self.expiry, *self.actions_on_key)
        )
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._first_line.setDirection(beside if wanted <= self.width() else below)

    def _lay_out(self) -> None:
        tokens = self._theme.tokens
        back = QHBoxLayout()
        back.addWidget(self.back_button)
        back.addStretch(1)
        back.addWidget(self.following, 20)
        back.addWidget(self.stale_mark)
        names = QHBoxLayout()
        names.setSpacing(tokens.s)
        names.addWidget(self.name, 1)
        names.addWidget(self.status)
        names.addWidget(self.expiry)
        names.addStretch()
        actions = QHBoxLayout()
        actions.setSpacing(tokens.s)
        for part in self.actions_on_key:
            actions.addWidget(part)
        actions.addStretch()
        self._first_line.setSpacing(tokens.s)
        self._first_line.addLayout(names, 1)
        self._first_line.addLayout(actions)
        about = QHBoxLayout()
        about.setSpacing(4)
        about.addWidget(self.masked_key)
        about.addWidget(self.copy_button)
        about.addSpacing(tokens.s)
        about.addWidget(self.user, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(back)
        facts = QHBoxLayout()
        facts.addWidget(self.facts)
        for row in (self._first_line, about, facts):
            row.setContentsMargins(BACK_INSET, 0, 0, 0)
            layout.addLayout(row)

    def _connect(self) -> None:
        for made, signal in (
            (self.back_button, self.back_requested),
            (self.copy_button, self.copy_requested),
            (self.edit_button, self.edit_requested),
            (self.status_button, self.status_requested),
            (self.curl_button, self.curl_requested),
            (self.delete_button, self.delete_requested),
        ):
            made.clicked.connect(signal)


def _say(label: BadgeLabel, badge: Badge) -> None:
    label.say(badge.text, badge.kind, icon=badge.icon)


def _facts(api_key: ApiKey, now: datetime) -> str:
    created = f"Created {local_date(api_key.created_at)} by {api_key.created_by.name}"
    if api_key.last_used_at is None:
        return f"{created} · Never used"
    source = f" from {api_key.last_used_address}" if api_key.last_used_address else ""
    return f"{created} · Last used {ago(api_key.last_used_at, now).lower()}{source}"
