"""Appends entries to a journal: one write into mapped memory, and no system call.

Decision: no lock on the way of a call. `mmap.write` copies and moves on within one call of C, which no other thread of
the interpreter interrupts; it refuses what does not fit, and only then a lock is taken. Measured on a shared machine,
an entry of 873 bytes: 0.7 µs, of which the checksum takes 0.3; with a lock around a slice assignment 1.0 µs, and with
four threads at it 5 µs, since whoever finds the lock held gives up the interpreter as well. An interpreter without the
global lock has this guarantee from 3.14 on.
"""

import contextlib
import errno
import logging
import mmap
import os
import threading
import weakref
import zlib
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from ss_admin.backend.journal.segments import (
    HEADER,
    SEALED,
    create_segment,
    give_lock_back,
    map_segment,
    numbers_of_segments,
    seed_of,
    take_lock,
)

__all__ = ["BACKLOG_BYTES", "SEGMENT_BYTES", "JournalFull", "JournalWriter"]

_log = logging.getLogger(__name__)

SEGMENT_BYTES = 8 * 1024 * 1024
"""There are two at least: the one in use and the next."""

BACKLOG_BYTES = 1024 * 1024 * 1024

_RETRY_SECONDS = 0.05
"""How often it is looked for room again while there is none, and whether refusals may be kept again."""

_LOCK_SECONDS = 5.0


class JournalFull(Exception):
    """An entry could not be kept: too much waits to be drained, or the disk is full or closed to us."""


class JournalWriter:
    """The one writer of a journal; any thread may append.

    The next segment is made ahead by a thread of its own. What is drained is known from the segments that the reader
    has deleted: all that are there together never pass the bound.

    A process made by `os.fork` must make a writer of its own: two with one position would write over each other. The
    child's copy refuses every entry with a `RuntimeError`.
    """

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES, backlog_bytes: int = BACKLOG_BYTES) -> None:
        """Make the journal: a folder that is not there yet, named by its id. Raises `JournalFull`.

        `segment_bytes`: of a file; `backlog_bytes`: of all files, at least three.
        """
        if backlog_bytes < 3 * segment_bytes or segment_bytes <= HEADER.size:
            raise ValueError("a journal has room for three segments at least")
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._backlog_bytes = backlog_bytes
        self._seed = seed_of(folder.name)
        # `_changing` is held while the segment in use changes; `_making` guards the files, and is taken second.
        self._changing = threading.Lock()
        self._making = threading.Lock()
        self._next: mmap.mmap | None = None
        self._next_number = 0
        self._used: dict[int, int] = {}
        self._fault: str | None = None
        self._crowded = False
        self._given_up = 0
        self._closed = False
        self._inherited = False
        self._wake = threading.Event()
        self._lock = _begin(folder)
        self._memory = self._first()
        self._write: Callable[[bytes], object] = self._memory.write
        _forbid_in_children(self)
        self._thread = threading.Thread(target=self._prepare_ahead, name="journal-segments", daemon=True)
        self._thread.start()

    @property
    def id(self) -> str:
        """Of the journal, the same for its reader; unique for ever."""
        return self._folder.name

    @property
    def given_up(self) -> int:
        """Expendable entries that were not kept, because too much waited already."""
        return self._given_up

    @property
    def is_crowded(self) -> bool:
        """Whether more than half of the bound is waiting to be written into the database."""
        return self._crowded

    def append(self, entry: bytes, *, expendable: bool = False) -> None:
        """Keep an entry of at least one byte. Raises `JournalFull`, until there is room again.

        An expendable one is given up, and counted in `given_up`, already when half of the bound is waiting.
        """
        if expendable and self._crowded:
            self._give_up()
            return
        if not entry:
            raise ValueError("an entry is not empty")
        record = HEADER.pack(len(entry), zlib.crc32(entry, self._seed)) + entry
        try:
            self._write(record)
        except ValueError:  # it does not fit, or the segment is closed
            self._append_further_on(record, expendable=expendable)

    def close(self) -> None:
        """Let go of the journal: a reader sees it as abandoned. Idempotent."""
        with self._changing:
            if self._closed or self._inherited:
                return
            self._closed = True
            self._memory.close()  # from here on a write is refused, and comes to `_append_further_on`
        self._wake.set()
        self._thread.join()
        if self._next is not None:
            self._next.close()
        self._lock.release()

    def _first(self) -> mmap.mmap:
        try:
            return self._create(self._segment_bytes)
        except OSError as fault:
            self._lock.release()
            raise JournalFull(_sentence(fault)) from fault

    def _give_up(self) -> None:
        with self._changing:
            self._given_up += 1

    def _append_further_on(self, record: bytes, *, expendable: bool) -> None:
        """The rare part of an append: in the segment that another thread has gone on in by now, or in the next."""
        with self._changing:
            if self._inherited:
                raise RuntimeError("a forked process makes a journal of its own")
            if self._closed:
                raise JournalFull("The journal is closed: the server is stopping.")
            try:
                self._write(record)
            except ValueError:
                self._change(record, expendable=expendable)

    def _change(self, record: bytes, *, expendable: bool) -> None:
        try:
            if len(record) > self._segment_bytes:
                self._go_on_in_large(record)
            else:
                self._go_on_in_next(record)
        except JournalFull:
            if not expendable:
                raise
            self._given_up += 1
        else:
            self._wake.set()

    def _go_on_in_next(self, record: bytes) -> None:
        if self._next is None and self._fault is None:
            self._make_next()  # the thread is late: wait for it, or do what it would have done
        if self._next is None:
            raise JournalFull(self._fault)
        with self._making:
            self._enter(self._next, record)
            self._next = None

    def _go_on_in_large(self, record: bytes) -> None:
        """An entry larger than a segment gets one of its own size. A prepared one stays behind, sealed and empty."""
        with self._making:
            try:
                large = self._create(len(record))
            except (OSError, _TooMuch) as fault:
                self._wake.set()
                raise JournalFull(_sentence(fault)) from fault
            if self._next is not None:
                self._enter(self._next)
                self._next = None
            self._enter(large, record)

    def _enter(self, memory: mmap.mmap, record: bytes = b"") -> None:
        """Seal the segment in use, begin the other one with a record, and let others write there only then.

        The old mapping is closed: Windows deletes no mapped file.
        """
        _seal(self._memory)
        memory.write(record)
        old, self._memory, self._write = self._memory, memory, memory.write
        old.close()

    def _make_next(self) -> None:
        """Make the next segment if there is none, or tell in `_fault` why that cannot be done now."""
        with self._making:
            if self._next is not None or self._closed:
                return
            try:
                self._next = self._create(self._segment_bytes)
            except (OSError, _TooMuch) as fault:
                if self._fault is None:
                    _log.error("calls cannot be kept: %s", _sentence(fault), extra={"journal": self.id})
                self._fault = _sentence(fault)
            else:
                if self._fault is not None:
                    _log.warning("calls can be kept again", extra={"journal": self.id})
                self._fault = None

    def _create(self, size: int) -> mmap.mmap:
        self._note_drained()
        if sum(self._used.values()) + size > self._backlog_bytes:
            raise _TooMuch
        number = self._next_number
        memory = map_segment(create_segment(self._folder, number, size), size)
        self._next_number = number + 1
        self._used[number] = size
        return memory

    def _note_drained(self) -> None:
        there = set(numbers_of_segments(self._folder))
        for number in self._used.keys() - there:
            del self._used[number]
        waiting = sum(self._used.values()) - (len(self._next) if self._next is not None else 0)
        self._crowded = waiting > self._backlog_bytes // 2

    def _prepare_ahead(self) -> None:
        while not self._closed:
            self._wake.wait(_RETRY_SECONDS if self._crowded or self._next is None else None)
            self._wake.clear()
            try:
                self._look_after_segments()
            except Exception:  # noqa: BLE001 - the thread must outlive a bug; an append makes its segment itself then
                _log.exception("the next segment of a journal could not be prepared")

    def _look_after_segments(self) -> None:
        if self._crowded:
            with self._making, contextlib.suppress(OSError):
                self._note_drained()
        if self._next is None:
            self._make_next()

    def _refuse_in_child(self) -> None:
        """What the child of a fork does first: other threads, and what they held, are not there."""
        self._inherited = True
        self._crowded = False
        self._changing = threading.Lock()
        self._write = _refuse


