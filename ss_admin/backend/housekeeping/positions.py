"""How far each journal is written into the database: moved in the transaction that writes, so an entry counts once."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, CursorResult, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ss_admin.backend.store.chunks import chunks
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import JournalRow
from ss_admin.backend.store.types import from_microseconds

__all__ = ["Place", "PositionMoved", "forget_position", "move_position", "read_positions"]


class Place(NamedTuple):
    """Where the next read of a journal begins."""

    segment: int
    position: int


class PositionMoved(Exception):
    """The database is not where it was thought to be: what was read may be written already, and is read again."""


def read_positions(store: Store, journal_ids: Sequence[str]) -> dict[str, Place]:
    """Where each of the journals stands; none of which nothing has been written. Raises `StoreUnavailable`."""
    found: dict[str, Place] = {}
    for some in chunks(journal_ids):
        query = select(JournalRow.id, JournalRow.segment, JournalRow.position).where(JournalRow.id.in_(some))
        with store.reading() as session:
            found |= {row.id: Place(row.segment, row.position) for row in session.execute(query)}
    return found


def move_position(connection: Connection, journal_id: str, before: Place | None, after: Place) -> None:
    """Move on from where the last read began; None: nothing has been written of this journal yet.

    The first statement of a transaction that writes entries: of two writers of the same entries one waits here for the
    other, and then raises `PositionMoved`.
    """
    values = {"segment": after.segment, "position": after.position, "updated_at": _now()}
    if before is None:
        try:
            connection.execute(insert(JournalRow).values(id=journal_id, **values))
        except IntegrityError as fault:
            raise PositionMoved from fault
        return
    statement = update(JournalRow).where(
        JournalRow.id == journal_id, JournalRow.segment == before.segment, JournalRow.position == before.position
    )
    moved: CursorResult[tuple[()]] = connection.execute(statement.values(**values))
    if moved.rowcount != 1:
        raise PositionMoved


def forget_position(store: Store, journal_id: str) -> None:
    """After the journal itself was deleted, never before: without its position it would be written once more."""
    with store.writing() as session:
        session.connection().execute(delete(JournalRow).where(JournalRow.id == journal_id))


def _now() -> object:
    return from_microseconds(time.time_ns() // 1000)
