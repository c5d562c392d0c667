"""Reads a journal's entries from another process, whole ones only, and deletes what has been drained."""

import contextlib
import logging
import os
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from ss_admin.backend.journal.segment_file import SegmentFile
from ss_admin.backend.journal.segments import give_lock_back, numbers_of_segments, seed_of, segment_path, take_lock

__all__ = ["Batch", "JournalReader"]

_log = logging.getLogger(__name__)


class Batch(NamedTuple):
    """Entries in the order they were written, and the place where the next read begins."""

    entries: list[bytes]
    segment: int
    position: int


class JournalReader:
    """The one reader of a journal, used by one thread at a time.

    An entry that is being written, or was when its writer died, is not there: its checksum tells. Where bytes are
    damaged, one entry is skipped if its length can be believed, that is if another whole entry follows at its end;
    otherwise the rest of the segment is, once the next one has begun. Both are told in the log, as errors.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seed = seed_of(folder.name)
        self._file: SegmentFile | None = None
        self._number = -1
        self._lock: FileLock | None = None
        self._told: tuple[int, int] | None = None

    @property
    def id(self) -> str:
        """Of the journal, the same as its writer's."""
        return self._folder.name

    def read(self, segment: int, position: int, limit: int) -> Batch:
        """At most `limit` entries from a place on; (0, 0) is the start. Fewer at a segment's end, or some 4 MiB.

        No entries: there are none yet, or, if the writer was gone before, no more. Raises `OSError` if a file cannot
        be read.
        """
        if limit < 1:
            raise ValueError("a batch has room for an entry")
        entries: list[bytes] = []
        while True:
            file = self._open(segment)
            if file is not None:
                position = file.read_entries(position, limit, entries)
                if entries:
                    break
            place = self._onward(file, segment, position)
            if place is None:
                break
            segment, position = place
        return Batch(entries, segment, position)

    def drop_before(self, segment: int) -> None:
        """Delete the segments before this one: they are drained. What cannot be deleted now is at the next call."""
        if self._number < segment:
            self._close_file()
        numbers: list[int] = []
        with contextlib.suppress(OSError):
            numbers = numbers_of_segments(self._folder)
        for number in numbers:
            if number < segment:
                with contextlib.suppress(OSError):
                    segment_path(self._folder, number).unlink()

    def sync(self, segment: int) -> None:
        """Have the segments from this one on written to the disk, so that they survive a loss of power as well.

        For the time that the database is away, about once a second. Raises `OSError`.
        """
        for number in numbers_of_segments(self._folder):
            if number >= segment:
                with contextlib.suppress(FileNotFoundError), segment_path(self._folder, number).open("r+b") as file:
                    os.fsync(file.fileno())
        for folder in (self._folder, self._folder.parent, self._folder.parent.parent):
            _sync_names(folder)

    def is_abandoned(self) -> bool:
        """Whether the writer is gone. Asked before a read that gives nothing, it says that nothing will ever come."""
        if self._lock is None:
            with contextlib.suppress(OSError):
                self._lock = take_lock(self._folder)
        return self._lock is not None

    def remove(self) -> None:
        """Delete the journal: an abandoned one that is drained. Raises `RuntimeError` if its writer lives.

        Raises `OSError` if something cannot be deleted now; to be called again then.
        """
        if not self.is_abandoned() or self._lock is None:
            raise RuntimeError("a journal whose writer lives is not to be deleted")
        self._close_file()
        with contextlib.suppress(FileNotFoundError):
            for name in sorted(os.listdir(self._folder)):  # noqa: PTH208 - the oldest first
                (self._folder / name).unlink(missing_ok=True)
            self._folder.rmdir()
        give_lock_back(self._folder, self._lock)
        self._lock = None

    def close(self) -> None:
        """Let go of the files. Idempotent."""
        self._close_file()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _open(self, segment: int) -> SegmentFile | None:
        if self._number != segment:
            self._close_file()
            try:
                self._file = SegmentFile(segment_path(self._folder, segment), self._seed)
            except FileNotFoundError:
                return None
            self._number = segment
        return self._file

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._number = None, -1

    def _onward(self, file: SegmentFile | None, segment: int, position: int) -> tuple[int, int] | None:
        """Where to read on after a place where no whole entry stands. None: there, once something is written.

        A place is looked at again after anything was seen behind it: it may have been written in between.
        """
        later = [number for number in numbers_of_segments(self._folder) if number > segment]
        if file is None or file.is_at_end(position):
            return (later[0], 0) if later else None
        size = file.entry_size(position)
        behind = position + size
        if size and (file.is_whole_entry(behind) or file.is_sealed(behind)):
            if not file.is_whole_entry(position):
                self._tell(segment, position, "an entry of a journal is damaged and was skipped")
                return segment, behind
            return segment, position
        if self._has_begun(later):
            if not file.is_whole_entry(position) and not file.is_at_end(position):
                self._tell(segment, position, "the rest of a journal's segment cannot be read and was skipped")
                return later[0], 0
            return segment, position
        if self._lock is not None and not file.is_blank(position):
            self._tell(segment, position, "the end of a journal is no whole entry: its writer died in it", logging.INFO)
        return None

    def _has_begun(self, numbers: list[int]) -> bool:
        for number in numbers:
            with contextlib.suppress(FileNotFoundError):
                file = SegmentFile(segment_path(self._folder, number), self._seed)
                try:
                    if file.has_begun():
                        return True
                finally:
                    file.close()
        return False

    def _tell(self, segment: int, position: int, what: str, level: int = logging.ERROR) -> None:
        """Once for each place, though it is come by at each read."""
        if self._told != (segment, position):
            self._told = segment, position
            _log.log(level, what, extra={"journal": self.id, "segment": segment, "position": position})


def _sync_names(folder: Path) -> None:
    """Have a folder's names written to the disk, where the system knows of that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
