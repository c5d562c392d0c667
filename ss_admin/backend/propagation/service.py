"""How far the last change of a key has come: asked by administrators, answered from what the workers report."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from ss_admin.backend.activity.service import Actor
from ss_admin.backend.api_keys.errors import ApiKeyNotFound
from ss_admin.backend.api_keys.rows import is_well_formed_id
from ss_admin.backend.propagation.clock import store_now
from ss_admin.backend.propagation.presence import is_gone
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyRow, ChangeRow, SightingRow, TombstoneRow, WorkerRow
from ss_admin.contract.propagation import Propagation, WorkerSighting

__all__ = ["PropagationService"]

_SILENT = timedelta(seconds=2.5)
"""Without a sign of life for as long, it is asked whether the process is still there, where that can be asked."""

_FORGOTTEN = timedelta(seconds=65)
"""A worker that lost the store goes on with the keys that it knows for a minute, and so it counts for as long."""

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class _Worker:
    """A worker's row, with the moment of its first sighting from the change on."""

    name: str
    started_at: datetime
    seen_at: datetime
    sighted_at: datetime | None

    def after_ms(self, changed_at: datetime) -> float | None:
        """A worker that was born with the change never acted otherwise; its first sighting is its birth."""
        if self.sighted_at is None:
            return None
        if self.sighted_at == self.started_at:
            return 0.0
        return max(0.0, (self.sighted_at - changed_at) / _MILLISECOND)


class PropagationService:
    """Tells of the keys of the actor's tenant. Whether the actor may ask is settled before."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __repr__(self) -> str:
        return "<PropagationService>"

    def get(self, actor: Actor, key_id: str) -> Propagation:
        """Where the last change of the key has arrived, be it its deletion. Raises `ApiKeyNotFound`."""
        with self._store.reading() as session:
            if not is_well_formed_id(key_id) or not _is_of_tenant(session, actor.tenant_id, key_id):
                raise ApiKeyNotFound
            last = select(ChangeRow).where(ChangeRow.object_id == key_id).order_by(ChangeRow.revision.desc()).limit(1)
            change = session.scalar(last)
            workers = _workers(session, 0 if change is None else change.revision)
        if change is None:  # so long ago that it was trimmed away
            known = [WorkerSighting(worker=worker.name, after_ms=0) for worker in workers]
            return Propagation(
                api_key_id=key_id, revision=0, changed_at=None, complete=True, after_ms=None, workers=known
            )
        sightings = [WorkerSighting(worker=worker.name, after_ms=worker.after_ms(change.at)) for worker in workers]
        times = [sighting.after_ms for sighting in sightings if sighting.after_ms is not None]
        complete = len(times) == len(sightings)
        return Propagation(
            api_key_id=key_id,
            revision=change.revision,
            changed_at=change.at,
            complete=complete,
            after_ms=max(times, default=None) if complete else None,
            workers=sightings,
        )


def _is_of_tenant(session: Session, tenant_id: str, key_id: str) -> bool:
    there = exists().where(ApiKeyRow.id == key_id, ApiKeyRow.tenant_id == tenant_id)
    was_there = exists().where(TombstoneRow.api_key_id == key_id, TombstoneRow.tenant_id == tenant_id)
    return bool(session.scalar(select(or_(there, was_there))))


def _workers(session: Session, revision: int) -> list[_Worker]:
    """The workers that may still answer calls, each with the moment of its first sighting from `revision` on."""
    now = store_now(session)
    first_sighting = (
        select(SightingRow.at)
        .where(SightingRow.worker_id == WorkerRow.id, SightingRow.revision >= revision)
        .order_by(SightingRow.revision)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(WorkerRow.name, WorkerRow.started_at, WorkerRow.seen_at, first_sighting.label("sighted_at"))
        .where(WorkerRow.seen_at > now - _FORGOTTEN)
        .order_by(WorkerRow.name, WorkerRow.id)
    )
    workers = [_Worker(*row) for row in session.execute(query)]
    return [worker for worker in workers if now - worker.seen_at <= _SILENT or not is_gone(worker.name)]
