"""Writes executions with their effects, in the caller's transaction: all of it is there afterwards, or nothing.

The order of the statements is the same for every writer, and day counters are written in the order of their keys: two
writers wait for each other in turn and never crosswise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Insert, case, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ss_admin.backend.rule_chains.engine.effects import Effect, SavedDocument, WebhookCall
from ss_admin.backend.rule_chains.executions.masking import mask_keys_in_json, mask_keys_in_text
from ss_admin.backend.store.tables import DeliveryRow, ExecutionRow, RecordRow, RuleChainDayRow
from ss_admin.contract.executions import DeliveryStatus, ExecutionOutcome
from ss_admin.contract.rule_chains import NodeTrace

__all__ = ["ExecutionRecord", "delivery_body", "insert_executions"]

Values = dict[str, Any]

_NAME_CHARACTERS = 200
_ERROR_CHARACTERS = 10_000


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """One run of a chain for a partner, as it is to be kept. `at`: when it began, UTC; `effects`: of a success only.

    `api_key_name`: the key's name with its masked form, as at the time of the call.
    """

    id: str
    tenant_id: str
    rulechain_id: str
    definition_version: int
    at: datetime
    outcome: ExecutionOutcome
    api_key_id: str
    api_key_name: str
    address: str
    request_id: str
    duration_ms: float
    input: Mapping[str, Any]
    result: Mapping[str, Any] | None = None
    error: str | None = None
    failed_node_id: str | None = None
    trace: Sequence[NodeTrace] = ()
    effects: Sequence[Effect] = ()


def insert_executions(session: Session, batch: Sequence[ExecutionRecord]) -> None:
    """Add the executions, what they saved, the webhooks they order, and count them for their chains' days."""
    if not batch:
        return
    connection = session.connection()
    connection.execute(insert(ExecutionRow), [_execution(record) for record in batch])
    records = [_record(record, effect) for record, effect in _effects(batch) if isinstance(effect, SavedDocument)]
    if records:
        connection.execute(insert(RecordRow), records)
    deliveries = [_delivery(record, effect) for record, effect in _effects(batch) if isinstance(effect, WebhookCall)]
    if deliveries:
        connection.execute(insert(DeliveryRow), deliveries)
    # Last, since these rows are what other writers wait for.
    connection.execute(_COUNT[connection.dialect.name], _counts(batch))


def delivery_body(call: WebhookCall, *, execution_id: str, rulechain_id: str, created_at: datetime) -> str:
    """The whole body of a webhook as JSON. It is made once, so every attempt sends the same bytes under one signature.

    Receivers tell repeated attempts by `delivery_id`.
    """
    document = {
        "delivery_id": call.id,
        "execution_id": execution_id,
        "rulechain_id": rulechain_id,
        "created_at": created_at.isoformat().replace("+00:00", "Z"),
        "data": mask_keys_in_json(call.data),
    }
    return orjson.dumps(document).decode("utf-8")


def _effects(batch: Iterable[ExecutionRecord]) -> Iterable[tuple[ExecutionRecord, Effect]]:
    return ((record, effect) for record in batch for effect in record.effects)


def _execution(record: ExecutionRecord) -> Values:
    return {
        "id": record.id,
        "tenant_id": record.tenant_id,
        "rulechain_id": record.rulechain_id,
        "definition_version": record.definition_version,
        "at": record.at,
        "outcome": record.outcome.value,
        "api_key_id": record.api_key_id,
        "api_key_name": _storable(record.api_key_name, _NAME_CHARACTERS),
        "address": record.address,
        "request_id": record.request_id,
        "duration_ms": record.duration_ms,
        "input": mask_keys_in_json(record.input),
        "result": mask_keys_in_json(record.result),
        "error": None if record.error is None else _storable(mask_keys_in_text(record.error), _ERROR_CHARACTERS),
        "failed_node_id": None if record.failed_node_id is None else _storable(record.failed_node_id),
        "trace": mask_keys_in_json([node.model_dump(mode="json") for node in record.trace]),
    }


def _record(record: ExecutionRecord, saved: SavedDocument) -> Values:
    return {
        "id": saved.id,
        "tenant_id": record.tenant_id,
        "collection": saved.collection,
        "execution_id": record.id,
        "node_id": _storable(saved.node_id),
        "document": mask_keys_in_json(saved.document),
        "created_at": record.at,
    }


def _delivery(record: ExecutionRecord, call: WebhookCall) -> Values:
    body = delivery_body(call, execution_id=record.id, rulechain_id=record.rulechain_id, created_at=record.at)
    return {
        "id": call.id,
        "tenant_id": record.tenant_id,
        "rulechain_id": record.rulechain_id,
        "execution_id": record.id,
        "node_id": _storable(call.node_id),
        "node_name": _storable(call.node_name),
        "url": call.url,
        "body": body,
        "status": DeliveryStatus.PENDING.value,
        "attempts": 0,
        "created_at": record.at,
        "next_attempt_at": record.at,
    }


def _counts(batch: Iterable[ExecutionRecord]) -> list[Values]:
    days: dict[tuple[str, date], Values] = {}
    for record in batch:
        key = (record.rulechain_id, record.at.date())
        if key not in days:
            days[key] = {
                "rulechain_id": key[0], "day": key[1], "succeeded": 0, "failed": 0, "last_run_at": record.at
            }  # fmt: skip
        day = days[key]
        day[record.outcome.value] += 1
        day["last_run_at"] = max(day["last_run_at"], record.at)
    return [days[key] for key in sorted(days)]


def _count_statement(insertion: postgresql.Insert | sqlite.Insert) -> Insert:
    new, kept = insertion.excluded, RuleChainDayRow
    return insertion.on_conflict_do_update(
        index_elements=[kept.rulechain_id, kept.day],
        set_={
            "succeeded": kept.succeeded + new.succeeded,
            "failed": kept.failed + new.failed,
            "last_run_at": case((new.last_run_at > kept.last_run_at, new.last_run_at), else_=kept.last_run_at),
        },
    )


_COUNT: Mapping[str, Insert] = MappingProxyType(
    {
        "postgresql": _count_statement(postgresql.insert(RuleChainDayRow)),
        "sqlite": _count_statement(sqlite.insert(RuleChainDayRow)),
    }
)


def _storable(text: str, longest: int = _NAME_CHARACTERS) -> str:
    """What both databases take: nothing that a chain calls itself may keep its execution from being recorded."""
    clean = text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"
