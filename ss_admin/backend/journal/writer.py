"""Appends entries to a journal: a slice assignment into mapped memory, and no system call."""

from pathlib import Path

__all__ = ["BACKLOG_BYTES", "SEGMENT_BYTES", "JournalFull", "JournalWriter"]

SEGMENT_BYTES = 16 * 1024 * 1024
BACKLOG_BYTES = 1024 * 1024 * 1024


class JournalFull(Exception):
    """An entry could not be kept: too much waits to be drained, or the disk is full or closed to us."""


class JournalWriter:
    """The one writer of a journal; any thread may append. Not to be shared with a forked process."""

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES, backlog_bytes: int = BACKLOG_BYTES) -> None:
        """Make the journal. Raises `JournalFull` if that cannot be done."""
        raise NotImplementedError

    @property
    def id(self) -> str:
        """Of the journal, the same for its reader; unique for ever."""
        raise NotImplementedError

    @property
    def given_up(self) -> int:
        """Expendable entries that were not kept because too much waited already."""
        raise NotImplementedError

    def append(self, entry: bytes, *, expendable: bool = False) -> None:
        """Keep an entry. Raises `JournalFull`; an expendable one is counted in `given_up` instead."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the journal: a reader sees it as abandoned. Idempotent."""
        raise NotImplementedError
