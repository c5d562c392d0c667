"""Writes the audit trail: entries are gathered in a transaction, and chained and inserted when it commits.

So a transaction takes the lock on its tenant's chain after all its other locks, whatever the order of its work: no two
writers ever wait for each other crosswise, and none waits for a chain longer than another one takes to commit.
"""

import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, event, insert, select, text, update
from sqlalchemy.orm import Session

from ss_admin.backend.activity.chain import Link, document_of, hash_of, plain_value
from ss_admin.backend.store.tables import ActivityHeadRow, ActivityRow
from ss_admin.backend.store.types import to_microseconds
from ss_admin.backend.telemetry.event_lines import AUDIT_LOGGER
from ss_admin.contract.accounts import Role
from ss_admin.contract.activity import ActivityAction, FieldChange
from ss_admin.contract.documents import ObjectRef

__all__ = ["Actor", "gather", "record", "record_many"]

_GATHERED: Final = "activity.gathered"
_COMMITTED: Final = "activity.committed"
_BEGIN_CHAIN = text(
    "INSERT INTO activity_heads (tenant_id, sequence, hash) VALUES (:tenant_id, :sequence, :hash) "
    "ON CONFLICT DO NOTHING"
)
_audit_log = logging.getLogger(AUDIT_LOGGER)
"""Each entry goes out here once it is committed: message `audit`, its facts as fields of the record."""


@dataclass(frozen=True)
class Actor:
    """Who does something: a signed-in person, with the address and the request that it comes by."""

    user_id: str
    name: str
    tenant_id: str
    role: Role
    address: str
    request_id: str | None = None


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
    common = _common_values(actor, tenant_id, action, address, request_id)
    gather(session, [{**common, **_own_values(object_ref, changes)}])


def record_many(
    session: Session,
    *,
    actor: Actor,
    action: ActivityAction,
    entries: Iterable[tuple[ObjectRef, Sequence[FieldChange]]],
) -> None:
    """Add an entry for each object to the caller's transaction, as one insertion: for orders about thousands."""
    common = _common_values(actor, actor.tenant_id, action, actor.address, actor.request_id)
    gather(session, [{**common, **_own_values(object_ref, changes)} for object_ref, changes in entries])


def gather(session: Session, entries: Sequence[Mapping[str, Any]], *, announced: bool = True) -> None:
    """Have the entries, given by their columns, written when the session's transaction commits.

    `announced`: whether they go out as audit events, too.
    """
    if not entries:
        return
    if _GATHERED not in session.info:
        session.info[_GATHERED] = []
        event.listen(session, "before_commit", _append)
        event.listen(session, "after_commit", _announce)
    session.info[_GATHERED].append((entries, announced))


def _common_values(
    actor: Actor | None, tenant_id: str, action: ActivityAction, address: str | None, request_id: str | None
) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "at": datetime.now(UTC),
        "action": action.value,
        "actor_id": actor.user_id if actor else None,
        "actor_name": actor.name if actor else None,
        "address": address,
        "request_id": request_id,
    }


def _own_values(object_ref: ObjectRef, changes: Sequence[FieldChange]) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "object_id": object_ref.id,
        "object_name": object_ref.name,
        "changes": [change.model_dump(mode="json") for change in changes],
    }


def _append(session: Session) -> None:
    """Chain what was gathered to the ends of its tenants' chains. Comes before the commit of a whole transaction."""
    if session.in_nested_transaction() or not (gathered := session.info[_GATHERED]):
        return
    session.flush()  # what is written only now may wait for other locks
    by_tenant: dict[str, list[dict[str, Any]]] = {}
    announced = []
    for entries, is_announced in gathered:
        for entry in entries:
            row = dict(entry)
            by_tenant.setdefault(row["tenant_id"], []).append(row)
            if is_announced:
                announced.append(row)
    gathered.clear()
    connection = session.connection()
    for tenant_id in sorted(by_tenant):
        rows = by_tenant[tenant_id]
        end = _chain(rows, _lock_end(connection, tenant_id))
        connection.execute(insert(ActivityRow), rows)
        moved = update(ActivityHeadRow).where(ActivityHeadRow.tenant_id == tenant_id)
        connection.execute(moved.values(sequence=end.sequence, hash=end.hash))
    session.info[_COMMITTED] = announced


def _chain(rows: Sequence[dict[str, Any]], end: Link) -> Link:
    """Give each row its place and its hashes; the chain's new end."""
    for row in rows:
        row.update({name: plain_value(row[name]) for name in ("changes", "object_name", "actor_name")})
        row["sequence"], row["previous_hash"] = end.sequence + 1, end.hash
        row["hash"] = hash_of(document_of({**row, "at": to_microseconds(row["at"])}))
        end = Link(row["sequence"], row["hash"])
    return end


def _lock_end(connection: Connection, tenant_id: str) -> Link:
    """The end of the tenant's chain; nobody else appends to it before the transaction ends."""
    query = select(ActivityHeadRow.sequence, ActivityHeadRow.hash).where(ActivityHeadRow.tenant_id == tenant_id)
    found = connection.execute(query.with_for_update()).one_or_none()
    if found is None:
        start = Link()
        connection.execute(_BEGIN_CHAIN, {"tenant_id": tenant_id, "sequence": start.sequence, "hash": start.hash})
        found = connection.execute(query.with_for_update()).one()
    return Link(found.sequence, found.hash)


def _announce(session: Session) -> None:
    """Tell of what is committed, so that copies elsewhere show what the trail was."""
    for row in session.info.pop(_COMMITTED, ()):
        facts = document_of({**row, "at": to_microseconds(row["at"])})
        fields = {("entry_id" if name == "id" else name): fact for name, fact in facts.items()}
        _audit_log.info("audit", extra={**fields, "hash": row["hash"]})
