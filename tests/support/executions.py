"""Executions for tests: recorded as a call would record them, by the thousand and at any time."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from ss_admin.backend.api_keys.rows import select_api_keys
from ss_admin.backend.journal.entries import CallEntry, ExecutionEntry
from ss_admin.backend.rule_chains.engine.effects import as_journaled
from ss_admin.backend.rule_chains.executions.writing import insert_executions
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyRow, ScopedKeyRow
from ss_admin.backend.store.types import to_microseconds
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.executions import ExecutionOutcome

BATCH = 1000
SUCCEEDED, FAILED = ExecutionOutcome.SUCCEEDED, ExecutionOutcome.FAILED


def an_execution(tenant: ObjectRef, rulechain_id: str, *, outcome: str = SUCCEEDED, **values: Any) -> CallEntry:
    """A call with one run that succeeded, just now, unless told otherwise; named as an execution's columns are."""
    failed = outcome == FAILED
    run: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "tenant_id": tenant.id,
        "definition_version": 1,
        "api_key_name": "Building Alarm (ss_abcd…wxyz)",
        "duration_ms": 0.25,
        "input": {"n": 1},
        "result": None if failed else {"ok": True},
        "error": "It failed." if failed else None,
        "failed_node_id": "node" if failed else None,
        "trace": [node.model_dump(mode="json") for node in values.pop("trace", ())],
        "effects": as_journaled(values.pop("effects", ())),
    }
    run |= {name: values.pop(name) for name in run.keys() & values.keys()}
    at: datetime = values.pop("at", None) or datetime.now(UTC)
    call: dict[str, Any] = {
        "at_us": to_microseconds(at),
        "request_id": str(uuid.uuid4()),
        "status": 500 if failed else 200,
        "code": "rulechain_failed" if failed else "succeeded",
        "duration_us": 300,
        "address": "203.0.113.7",
        "api_key_id": "key",
        "key_was_deleted": False,
        "rulechain_id": rulechain_id,
        "execution": ExecutionEntry(**run),
    }
    return CallEntry(**call | values)


def plant_executions(store: Store, calls: Iterable[CallEntry]) -> list[str]:
    """Record the executions; their ids in the same order."""
    calls = list(calls)
    for start in range(0, len(calls), BATCH):
        with store.writing() as session:
            insert_executions(session, calls[start : start + BATCH])
    return [call.execution.id for call in calls if call.execution is not None]


def narrow_key(store: Store, api_key_id: str, rulechain_id: str) -> None:
    """Note that the key is narrowed to the chain."""
    with store.writing() as session:
        number = session.execute(select_api_keys().where(ApiKeyRow.id == api_key_id)).one().number
        session.execute(insert(ScopedKeyRow).values(rulechain_id=rulechain_id, api_key_number=number))
