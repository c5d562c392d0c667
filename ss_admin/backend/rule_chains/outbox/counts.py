"""Webhooks as `/metrics` tells of them, in a process that does not deliver them itself."""

from ss_admin.backend.rule_chains.outbox.claims import count_pending
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.telemetry.webhook_counts import WebhookCountsFile
from ss_admin.contract.executions import DeliveryStatus

__all__ = ["OutboxCounts"]


class OutboxCounts:
    """What waits is counted in the store; what has ended is told by the server's housekeeping."""

    def __init__(self, store: Store, told: WebhookCountsFile) -> None:
        self._store = store
        self._told = told

    def ended_count(self, status: DeliveryStatus) -> int:
        """Attempts that led to this status since the housekeeping began; pending: those to be repeated."""
        return self._told.ended_count(status)

    def pending_count(self) -> int | None:
        """Webhooks still to be delivered; None while the store is away."""
        try:
            with self._store.reading() as session:
                return count_pending(session)
        except StoreUnavailable:
            return None
