"""What `/metrics` tells of the database: asked when it is asked for, and left out while the database is away."""

from sqlalchemy import func, select

from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.patience import Patience
from ss_admin.backend.store.tables import ChangeRow, DeliveryRow
from ss_admin.backend.store.watching_tables import SignalRow
from ss_admin.backend.telemetry.snapshots import Numbers

__all__ = ["NEWEST_CHANGE", "read_store_gauges"]

NEWEST_CHANGE = "newest_change"
"""Not a metric itself: the last change there is, which workers are measured by."""

_PATIENCE_SECONDS = 1.0


def read_store_gauges(store: Store, patience: Patience) -> Numbers:
    """Webhooks that wait, open signals by kind, and the number of the newest change; nothing without an answer."""
    try:
        return patience.ask(lambda: _read(store), seconds=_PATIENCE_SECONDS)
    except StoreUnavailable:
        return {}


def _read(store: Store) -> Numbers:
    with store.reading() as session:
        pending = session.scalar(select(func.count(DeliveryRow.next_attempt_at))) or 0
        newest = session.scalar(select(func.max(ChangeRow.revision))) or 0
        is_open = SignalRow.acknowledged_at.is_(None)
        signals = session.execute(select(SignalRow.kind, func.count()).where(is_open).group_by(SignalRow.kind)).all()
    return {
        "ss_webhooks_pending": {"": pending},
        "ss_open_signals": {row[0]: row[1] for row in signals},
        NEWEST_CHANGE: {"": newest},
    }
