"""One segment as its reader sees it: which whole entries it holds from a place on, and what is there instead of one.

Files are read and not mapped: a mapped file that a disk cannot give, or that somebody cuts off, ends the process.
"""

import os
import zlib
from io import FileIO
from pathlib import Path

from ss_admin.backend.journal.segments import HEADER, SEALED

__all__ = ["SegmentFile"]

_FIRST_BYTES = 16 * 1024
_PART_BYTES = 256 * 1024
_BATCH_BYTES = 4 * 1024 * 1024


class SegmentFile:
    """A segment's file, open for reading. Raises `FileNotFoundError` if there is none, and `OSError` at any reading."""

    def __init__(self, path: Path, seed: int) -> None:
        self._file = FileIO(path, "rb")
        self._size = os.fstat(self._file.fileno()).st_size
        self._seed = seed

    def close(self) -> None:
        """Let go of the file; on Windows it cannot be deleted before. Idempotent."""
        self._file.close()

    def read_entries(self, position: int, limit: int, entries: list[bytes]) -> int:
        """Add the whole entries from a place on, up to `limit` in all or some 4 MiB. Gives the place behind them."""
        start = position
        size = _FIRST_BYTES
        while len(entries) < limit and position - start < _BATCH_BYTES:
            part = self._bytes_at(position, size)
            used = _add_whole_entries(part, self._seed, limit, entries)
            position += used
            if used:
                size = _PART_BYTES
            elif len(part) < size or (size := self.entry_size(position)) <= len(part):
                break
        return position

    def entry_size(self, position: int) -> int:
        """How many bytes the entry at a place takes, by the length written there; 0 if it cannot be one."""
        header = self._bytes_at(position, HEADER.size)
        if len(header) < HEADER.size:
            return 0
        length, _ = HEADER.unpack(header)
        size = HEADER.size + int(length)
        return size if length and position + size <= self._size else 0

    def is_whole_entry(self, position: int) -> bool:
        """Whether an entry stands at a place, as it was written."""
        size = self.entry_size(position)
        return size > 0 and _add_whole_entries(self._bytes_at(position, size), self._seed, 1, []) > 0

    def is_sealed(self, position: int) -> bool:
        """Whether the writer ended the segment at a place."""
        header = self._bytes_at(position, HEADER.size)
        return len(header) == HEADER.size and HEADER.unpack(header)[0] == SEALED

    def is_at_end(self, position: int) -> bool:
        """Whether nothing can stand at a place any more."""
        return position + HEADER.size > self._size or self.is_sealed(position)

    def is_blank(self, position: int) -> bool:
        """Whether nothing has been written from a place on."""
        while part := self._bytes_at(position, _PART_BYTES):
            if part.strip(b"\0"):
                return False
            position += len(part)
        return True

    def has_begun(self) -> bool:
        """Whether anything has been written at the start: the segments before it are complete then."""
        return any(self._bytes_at(0, HEADER.size))

    def _bytes_at(self, position: int, size: int) -> bytes:
        self._file.seek(position)
        return self._file.read(size) or b""


def _add_whole_entries(part: bytes, seed: int, limit: int, entries: list[bytes]) -> int:
    """How many bytes of the part the whole entries at its start take."""
    unpack, crc32, append = HEADER.unpack_from, zlib.crc32, entries.append
    last, size, room = len(part) - HEADER.size, len(part), limit - len(entries)
    used = 0
    while room > 0 and used <= last:
        length, checksum = unpack(part, used)
        start = used + HEADER.size
        end = start + length
        if not length or end > size:
            break
        entry = part[start:end]
        if crc32(entry, seed) != checksum:
            break
        append(entry)
        used = end
        room -= 1
    return used
