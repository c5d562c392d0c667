"""Writes a batch of journaled calls in one transaction with the journals' positions: each entry counts exactly once.

An entry that the database refuses must not hold up the others: the batch is halved until it stands alone. It is then
written without what may be refused, as a failed execution, or else kept in a file for the operator.
"""

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from ss_admin.backend.housekeeping.access_log import AccessLog
from ss_admin.backend.housekeeping.dead_letters import DeadLetters
from ss_admin.backend.housekeeping.positions import Place, move_position
from ss_admin.backend.housekeeping.refused_calls import KeptRefusals, RefusedCalls
from ss_admin.backend.housekeeping.sources import Reading
from ss_admin.backend.housekeeping.usage import RefusalBound, SeenAddresses, Usage
from ss_admin.backend.journal.entries import CallEntry, EntryInvalid, decode_entry
from ss_admin.backend.rule_chains.executions.writing import ExecutionRows
from ss_admin.backend.store.engine import Store

__all__ = ["BatchWriter"]

_log = logging.getLogger(__name__)

NOT_STORABLE = "What it was given or gave cannot be stored."

_SQLITE_TUNING = ("PRAGMA cache_size=-65536", "PRAGMA wal_autocheckpoint=8000")
"""64 MiB of pages, and a checkpoint for each 32 MiB: half of the time of an execution at 300,000 of them."""

_REFUSED_STATES = ("22", "23", "54")
"""Classes of SQLSTATE that tell of the values, not of the server: data, integrity, program limits."""


class _Entry(NamedTuple):
    data: bytes
    call: CallEntry


class _Rows:
    """All that a batch adds."""

    __slots__ = ("executions", "refused", "usage")

    def __init__(self, entries: Sequence[_Entry]) -> None:
        self.executions, self.usage, self.refused = ExecutionRows(), Usage(), RefusedCalls()
        add_run, add_use, add_refused = self.executions.add, self.usage.add, self.refused.add
        for _, call in entries:
            if call.execution is not None:
                add_run(call, call.execution)
            else:
                add_refused(call)
            add_use(call)


class BatchWriter:
    """Writes readings of journals into the database, then tells the access log and the outbox of them."""

    def __init__(
        self, store: Store, *, access_log: AccessLog, dead_letters: DeadLetters, deliveries_written: Callable[[], None]
    ) -> None:
        self._store = store
        self._access_log = access_log
        self._dead_letters = dead_letters
        self._deliveries_written = deliveries_written
        self._bound, self._seen, self._kept = RefusalBound(), SeenAddresses(), KeptRefusals()

    def write(self, readings: Sequence[Reading]) -> None:
        """Durable at return. Raises `StoreUnavailable` and `PositionMoved`; nothing is known to be written then."""
        entries, invalid = _decode(readings)
        prepared = _prepare(entries)
        with self._store.writing() as session:
            connection = session.connection()
            if self._store.dialect == "sqlite":
                for pragma in _SQLITE_TUNING:
                    connection.exec_driver_sql(pragma)
            for reader, before, batch in sorted(readings, key=lambda reading: reading.reader.id):
                move_position(connection, reader.id, before, Place(batch.segment, batch.position))
            orders_webhooks = self._write(connection, entries, prepared)
            for data in invalid:
                self._give_up(data, "EntryInvalid")
        self._access_log.write([entry.call for entry in entries])
        if orders_webhooks:
            self._deliveries_written()

    def _write(self, connection: Connection, entries: Sequence[_Entry], prepared: _Rows | None = None) -> bool:
        """Whether webhooks are among it."""
        try:
            with connection.begin_nested():
                rows = prepared or _Rows(entries)
                self._add(connection, rows)
        except Exception as fault:
            if not _is_refusal(fault):
                raise
            if len(entries) == 1:
                self._write_bare(connection, entries[0], fault)
                return False
            middle = len(entries) // 2
            first = self._write(connection, entries[:middle])
            return self._write(connection, entries[middle:]) or first
        return rows.executions.orders_webhooks

    def _add(self, connection: Connection, rows: _Rows) -> None:
        rows.executions.write(connection)
        rows.usage.write(connection, self._bound, self._seen)
        rows.refused.write(connection, self._kept)

    def _write_bare(self, connection: Connection, entry: _Entry, fault: Exception) -> None:
        """Without what was sent and what came of it, which may be what cannot be stored."""
        call, run = entry.call, entry.call.execution
        place = {"request_id": call.request_id, "execution_id": run and run.id, "cause": type(fault).__name__}
        try:
            with connection.begin_nested():
                if run is not None:
                    bare = run._replace(input={}, result=None, error=NOT_STORABLE, trace=[], effects=[])
                    call = call._replace(execution=bare)
                rows = _Rows([_Entry(entry.data, call)])
                self._add(connection, rows)
        except Exception as again:
            if not _is_refusal(again):
                raise
            self._give_up(entry.data, type(again).__name__)
        else:
            _log.error("an execution cannot be stored as it was: it is kept as a failed one", extra=place)

    def _give_up(self, data: bytes, reason: str) -> None:
        self._dead_letters.keep(data, reason)
        file = str(self._dead_letters.file)
        _log.error("a call cannot be stored: its entry is kept in a file", extra={"file": file, "cause": reason})


def _decode(readings: Sequence[Reading]) -> tuple[list[_Entry], list[bytes]]:
    entries, invalid = [], []
    for reading in readings:
        for data in reading.batch.entries:
            try:
                entries.append(_Entry(data, decode_entry(data)))
            except EntryInvalid:
                invalid.append(data)
    return entries, invalid


def _prepare(entries: Sequence[_Entry]) -> _Rows | None:
    """The rows of all, made before the database is held; None where an entry is not as it should be."""
    try:
        return _Rows(entries)
    except (ValueError, TypeError, AttributeError):
        return None


def _is_refusal(fault: Exception) -> bool:
    """Whether these very values are refused, and would be again. Anything else is an outage, or a bug of ours."""
    if isinstance(fault, DBAPIError):
        state = getattr(fault.orig, "sqlstate", None)
        if fault.connection_invalidated:
            return False
        return isinstance(fault, DataError | IntegrityError) or (state or "").startswith(_REFUSED_STATES)
    return isinstance(fault, ValueError | TypeError | AttributeError | OverflowError)
