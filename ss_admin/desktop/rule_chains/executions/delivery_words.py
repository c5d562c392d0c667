"""Where a webhook stands, in words."""

from datetime import datetime

from ss_admin.contract.executions import Delivery, DeliveryStatus
from ss_admin.desktop.moments import exact_moment, local_minute
from ss_admin.desktop.widgets.badge import BadgeKind

__all__ = ["STATUS_BADGES", "delivery_facts", "status_words"]

STATUS_BADGES: dict[DeliveryStatus, tuple[str, BadgeKind]] = {
    DeliveryStatus.PENDING: ("ph.clock", "info"),
    DeliveryStatus.DELIVERED: ("ph.check", "success"),
    DeliveryStatus.GIVEN_UP: ("ph.x-circle", "danger"),
}
"""Icon and tint of the badge; its words say it too."""

_MINUTE, _HOUR = 60, 3600


def status_words(delivery: Delivery) -> str:
    """“Delivered”, “Waiting”, “Will be tried again” or “Given up”."""
    if delivery.status is DeliveryStatus.PENDING:
        return "Will be tried again" if delivery.attempts else "Waiting"
    return "Delivered" if delivery.status is DeliveryStatus.DELIVERED else "Given up"


def delivery_facts(delivery: Delivery, now: datetime) -> str:
    """The node, the attempts, the last answer, and when it was taken or will be tried next."""
    parts = [f"From node “{delivery.node_name}”", _attempts(delivery.attempts)]
    if delivery.last_status is not None:
        parts.append(f"last answer {delivery.last_status}")
    if delivery.delivered_at is not None:
        parts.append(f"delivered {exact_moment(delivery.delivered_at).splitlines()[0]}")
    elif delivery.next_attempt_at is not None:
        parts.append(f"next attempt {_ahead(delivery.next_attempt_at, now)}")
    return " · ".join(parts)


def _attempts(number: int) -> str:
    if not number:
        return "not tried yet"
    return "1 attempt" if number == 1 else f"{number:,} attempts"


def _ahead(moment: datetime, now: datetime) -> str:
    seconds = (moment - now).total_seconds()
    if seconds <= 0:
        return "now"
    if seconds < _MINUTE:
        return f"in {max(1, round(seconds))} s"
    if seconds < _HOUR:
        return f"in {round(seconds / _MINUTE)} min"
    return f"at {local_minute(moment)}"
