"""Executions for tests: recorded as a call would record them, by the thousand and at any time."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from ss_admin.backend.api_keys.rows import select_api_keys
from ss_admin.backend.rule_chains.executions.writing import ExecutionRecord, insert_executions
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyRow, ScopedKeyRow
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.executions import ExecutionOutcome

BATCH = 1000


def an_execution(tenant: ObjectRef, rulechain_id: str, **values: Any) -> ExecutionRecord:
    """One run that succeeded, just now, unless told otherwise."""
    standard: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "tenant_id": tenant.id,
        "rulechain_id": rulechain_id,
        "definition_version": 1,
        "at": datetime.now(UTC),
        "outcome": ExecutionOutcome.SUCCEEDED,
        "api_key_id": "key",
        "api_key_name": "Building Alarm (ss_abcd…wxyz)",
        "address": "203.0.113.7",
        "request_id": str(uuid.uuid4()),
        "duration_ms": 0.25,
        "input": {"n": 1},
        "result": {"ok": True},
    }
    if values.get("outcome") is ExecutionOutcome.FAILED:
        standard |= {"result": None, "error": "It failed.", "failed_node_id": "node"}
    return ExecutionRecord(**standard | values)


def plant_executions(store: Store, records: Iterable[ExecutionRecord]) -> list[str]:
    """Record the executions; their ids in the same order."""
    records = list(records)
    for start in range(0, len(records), BATCH):
        with store.writing() as session:
            insert_executions(session, records[start : start + BATCH])
    return [record.id for record in records]


def narrow_key(store: Store, api_key_id: str, rulechain_id: str) -> None:
    """Note that the key is narrowed to the chain."""
    with store.writing() as session:
        number = session.execute(select_api_keys().where(ApiKeyRow.id == api_key_id)).one().number
        session.execute(insert(ScopedKeyRow).values(rulechain_id=rulechain_id, api_key_number=number))
