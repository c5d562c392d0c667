"""The store: reading and writing transactions over SQLite or PostgreSQL, and one error for "cannot be reached"."""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from ss_admin.backend.store.address import embedded_database_file, parse_database_url

__all__ = ["Store", "StoreUnavailable"]

_log = logging.getLogger(__name__)

BUSY_TIMEOUT_SECONDS = 5
CONNECT_TIMEOUT_SECONDS = 5
POOL_TIMEOUT_SECONDS = 10
LOST_AFTER_SECONDS = 15
_WRITES = "ss_writes"
_SQLITE_MAGIC = b"SQLite format 3\x00"
_SQLITE_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA synchronous=FULL",
    "PRAGMA journal_size_limit=67108864",
)
_LATE_CHECKPOINT = "PRAGMA wal_autocheckpoint=64000"
"""Pages of 4 KiB. The housekeeping's own checkpoints come eight times sooner."""


class StoreUnavailable(Exception):
    """The store cannot do its work now: gone, locked for too long, full, or not to be opened. A retry may help."""


class Store:
    """One database and its pool of connections; safe to share between threads.

    `dialect` tells which of the two databases it is. Every use goes through `reading` or `writing`.
    """

    def __init__(self, engine: Engine, file: Path | None = None) -> None:
        self.engine = engine
        self._file = None if file is None else _WatchedFile.at(file)
        self._writer = threading.Lock()
        self._told: set[str] = set()
        self.dialect: Literal["sqlite", "postgresql"] = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        read_options: dict[str, Any] = {"postgresql_readonly": True} if self.dialect == "postgresql" else {}
        self._reading = sessionmaker(engine.execution_options(**read_options), expire_on_commit=False)
        self._write_engine = engine.execution_options(**{_WRITES: True})
        self._writing = sessionmaker(self._write_engine, expire_on_commit=False)

    @classmethod
    def open(cls, url: str, *, pool_size: int = 16, leaves_checkpoints: bool = False) -> Self:
        """The store at `url`; a missing SQLite file is created, readable by its owner only.

        `leaves_checkpoints`: another process moves what is written from SQLite's log into its file; without one, who
        commits does so now and then, which would hold a worker's core for tens of milliseconds.

        Raises `DatabaseUrlInvalid` for a URL of another kind and `StoreUnavailable` where the file cannot be made.
        PostgreSQL is not contacted before the first use.
        """
        parsed = parse_database_url(url)
        file = embedded_database_file(parsed)
        if file is None:
            return cls(_postgresql_engine(parsed, pool_size))
        return cls(_sqlite_engine(parsed, file, pool_size, leaves_checkpoints=leaves_checkpoints), file)

    def __repr__(self) -> str:
        return f"<Store {self.dialect}>"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads and sees one state of the data (on PostgreSQL: one per statement)."""
        self._check_file()
        with self._as_unavailable("reading"), self._reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that writes: committed and durable at the end of the block, undone by any exception.

        SQLite: it holds the write lock from its beginning, so it never fails half-way for another writer.
        """
        self._check_file()
        with self._as_unavailable("writing"), self._turn(), self._writing.begin() as session:
            yield session

    @contextmanager
    def altering(self) -> Iterator[Connection]:
        """A writing transaction as a plain connection, for migrations."""
        self._check_file()
        with self._as_unavailable("writing"), self._turn(), self._write_engine.begin() as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """SQLite lets one write at a time; threads of this process queue here, where waiting is fair and cheap."""
        if self.dialect == "postgresql":
            yield
            return
        if not self._writer.acquire(timeout=POOL_TIMEOUT_SECONDS):
            raise StoreUnavailable("the store is busy with other writers")
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def _as_unavailable(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            self._tell_outage(doing, error)
            raise StoreUnavailable("the store cannot be reached") from error
        except DBAPIError as error:
            # SQLite reports a damaged file with the base class itself.
            if not error.connection_invalidated and type(error) is not DatabaseError:
                raise
            self._tell_outage(doing, error)
            raise StoreUnavailable("the store cannot be used") from error
        self._told.discard(doing)

    def _tell_outage(self, doing: str, error: Exception) -> None:
        """One line for each outage, though it fails every use: the cause says more than where it was met."""
        if doing not in self._told:
            self._told.add(doing)
            cause = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            _log.error("the store is unavailable", extra={"cause": cause})

    def _check_file(self) -> None:
        if self._file is not None and not self._file.is_there():
            if "file" not in self._told:
                self._told.add("file")
                _log.error("the database file was deleted or replaced; stop, restore it if need be, and start again")
            raise StoreUnavailable("the database file was deleted or replaced")

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.engine.dispose()


@dataclass(frozen=True)
class _WatchedFile:
    """The embedded database's file. Deleted or replaced, it would go on taking writes that nobody ever reads again."""

    path: Path
    identity: tuple[int, int]

    @classmethod
    def at(cls, path: Path) -> Self:
        found = path.stat()
        return cls(path, (found.st_dev, found.st_ino))

    def is_there(self) -> bool:
        try:
            found = self.path.stat()
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == self.identity


def _postgresql_engine(url: URL, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "application_name": "ss-backend",
            # Without these a host that vanished is noticed after a quarter of an hour, and until then holds the call.
            "tcp_user_timeout": LOST_AFTER_SECONDS * 1000,
            "keepalives_idle": LOST_AFTER_SECONDS,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
    )


def _sqlite_engine(url: URL, file: Path, pool_size: int, *, leaves_checkpoints: bool) -> Engine:
    _make_private_file(file)
    engine = create_engine(
        url.set(database=str(file)),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite_connection)
    if leaves_checkpoints:
        event.listen(engine, "connect", lambda connection, _record: connection.execute(_LATE_CHECKPOINT))
    event.listen(engine, "begin", _begin_sqlite_transaction)
    return engine


def _make_private_file(file: Path) -> None:
    """Create the database file with mode 0600 before SQLite does; its -wal and -shm files take the mode over."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "rb") as stream:
            is_ours = stream.read(len(_SQLITE_MAGIC)) in {b"", _SQLITE_MAGIC}
        if is_ours and file.stat().st_mode & 0o077:
            file.chmod(0o600)
    except OSError as error:
        raise StoreUnavailable(f"the database file {file} cannot be opened: {error.strerror}") from error


def _prepare_sqlite_connection(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction handling is switched off: it would send a plain BEGIN, and that late.
    connection.isolation_level = None
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(pragma)
    _enter_wal_mode(connection)


def _enter_wal_mode(connection: sqlite3.Connection) -> None:
    """WAL mode; entering it needs the file alone, and SQLite does not wait for that by itself."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        return
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite_transaction(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
