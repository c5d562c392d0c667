"""The lookout over the embedded database: it has no way to call, so it is asked again and again, which is cheap."""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ss_admin.backend.propagation.clock import STORE_CLOCK
from ss_admin.backend.store.engine import Store, StoreUnavailable

__all__ = ["SqliteLookout", "StoreBusy"]

LOOK_SECONDS = 0.05
"""A look costs a process that has nothing else to do a quarter of a millisecond: so half a percent of a core."""

BUSY_SECONDS = 0.05
"""How long a sign of life waits for other writers; it is tried again after the next look, which must not wait."""


class StoreBusy(Exception):
    """Another writer is at work; the statement can be tried again soon."""


class SqliteLookout:
    """See `Lookout`. What it writes is not worth a wait for the disk, so its commits are not synchronous."""

    now = STORE_CLOCK["sqlite"]
    is_elsewhere = False

    def __init__(self, store: Store) -> None:
        self._file = Path(str(store.engine.url.database))
        self._connection: sqlite3.Connection | None = None
        self._identity = self._find_identity()
        self._woken = threading.Event()

    def execute(self, statement: str, *values: int | str) -> Sequence[Any]:
        """As `Execute`. Raises `StoreUnavailable` and `StoreBusy`."""
        try:
            # A file that was deleted or replaced would go on answering, with what nobody changes any more.
            if self._find_identity() != self._identity:
                raise StoreUnavailable("the database file was deleted or replaced")
            connection = self._connection or self._connect()
            return connection.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise StoreBusy from error
            raise StoreUnavailable("the database cannot be read") from error
        except (sqlite3.DatabaseError, OSError) as error:
            raise StoreUnavailable("the database cannot be read") from error

    def wait(self) -> None:
        """Return after a moment."""
        if self._woken.wait(LOOK_SECONDS):
            self._woken.clear()

    def wake(self) -> None:
        """End the wait that is under way, or the next one."""
        self._woken.set()

    def drop(self) -> None:
        """Give the connection up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Give the connection up."""
        self.drop()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        self._connection = connection
        return connection

    def _find_identity(self) -> tuple[int, int] | None:
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