def _refuse(_record: bytes) -> None:
    raise ValueError


def _seal(memory: mmap.mmap) -> None:
    """End a segment that other threads still write into: whatever is left is filled at once, so that nothing fits."""
    while rest := len(memory) - memory.tell():
        with contextlib.suppress(ValueError):  # something was written in between
            memory.write(HEADER.pack(SEALED, 0) + bytes(rest - HEADER.size) if rest >= HEADER.size else bytes(rest))


def _begin(folder: Path) -> FileLock:
    """Lock a journal that is to be and make its folder, in this order: who sees the folder finds the lock held."""
    try:
        lock = take_lock(folder, wait_seconds=_LOCK_SECONDS)
        if lock is None:
            raise FileExistsError(errno.EEXIST, "another process holds its lock", str(folder))
        try:
            folder.mkdir(mode=0o700)
        except OSError:
            give_lock_back(folder, lock)
            raise
    except OSError as fault:
        raise JournalFull(_sentence(fault)) from fault
    return lock


def _forbid_in_children(writer: JournalWriter) -> None:
    if hasattr(os, "register_at_fork"):
        refuse = weakref.WeakMethod(writer._refuse_in_child)  # noqa: SLF001 - a part of the class that must not hold it

        def after_fork() -> None:
            if (method := refuse()) is not None:
                method()

        os.register_at_fork(after_in_child=after_fork)


class _TooMuch(Exception):
    """Another segment would pass the bound."""


def _sentence(fault: Exception) -> str:
    if isinstance(fault, OSError):
        return f"The folder for what waits to be written into the database takes nothing: {fault.strerror}."
    return "Too much waits to be written into the database."
