"""Trims the order of changes: what every watch has long seen, and the rows of workers that are long gone."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ss_admin.backend.propagation.clock import store_now
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ChangeRow, SightingRow, WorkerRow

__all__ = ["trim_changes"]

_KEPT = timedelta(days=1)
_WORKERS_KEPT = timedelta(hours=1)
_BATCH = 10_000
_UNSYNCED = {"synchronize_session": False}


def trim_changes(store: Store) -> int:
    """Remove what is too old, in one short transaction; how many changes that were. Raises `StoreUnavailable`.

    Always from the oldest on and never the newest one: by that a watch tells what it missed. To be called every
    minute or so.
    """
    with store.writing() as session:
        now = store_now(session)
        silent = WorkerRow.seen_at < now - _WORKERS_KEPT
        session.execute(delete(WorkerRow).where(silent).execution_options(**_UNSYNCED))
        first_kept = _first_kept(session, now - _KEPT)
        if first_kept is None:
            return 0
        seen = delete(SightingRow).where(SightingRow.revision < first_kept)
        session.execute(seen.execution_options(**_UNSYNCED))
        old = delete(ChangeRow).where(ChangeRow.revision < first_kept).returning(ChangeRow.revision)
        return len(session.execute(old.execution_options(**_UNSYNCED)).all())


def _first_kept(session: Session, since: datetime) -> int | None:
    """The first revision to stay; None where all of them stay."""
    oldest = session.scalar(select(func.min(ChangeRow.revision)))
    newest = session.scalar(select(func.max(ChangeRow.revision)))
    if oldest is None or newest is None:
        return None
    recent = select(ChangeRow.revision).where(ChangeRow.at >= since).order_by(ChangeRow.revision).limit(1)
    first_kept = min(session.scalar(recent) or newest, oldest + _BATCH)
    return None if first_kept == oldest else first_kept
