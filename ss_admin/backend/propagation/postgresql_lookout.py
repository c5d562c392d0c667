"""The lookout over PostgreSQL: it listens, and looks now and then all the same, should a call have been lost."""

import contextlib
import os
import selectors
import time
from collections.abc import Sequence
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.waiting import Ready

from ss_admin.backend.propagation.clock import STORE_CLOCK
from ss_admin.backend.store.engine import Store, StoreUnavailable

__all__ = ["PostgresqlLookout"]

CHANNEL = "ss_changes"
CHECK_SECONDS = 0.3
ANSWER_SECONDS = 1.0
_CONNECT_SECONDS = 2
_LOST_MILLISECONDS = 2000

Result = TypeVar("Result")


class _ImpatientConnection(psycopg.Connection[Any]):
    """Waits for no answer longer than `ANSWER_SECONDS`, whether the server, the network or a proxy is what hangs."""

    def wait(self, gen: PQGen[Result], interval: float = 0, timeout: float | None = None) -> Result:
        """What the exchange gives. Raises `psycopg.OperationalError` for a server that does not answer in time."""
        deadline = time.monotonic() + (ANSWER_SECONDS if timeout is None else timeout)
        try:
            state = next(gen)
            with selectors.DefaultSelector() as selector:
                selector.register(self.pgconn.socket, state)
                while True:
                    ready = selector.select(max(0.0, deadline - time.monotonic()))
                    if not ready:
                        raise psycopg.OperationalError("the server does not answer")
                    state = gen.send(Ready(ready[0][1]))
                    selector.modify(self.pgconn.socket, state)
        except StopIteration as end:
            result: Result = end.value
            return result


class PostgresqlLookout:
    """See `Lookout`. What it writes is not worth a wait for the disk, so its commits are not synchronous."""

    now = STORE_CLOCK["postgresql"]
    is_elsewhere = True

    def __init__(self, store: Store) -> None:
        engine = store.engine
        self._where, self._options = engine.dialect.create_connect_args(engine.url)
        self._connection: _ImpatientConnection | None = None
        self._was_called = False
        self._bell, self._clapper = os.pipe()
        os.set_blocking(self._bell, False)

    def execute(self, statement: str, *values: int | str) -> Sequence[Any]:
        """As `Execute`. Raises `StoreUnavailable`."""
        try:
            connection = self._connection or self._connect()
            cursor = connection.execute(statement.replace("?", "%s").encode(), values)
            return cursor.fetchall() if cursor.description else ()
        except psycopg.Error as error:
            raise StoreUnavailable("the store does not answer") from error

    def wait(self) -> None:
        """Return when the store calls, or after `CHECK_SECONDS`."""
        connection = self._connection
        if connection is None or self._take_call():
            return
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            selector.register(connection.pgconn.socket, selectors.EVENT_READ)
            ready = selector.select(CHECK_SECONDS)
        if any(key.fd == self._bell for key, _ in ready):
            os.read(self._bell, 100)
        if any(key.fd != self._bell for key, _ in ready):
            self._hear(connection)

    def wake(self) -> None:
        """End the wait that is under way, or the next one."""
        with contextlib.suppress(OSError):
            os.write(self._clapper, b"!")

    def drop(self) -> None:
        """Give the connection up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Give up all that it holds."""
        self.drop()
        clapper, self._clapper = self._clapper, -1
        os.close(clapper)
        os.close(self._bell)

    def _connect(self) -> _ImpatientConnection:
        connection = _ImpatientConnection.connect(
            *self._where,
            **{
                **self._options,
                "autocommit": True,
                "application_name": "ss-watch",
                "connect_timeout": _CONNECT_SECONDS,
                "tcp_user_timeout": _LOST_MILLISECONDS,
            },
        )
        try:
            connection.add_notify_handler(self._note_call)
            connection.execute("SET synchronous_commit = off")
            connection.execute(f"SET statement_timeout = {round(ANSWER_SECONDS * 1000)}")
            connection.execute(f"LISTEN {CHANNEL}")
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _note_call(self, _: psycopg.Notify) -> None:
        self._was_called = True

    def _take_call(self) -> bool:
        """Whether the store called since the last time: also in the middle of an answer to something else."""
        called, self._was_called = self._was_called, False
        return called

    def _hear(self, connection: _ImpatientConnection) -> None:
        try:
            connection.pgconn.consume_input()
            while connection.pgconn.notifies():
                pass
        except psycopg.Error as error:
            raise StoreUnavailable("the store hung up") from error
