"""The audit trail: entries written in the transaction of what they tell of, and read page by page."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from ss_admin.backend.paging import decode_cursor, encode_cursor
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ActivityRow
from ss_admin.contract.accounts import Role
from ss_admin.contract.activity import ActivityAction, ActivityEntry, ActivityPage, FieldChange
from ss_admin.contract.documents import ObjectRef

__all__ = ["ActivityFilter", "ActivityService", "Actor", "record", "record_many"]


@dataclass(frozen=True)
class Actor:
    """Who does something: a signed-in person, with the address and the request that it comes by."""

    user_id: str
    name: str
    tenant_id: str
    role: Role
    address: str
    request_id: str | None = None


@dataclass(frozen=True)
class ActivityFilter:
    """Which entries to list; None lets all through."""

    actor_id: str | None = None
    object_id: str | None = None
    action: ActivityAction | None = None


def record(
    session: Session,
    *,
    actor: Actor | None,
    tenant_id: str,
    action: ActivityAction,
    object_ref: ObjectRef,
    changes: Sequence[FieldChange] = (),
    address: str | None = None,
    request_id: str | None = None,
) -> None:
    """Add an entry to the caller's transaction. `address` and `request_id` count where there is no actor."""
    if actor is not None:
        address, request_id = actor.address, actor.request_id
    values = _values(
        actor,
        tenant_id=tenant_id,
        action=action,
        object_ref=object_ref,
        changes=changes,
        address=address,
        request_id=request_id,
    )
    session.add(ActivityRow(**values))


def record_many(
    session: Session,
    *,
    actor: Actor,
    action: ActivityAction,
    entries: Iterable[tuple[ObjectRef, Sequence[FieldChange]]],
) -> None:
    """Add an entry for each object to the caller's transaction, as one insertion: for orders about thousands."""
    rows = [
        _values(
            actor,
            tenant_id=actor.tenant_id,
            action=action,
            object_ref=object_ref,
            changes=changes,
            address=actor.address,
            request_id=actor.request_id,
        )
        for object_ref, changes in entries
    ]
    if rows:
        session.connection().execute(insert(ActivityRow), rows)


def _values(
    actor: Actor | None,
    *,
    tenant_id: str,
    action: ActivityAction,
    object_ref: ObjectRef,
    changes: Sequence[FieldChange],
    address: str | None,
    request_id: str | None,
) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "tenant_id": tenant_id,
        "at": datetime.now(UTC),
        "action": action.value,
        "actor_id": actor.user_id if actor else None,
        "actor_name": actor.name if actor else None,
        "address": address,
        "object_id": object_ref.id,
        "object_name": object_ref.name,
        "changes": [change.model_dump(mode="json") for change in changes],
        "request_id": request_id,
    }


class ActivityService:
    """Reads a tenant's audit trail."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list_page(
        self,
        actor: Actor,
        *,
        limit: int,
        cursor: str | None = None,
        offset: int = 0,
        only: ActivityFilter | None = None,
    ) -> ActivityPage:
        """A page of the actor's tenant, newest entry first. Raises `CursorInvalid`."""
        number = None if cursor is None else decode_cursor(cursor, int)[0]
        conditions = _conditions(actor.tenant_id, only or ActivityFilter())
        query = select(ActivityRow).where(*conditions)
        if number is not None:
            query = query.where(ActivityRow.number < number)
        with self._store.reading() as session:
            total = session.scalar(select(func.count()).select_from(ActivityRow).where(*conditions)) or 0
            rows = session.scalars(query.order_by(ActivityRow.number.desc()).offset(offset).limit(limit + 1)).all()
        page = rows[:limit]
        more = len(rows) > limit
        return ActivityPage(
            items=[_entry(row) for row in page],
            next_cursor=encode_cursor(page[-1].number) if more else None,
            total=total,
        )


def _conditions(tenant_id: str, only: ActivityFilter) -> list[ColumnElement[bool]]:
    conditions = [ActivityRow.tenant_id == tenant_id]
    if only.actor_id is not None:
        conditions.append(ActivityRow.actor_id == only.actor_id)
    if only.object_id is not None:
        conditions.append(ActivityRow.object_id == only.object_id)
    if only.action is not None:
        conditions.append(ActivityRow.action == only.action.value)
    return conditions


def _entry(row: ActivityRow) -> ActivityEntry:
    actor = None if row.actor_id is None else ObjectRef(id=row.actor_id, name=row.actor_name or "")
    return ActivityEntry(
        id=row.id,
        at=row.at,
        action=ActivityAction(row.action),
        actor=actor,
        address=row.address,
        object=ObjectRef(id=row.object_id, name=row.object_name),
        changes=[FieldChange.model_validate(change) for change in row.changes],
    )
