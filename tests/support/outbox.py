"""The outbox of a store, for tests: webhooks put into it, and what became of them."""

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

from ss_admin.backend.accounts.directory import Directory
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import DeliveryRow
from ss_admin.contract.executions import DeliveryStatus
from tests.support.backend import cheap_passwords
from tests.support.partner import plant_chain

__all__ = ["Post"]


class Post:
    """Puts webhooks into a store's outbox and looks at what became of them."""

    def __init__(self, store: Store, tenant: str = "Building Services") -> None:
        self.store = store
        self.tenant = Directory(store, cheap_passwords()).create_tenant(tenant)
        self.chain = plant_chain(store, self.tenant)

    def put(self, *urls: str, **changes: Any) -> list[str]:
        """Webhooks that are due now, in this order; their ids."""
        now = datetime.now(UTC)
        ids = [str(uuid.uuid4()) for _ in urls]
        rows = [
            {
                "id": delivery_id,
                "tenant_id": self.tenant.id,
                "rulechain_id": self.chain,
                "execution_id": str(uuid.uuid4()),
                "node_id": "call",
                "node_name": "Call",
                "url": url,
                "body": json.dumps({"delivery_id": delivery_id, "data": {"text": "Grüße"}}, ensure_ascii=False),
                "status": DeliveryStatus.PENDING,
                "attempts": 0,
                "created_at": now,
                "next_attempt_at": now + timedelta(microseconds=place),
                **changes,
            }
            for place, (delivery_id, url) in enumerate(zip(ids, urls, strict=True))
        ]
        with self.store.writing() as session:
            session.execute(insert(DeliveryRow), rows)
        return ids

    def row(self, delivery_id: str) -> DeliveryRow:
        """The webhook as it is stored."""
        with self.store.reading() as session:
            return session.get_one(DeliveryRow, delivery_id)

    def change(self, delivery_id: str, **values: Any) -> None:
        """Write other values over it."""
        with self.store.writing() as session:
            session.execute(update(DeliveryRow).where(DeliveryRow.id == delivery_id).values(**values))

    def wait_for(self, delivery_id: str, condition: Callable[[DeliveryRow], bool]) -> DeliveryRow:
        """The webhook, once it is as told."""
        until = time.monotonic() + 20
        while not condition(row := self.row(delivery_id)):
            assert time.monotonic() < until, (row.status, row.attempts, row.last_error)
            time.sleep(0.01)
        return row

    def ended(self, delivery_id: str) -> DeliveryRow:
        """The webhook, once nothing more will be sent."""
        return self.wait_for(delivery_id, lambda row: row.next_attempt_at is None)
