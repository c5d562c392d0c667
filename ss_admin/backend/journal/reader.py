"""Reads a journal's entries from another process, whole ones only, and deletes what has been drained."""

from pathlib import Path
from typing import NamedTuple

__all__ = ["Batch", "JournalReader"]


class Batch(NamedTuple):
    """Entries in the order they were written, and the place where the next read begins."""

    entries: list[bytes]
    segment: int
    position: int


class JournalReader:
    """The one reader of a journal. A read from (0, 0) begins at the oldest segment there is."""

    def __init__(self, folder: Path) -> None:
        raise NotImplementedError

    @property
    def id(self) -> str:
        """Of the journal, the same as its writer's."""
        raise NotImplementedError

    def read(self, segment: int, position: int, limit: int) -> Batch:
        """At most `limit` entries from a place on. No entries: there are none yet, or, if it is abandoned, no more."""
        raise NotImplementedError

    def drop_before(self, segment: int) -> None:
        """Delete the segments before this one: they are drained. What cannot be deleted now is at the next call."""
        raise NotImplementedError

    def is_abandoned(self) -> bool:
        """Whether the writer is gone. Asked before a read that gives nothing, it says that nothing will ever come."""
        raise NotImplementedError

    def remove(self) -> None:
        """Delete the journal. Only for an abandoned one that is drained."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the files. Idempotent."""
        raise NotImplementedError
