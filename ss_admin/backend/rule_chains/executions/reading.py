"""Reads the execution log: a chain's executions newest first, and one of them with all that came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ss_admin.backend.activity.service import Actor
from ss_admin.backend.paging import decode_cursor, encode_cursor
from ss_admin.backend.rule_chains.errors import ExecutionNotFound
from ss_admin.backend.rule_chains.rows import find_chain_name
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import DeliveryRow, ExecutionRow, RecordRow, RuleChainVersionRow
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.executions import (
    Delivery,
    Execution,
    ExecutionDetail,
    ExecutionOutcome,
    ExecutionPage,
    SavedRecord,
)
from ss_admin.contract.rule_chains import NodeTrace

__all__ = ["ExecutionFilter", "ExecutionsService"]

_LISTED: tuple[InstrumentedAttribute[Any], ...] = (
    ExecutionRow.number,
    ExecutionRow.id,
    ExecutionRow.rulechain_id,
    ExecutionRow.at,
    ExecutionRow.outcome,
    ExecutionRow.api_key_id,
    ExecutionRow.api_key_name,
    ExecutionRow.address,
    ExecutionRow.request_id,
    ExecutionRow.duration_ms,
    ExecutionRow.error,
    ExecutionRow.failed_node_id,
)


@dataclass(frozen=True)
class ExecutionFilter:
    """Which executions to list; None lets all through. `since` is part of the time meant, `until` is not."""

    outcome: ExecutionOutcome | None = None
    api_key_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class ExecutionsService:
    """Reads the executions of the chains of the actor's tenant. Whether the actor may is asked before."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list_page(
        self,
        actor: Actor,
        rulechain_id: str,
        *,
        limit: int,
        cursor: str | None = None,
        offset: int = 0,
        only: ExecutionFilter | None = None,
    ) -> ExecutionPage:
        """A page of the chain's executions, newest first. Raises `RuleChainNotFound` and `CursorInvalid`."""
        conditions = _conditions(rulechain_id, only or ExecutionFilter())
        query = select(*_LISTED).where(*conditions)
        if cursor is not None:
            query = query.where(ExecutionRow.number < decode_cursor(cursor, int)[0])
        query = query.order_by(ExecutionRow.number.desc())
        with self._store.reading() as session:
            find_chain_name(session, actor.tenant_id, rulechain_id)
            rows = session.execute(query.offset(offset).limit(limit + 1)).all()
            page, more = rows[:limit], len(rows) > limit
            if cursor is None and not more and (page or not offset):
                total = offset + len(page)
            else:
                total = session.scalar(select(func.count()).select_from(ExecutionRow).where(*conditions)) or 0
        return ExecutionPage(
            items=[Execution(**_facts(row)) for row in page],
            next_cursor=encode_cursor(page[-1].number) if more else None,
            total=total,
        )

    def get(self, actor: Actor, rulechain_id: str, execution_id: str) -> ExecutionDetail:
        """One execution, with what it saved and sent. Raises `RuleChainNotFound` and `ExecutionNotFound`."""
        query = select(ExecutionRow).where(ExecutionRow.id == execution_id, ExecutionRow.rulechain_id == rulechain_id)
        with self._store.reading() as session:
            find_chain_name(session, actor.tenant_id, rulechain_id)
            row = session.scalar(query)
            if row is None:
                raise ExecutionNotFound
            return ExecutionDetail(
                **_facts(row),
                input=row.input,
                result=row.result,
                trace=[NodeTrace.model_validate(node) for node in row.trace],
                definition=_definition(session, row),
                records=_records(session, row.id),
                deliveries=_deliveries(session, row.id),
            )


def _conditions(rulechain_id: str, only: ExecutionFilter) -> list[ColumnElement[bool]]:
    conditions = [ExecutionRow.rulechain_id == rulechain_id]
    if only.outcome is not None:
        conditions.append(ExecutionRow.outcome == only.outcome.value)
    if only.api_key_id is not None:
        conditions.append(ExecutionRow.api_key_id == only.api_key_id)
    if only.since is not None:
        conditions.append(ExecutionRow.at >= only.since)
    if only.until is not None:
        conditions.append(ExecutionRow.at < only.until)
    return conditions


def _facts(row: ExecutionRow | Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "rulechain_id": row.rulechain_id,
        "at": row.at,
        "outcome": ExecutionOutcome(row.outcome),
        "api_key": ObjectRef(id=row.api_key_id, name=row.api_key_name),
        "address": row.address,
        "request_id": row.request_id,
        "duration_ms": row.duration_ms,
        "error": row.error,
        "failed_node_id": row.failed_node_id,
    }


def _definition(session: Session, row: ExecutionRow) -> dict[str, Any]:
    """The graph that ran; empty where that version is kept no longer."""
    of_version = (
        RuleChainVersionRow.rulechain_id == row.rulechain_id,
        RuleChainVersionRow.version == row.definition_version,
    )
    definition: dict[str, Any] | None = session.scalar(select(RuleChainVersionRow.definition).where(*of_version))
    return definition or {}


def _records(session: Session, execution_id: str) -> list[SavedRecord]:
    query = select(RecordRow).where(RecordRow.execution_id == execution_id).order_by(RecordRow.number)
    return [SavedRecord.model_validate(row, from_attributes=True) for row in session.scalars(query)]


def _deliveries(session: Session, execution_id: str) -> list[Delivery]:
    query = select(DeliveryRow).where(DeliveryRow.execution_id == execution_id)
    query = query.order_by(DeliveryRow.created_at, DeliveryRow.node_name, DeliveryRow.id)
    return [Delivery.model_validate(row, from_attributes=True) for row in session.scalars(query)]
