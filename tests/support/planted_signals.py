"""Signals for tests, put into the store past the rules."""

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import SignalRow
from ss_admin.contract.documents import ObjectRef

__all__ = ["NOW", "plant_signal"]

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def plant_signal(
    store: Store, tenant: ObjectRef, api_key_id: str, kind: str, *, severity: str = "note", hours_ago: int = 0
) -> str:
    """An open signal, its evidence so many hours old at `NOW`; its id."""
    at = NOW - timedelta(hours=hours_ago)
    values = {
        "id": str(uuid.uuid4()),
        "tenant_id": tenant.id,
        "api_key_id": api_key_id,
        "kind": kind,
        "severity": severity,
        "evidence_key": "one",
        "evidence": "38 calls.",
        "facts": {"calls": 38},
        "since": at,
        "evidence_at": at,
    }
    with store.writing() as session:
        session.execute(insert(SignalRow).values(values))
    return str(values["id"])
