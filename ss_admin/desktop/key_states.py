"""A key's states as they are shown everywhere: its status in words, and the badges of status and expiry."""

from dataclasses import dataclass
from datetime import datetime

from ss_admin.contract.api_keys import ApiKeyStatus, ExpiryState
from ss_admin.desktop.moments import expiry_state, expiry_words
from ss_admin.desktop.widgets.badge import BadgeKind

__all__ = ["Badge", "expiry_badge", "status_badge", "status_words"]


@dataclass(frozen=True)
class Badge:
    """A pill: its words, its kind (the colours) and its icon's name."""

    text: str
    kind: BadgeKind
    icon: str


_EXPIRY_LOOKS: dict[ExpiryState, tuple[BadgeKind, str]] = {
    ExpiryState.ACTIVE: ("success", "ph.check-circle"),
    ExpiryState.SOON: ("warning", "ph.clock"),
    ExpiryState.EXPIRED: ("danger", "ph.x-circle"),
    ExpiryState.NEVER: ("neutral", "ph.infinity"),
}


def expiry_badge(expires_at: datetime | None, now: datetime) -> Badge:
    """Where the key stands with its expiry: “Expires in 42 days”, or “Expired”."""
    kind, icon = _EXPIRY_LOOKS[expiry_state(expires_at, now)]
    return Badge(expiry_words(expires_at, now), kind, icon)


def status_words(status: ApiKeyStatus) -> str:
    """“Active” or “Disabled”."""
    return "Active" if status is ApiKeyStatus.ACTIVE else "Disabled"


def status_badge(status: ApiKeyStatus) -> Badge:
    """The status as a badge."""
    if status is ApiKeyStatus.ACTIVE:
        return Badge(status_words(status), "success", "ph.check-circle")
    return Badge(status_words(status), "neutral", "ph.prohibit")
