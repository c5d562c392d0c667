"""Turns runs as they were journaled into rows: executions, what they saved, the webhooks they order, their days.

It is on the way of every call, so the rows are plain tuples, as the columns hold them, and go to the driver as such.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from ss_admin.backend.journal.entries import CallEntry, ExecutionEntry
from ss_admin.backend.rule_chains.engine.effects import SAVE_RECORD
from ss_admin.backend.store.bulk import execute_many, insert_many
from ss_admin.backend.store.types import from_microseconds
from ss_admin.contract.documents import utc_text
from ss_admin.contract.executions import DeliveryStatus, ExecutionOutcome

__all__ = ["ExecutionRows", "delivery_body", "insert_executions"]

_NAME_CHARACTERS = 200
_ERROR_CHARACTERS = 10_000
_ADDRESS_CHARACTERS = 45
_DAY_US = 86_400_000_000
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_SUCCEEDED, _FAILED = ExecutionOutcome.SUCCEEDED.value, ExecutionOutcome.FAILED.value
_PENDING = DeliveryStatus.PENDING.value

_EXECUTION = (
    "id", "tenant_id", "rulechain_id", "definition_version", "at", "outcome", "api_key_id", "api_key_name", "address",
    "request_id", "duration_ms", "input", "result", "error", "failed_node_id", "trace",
)  # fmt: skip
_RECORD = ("id", "tenant_id", "collection", "execution_id", "node_id", "document", "created_at")
_DELIVERY = (
    "id", "tenant_id", "rulechain_id", "execution_id", "node_id", "node_name", "url", "body", "status", "attempts",
    "created_at", "next_attempt_at",
)  # fmt: skip
_COUNT_DAY = """
    INSERT INTO rule_chain_days (rulechain_id, day, succeeded, failed, last_run_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (rulechain_id, day) DO UPDATE SET
        succeeded = rule_chain_days.succeeded + excluded.succeeded,
        failed = rule_chain_days.failed + excluded.failed,
        last_run_at = CASE WHEN excluded.last_run_at > rule_chain_days.last_run_at
            THEN excluded.last_run_at ELSE rule_chain_days.last_run_at END
"""

Row = tuple[Any, ...]


class ExecutionRows:
    """The rows of many runs. `write` may be called again where a transaction was undone."""

    __slots__ = ("_days", "_deliveries", "_executions", "_records")

    def __init__(self) -> None:
        self._executions: list[Row] = []
        self._records: list[Row] = []
        self._deliveries: list[Row] = []
        self._days: dict[tuple[str, int], list[int]] = {}

    @property
    def orders_webhooks(self) -> bool:
        """Whether there is something for the outbox."""
        return bool(self._deliveries)

    def add(self, call: CallEntry, run: ExecutionEntry) -> None:
        """One more run, of this call. Its API keys are masked already."""
        at, rulechain_id = call.at_us, call.rulechain_id or ""
        failed = run.error is not None
        self._executions.append(
            (
                run.id,
                run.tenant_id,
                rulechain_id,
                run.definition_version,
                at,
                _FAILED if failed else _SUCCEEDED,
                call.api_key_id,
                _storable(run.api_key_name),
                _storable(call.address, _ADDRESS_CHARACTERS),
                call.request_id,
                run.duration_ms,
                orjson.dumps(run.input).decode(),
                None if run.result is None else orjson.dumps(run.result).decode(),
                None if run.error is None else _storable(run.error, _ERROR_CHARACTERS),
                None if run.failed_node_id is None else _storable(run.failed_node_id),
                orjson.dumps(run.trace).decode() if run.trace else "[]",
            )
        )
        day = self._days.setdefault((rulechain_id, at // _DAY_US), [0, 0, at])
        day[failed] += 1
        day[2] = max(day[2], at)
        for effect in run.effects:
            self._add_effect(call, run, *effect)

    def write(self, connection: Connection) -> None:
        """In the caller's transaction: all of it, or nothing.

        The order of the statements is the same for every writer, and day counters are written in the order of their
        keys: two writers wait for each other in turn and never crosswise.
        """
        insert_many(connection, "executions", _EXECUTION, self._executions)
        insert_many(connection, "records", _RECORD, self._records)
        insert_many(connection, "deliveries", _DELIVERY, self._deliveries)
        # Last, since these rows are what other writers wait for.
        execute_many(
            connection,
            _COUNT_DAY,
            [
                (rulechain_id, date.fromordinal(_EPOCH_DAY + day).isoformat(), *counted)
                for (rulechain_id, day), counted in sorted(self._days.items())
            ],
        )

    def _add_effect(  # noqa: PLR0917 - an effect's fields, as they are journaled
        self, call: CallEntry, run: ExecutionEntry, kind: str, effect_id: str, node_id: str, node_name: str,
        place: str, data: Any,  # noqa: ANN401 - any JSON
    ) -> None:  # fmt: skip
        at, rulechain_id = call.at_us, call.rulechain_id or ""
        if kind == SAVE_RECORD:
            document = orjson.dumps(data).decode()
            self._records.append((effect_id, run.tenant_id, place, run.id, _storable(node_id), document, at))
            return
        body = delivery_body(
            effect_id, data, execution_id=run.id, rulechain_id=rulechain_id, created_at=from_microseconds(at)
        )
        self._deliveries.append(
            (
                effect_id,
                run.tenant_id,
                rulechain_id,
                run.id,
                _storable(node_id),
                _storable(node_name),
                place,
                body,
                _PENDING,
                0,
                at,
                at,
            )
        )


def insert_executions(session: Session, calls: Iterable[CallEntry]) -> None:
    """Add the runs of the calls, with all that came of them, in the session's transaction."""
    rows = ExecutionRows()
    for call in calls:
        if call.execution is not None:
            rows.add(call, call.execution)
    rows.write(session.connection())


def delivery_body(
    delivery_id: str,
    data: Any,  # noqa: ANN401 - any JSON
    *,
    execution_id: str,
    rulechain_id: str,
    created_at: datetime,
) -> str:
    """The whole body of a webhook as JSON. It is made once, so every attempt sends the same bytes under one signature.

    Receivers tell repeated attempts by `delivery_id`.
    """
    document = {
        "delivery_id": delivery_id,
        "execution_id": execution_id,
        "rulechain_id": rulechain_id,
        "created_at": utc_text(created_at),
        "data": data,
    }
    return orjson.dumps(document).decode()


def _storable(text: str, longest: int = _NAME_CHARACTERS) -> str:
    """What both databases take: nothing that a chain calls itself may keep its execution from being recorded."""
    if len(text) <= longest and "\0" not in text:
        return text
    clean = text.replace("\0", "\ufffd")
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"
