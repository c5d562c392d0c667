"""Appends entries to a journal: a slice assignment into mapped memory, and no system call."""

import contextlib
import errno
import logging
import mmap
import os
import threading
import weakref
import zlib
from dataclasses import dataclass
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

SEGMENT_BYTES = 16 * 1024 * 1024
BACKLOG_BYTES = 1024 * 1024 * 1024

_RETRY_SECONDS = 0.05
"""How often it is looked for room again while there is none, and whether refusals may be kept again."""

_LOCK_SECONDS = 5.0
_NOWHERE = -1


class JournalFull(Exception):
    """An entry could not be kept: too much waits to be drained, or the disk is full or closed to us."""


@dataclass(slots=True)
class _Segment:
    size: int
    memory: mmap.mmap


class JournalWriter:
    """The one writer of a journal; any thread may append.

    A segment is made ahead by a thread of its own when half of the one in use is full. What is drained is known from
    the segments that the reader has deleted: all that are there together never pass the bound.

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
        # `_appending` guards the place of the next entry and is held for less than a microsecond, but at a change of
        # segments; `_making` guards the files, is held for milliseconds, and is taken second.
        self._appending = threading.Lock()
        self._making = threading.Lock()
        self._next: _Segment | None = None
        self._next_number = 0
        self._used: dict[int, int] = {}
        self._fault: str | None = None
        self._crowded = False
        self._given_up = 0
        self._closed = False
        self._inherited = False
        self._wake = threading.Event()
        self._lock = _begin(folder)
        self._segment = self._first()
        self._memory = self._segment.memory
        self._position = 0
        self._turn = self._segment.size // 2
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
        with self._appending:
            end = self._position + len(record)
            if end > self._turn:
                try:
                    end = self._make_room(len(record))
                except JournalFull:
                    if not expendable:
                        raise
                    self._given_up += 1
                    return
            self._memory[self._position : end] = record
            self._position = end

    def close(self) -> None:
        """Let go of the journal: a reader sees it as abandoned. Idempotent."""
        with self._appending:
            if self._closed or self._inherited:
                return
            self._closed = True
            self._turn = _NOWHERE
        self._wake.set()
        self._thread.join()
        with self._making:
            self._memory.close()
            if self._next is not None:
                self._next.memory.close()
        self._lock.release()

    def _first(self) -> _Segment:
        try:
            return self._create(self._segment_bytes)
        except OSError as fault:
            self._lock.release()
            raise JournalFull(_sentence(fault)) from fault

    def _give_up(self) -> None:
        with self._appending:
            self._given_up += 1

    def _make_room(self, size: int) -> int:
        """Where a record of this size ends, once there is a place for it. The rare part of an append."""
        self._refuse_if_over()
        if self._position + size > self._segment.size:
            if size > self._segment_bytes:
                self._go_on_in_large(size)
            else:
                self._go_on_in_next()
        end = self._position + size
        if end > self._segment.size // 2:
            self._turn = self._segment.size
            self._wake.set()
        return end

    def _refuse_if_over(self) -> None:
        if self._inherited:
            raise RuntimeError("a forked process makes a journal of its own")
        if self._closed:
            raise JournalFull("The journal is closed: the server is stopping.")

    def _go_on_in_next(self) -> None:
        if self._next is None and self._fault is None:
            self._make_next()  # the thread is late: wait for it, or do what it would have done
            self._wake.set()  # where there is no room, it looks for it from now on
        if self._next is None:
            raise JournalFull(self._fault)
        with self._making:
            self._enter(self._next)
            self._next = None

    def _go_on_in_large(self, size: int) -> None:
        """An entry larger than a segment gets one of its own size. A prepared one stays behind, sealed and empty."""
        with self._making:
            try:
                large = self._create(size)
            except (OSError, _TooMuch) as fault:
                self._wake.set()
                raise JournalFull(_sentence(fault)) from fault
            if self._next is not None:
                self._enter(self._next)
                self._next = None
            self._enter(large)

    def _enter(self, segment: _Segment) -> None:
        """Seal the segment in use and go on in another. The old mapping is closed: Windows deletes no mapped file."""
        if self._position + HEADER.size <= self._segment.size:
            self._memory[self._position : self._position + HEADER.size] = HEADER.pack(SEALED, 0)
        self._memory.close()
        self._segment, self._memory = segment, segment.memory
        self._position, self._turn = 0, segment.size // 2
        self._wake.set()

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

    def _create(self, size: int) -> _Segment:
        self._note_drained()
        if sum(self._used.values()) + size > self._backlog_bytes:
            raise _TooMuch
        number = self._next_number
        memory = map_segment(create_segment(self._folder, number, size), size)
        self._next_number = number + 1
        self._used[number] = size
        return _Segment(size, memory)

    def _note_drained(self) -> None:
        there = set(numbers_of_segments(self._folder))
        for number in self._used.keys() - there:
            del self._used[number]
        waiting = sum(self._used.values()) - (self._next.size if self._next is not None else 0)
        self._crowded = waiting > self._backlog_bytes // 2

    def _prepare_ahead(self) -> None:
        while not self._closed:
            self._wake.wait(_RETRY_SECONDS if self._crowded or self._fault is not None else None)
            self._wake.clear()
            try:
                self._look_after_segments()
            except Exception:  # noqa: BLE001 - the thread must outlive a bug; an append makes its segment itself then
                _log.exception("the next segment of a journal could not be prepared")

    def _look_after_segments(self) -> None:
        if self._crowded:
            with self._making, contextlib.suppress(OSError):
                self._note_drained()
        if self._fault is not None or self._turn == self._segment.size:
            self._make_next()

    def _refuse_in_child(self) -> None:
        """What the child of a fork does first: other threads, and what they held, are not there."""
        self._inherited = True
        self._turn = _NOWHERE
        self._crowded = False
        self._appending = threading.Lock()


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
