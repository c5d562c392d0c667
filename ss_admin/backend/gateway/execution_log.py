"""Makes executions durable before their partners are answered: many calls at once share one transaction.

Durability of a call, the decision. An answer that was sent is worth nothing if the record of it, and the webhooks that
follow from it, can be lost: so `record` returns only when the database has them for good, and a call whose record
cannot be written gets 503 and has no effect. One transaction per call would make the disk's flush the limit of all
calls together; so whoever comes first writes, those who come meanwhile wait, and then one of them writes for all of
them. A call that comes alone pays for one flush and waits for no other thread. The price: a partner may get no answer
(the process killed, the connection to the database lost just then) for a run that is recorded and takes effect.
Nothing but `record` and `close` is known outside, so that another way of writing can take this one's place.
"""

import logging
import threading
from collections.abc import Callable, Sequence

from ss_admin.backend.rule_chains.engine.effects import WebhookCall
from ss_admin.backend.rule_chains.executions.writing import ExecutionRecord, insert_executions
from ss_admin.backend.store.engine import Store, StoreUnavailable

__all__ = ["ExecutionLog", "ExecutionNotRecordable"]

_log = logging.getLogger(__name__)

MAX_BATCH = 256
"""Executions in one transaction."""

CLOSE_SECONDS = 20


class ExecutionNotRecordable(Exception):
    """The database refuses this very record, and would again: something in it cannot be stored."""


class _Entry:
    """An execution on its way, with the thread that waits for it."""

    __slots__ = ("execution", "failure", "is_recorded", "is_settled", "turn")

    def __init__(self, execution: ExecutionRecord) -> None:
        self.execution = execution
        self.turn = threading.Event()
        self.is_settled = False
        self.is_recorded = False
        self.failure: Exception | None = None


class ExecutionLog:
    """Records executions from any thread. `deliveries_written` is called after webhooks have come into the outbox."""

    def __init__(self, store: Store, deliveries_written: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self._deliveries_written = deliveries_written
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._waiting: list[_Entry] = []
        self._is_written_to = False
        self._is_closed = False

    def record(self, execution: ExecutionRecord) -> None:
        """Returns when the execution and its effects are durable.

        Raises `StoreUnavailable` and `ExecutionNotRecordable`; there are no effects then.
        """
        entry = _Entry(execution)
        with self._lock:
            if self._is_closed:
                raise StoreUnavailable("the backend is stopping")
            self._waiting.append(entry)
            leads, self._is_written_to = not self._is_written_to, True
        if not leads:
            entry.turn.wait()
        if not entry.is_settled:
            self._write_next()
        if not entry.is_recorded:
            raise entry.failure or StoreUnavailable("the writing was interrupted")

    def close(self) -> None:
        """Let what was begun be written to its end; everything later is refused. Idempotent."""
        with self._idle:
            self._is_closed = True
            if not self._idle.wait_for(lambda: not self._is_written_to, CLOSE_SECONDS):
                _log.error("some executions could not be written before the stop; their calls were not answered")

    def _write_next(self) -> None:
        """Write all that wait, the oldest first, which is the caller's own; then hand on to the next, if any."""
        with self._lock:
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
        try:
            self._write(batch)
        finally:
            for entry in batch:
                entry.is_settled = True
            with self._idle:
                if self._waiting:
                    heir: _Entry | None = self._waiting[0]
                else:
                    heir, self._is_written_to = None, False
                    self._idle.notify_all()
            for entry in batch:
                entry.turn.set()
            if heir is not None:
                heir.turn.set()

    def _write(self, batch: Sequence[_Entry]) -> None:
        try:
            self._insert(batch)
        except Exception as failure:  # noqa: BLE001 - whatever it is, each call that waits must hear of it
            if isinstance(failure, StoreUnavailable) or len(batch) == 1:
                _fail(batch, failure)
                return
            # One record that the database does not take must not cost the others theirs.
            for entry in batch:
                self._write([entry])

    def _insert(self, batch: Sequence[_Entry]) -> None:
        executions = [entry.execution for entry in batch]
        with self._store.writing() as session:
            insert_executions(session, executions)
        for entry in batch:
            entry.is_recorded = True
        if any(isinstance(effect, WebhookCall) for execution in executions for effect in execution.effects):
            self._wake_outbox()

    def _wake_outbox(self) -> None:
        try:
            self._deliveries_written()
        except Exception:  # noqa: BLE001 - the executions are written: nothing may turn that into a failure
            _log.exception("the outbox could not be told of new webhooks")


def _fail(batch: Sequence[_Entry], failure: Exception) -> None:
    for entry in batch:
        if isinstance(failure, StoreUnavailable):
            # One for each thread: a traceback belongs to one raise.
            entry.failure = StoreUnavailable(*failure.args)
        else:
            _log.error("an execution cannot be recorded", exc_info=failure, extra={"execution_id": entry.execution.id})
            entry.failure = ExecutionNotRecordable()
