"""The changes to keys and chains in their order: what is newer than a revision, and whether some of it is gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["BATCH", "BEGINNING", "Change", "Execute", "Landmark", "News", "is_on_record", "read_landmark", "read_news"]

BATCH = 1000


class Execute(Protocol):
    """Carries out one SQL statement with `?` for its values, and gives its rows.

    Statements are short and constant, since one of them is sent many times a second: SQLAlchemy would cost more than
    the database.
    """

    def __call__(self, statement: str, *values: int | str) -> Sequence[Any]:
        """Raises what the caller takes for a store that is gone."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `kind`: `api_key` or `rule_chain`; `digest`: of an API key, None for a chain.

    `at_us`: when, by the store's clock, microseconds since 1970, UTC.
    """

    revision: int
    kind: str
    object_id: str
    digest: bytes | None
    at_us: int = 0


@dataclass(frozen=True, slots=True)
class News:
    """What is newer than a revision, oldest first, at most `BATCH` of them.

    `oldest`: the oldest change on record at all, None where there is no news.
    """

    changes: Sequence[Change]
    oldest: int | None

    @property
    def is_whole(self) -> bool:
        """Whether nothing newer was left out for its number."""
        return len(self.changes) < BATCH

    def leaves_gap_after(self, revision: int) -> bool:
        """Whether changes between `revision` and the news may have been trimmed away.

        Revisions that are missing are no sign of it: each transaction that was undone leaves one out. But what is
        trimmed is trimmed from the oldest on, so nothing is missing behind a revision that is still there.
        """
        return self.oldest is not None and self.oldest > revision + 1


@dataclass(frozen=True, slots=True)
class Landmark:
    """The last change that is known, by which its order is recognised."""

    revision: int
    at_us: int


BEGINNING = Landmark(0, 0)
"""Before the first change."""

_NEWER = "SELECT revision, kind, object_id, digest, at FROM changes WHERE revision > ? ORDER BY revision LIMIT ?"


def read_news(execute: Execute, revision: int) -> News:
    """The changes after `revision`.

    The oldest is read last: what is trimmed in between makes a gap of what is none, never the reverse.
    """
    rows = execute(_NEWER, revision, BATCH)
    if not rows:
        return News((), None)
    [(oldest,)] = execute("SELECT min(revision) FROM changes")
    return News([Change(*row) for row in rows], oldest)


def read_landmark(execute: Execute) -> Landmark:
    """The newest change on record; `BEGINNING` where there is none yet."""
    rows = execute("SELECT revision, at FROM changes ORDER BY revision DESC LIMIT 1")
    return Landmark(*rows[0]) if rows else BEGINNING


def is_on_record(execute: Execute, landmark: Landmark) -> bool:
    """Whether the store still has the order of changes that `landmark` is of: so it is no copy that lacks some."""
    if landmark == BEGINNING:
        return True
    return bool(execute("SELECT 1 FROM changes WHERE revision = ? AND at = ?", landmark.revision, landmark.at_us))
