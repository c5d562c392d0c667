"""The changes to keys and chains in their order: what is newer than a revision, and whether some of it is gone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["BATCH", "Change", "Execute", "News", "read_newest", "read_news"]

BATCH = 1000

Execute = Callable[[str], Sequence[Any]]
"""Carries out one SQL statement, in autocommit or in a transaction that only reads, and gives its rows."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `kind`: `api_key` or `rule_chain`; `digest`: of an API key, None for a chain."""

    revision: int
    kind: str
    object_id: str
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class News:
    """What is newer than a revision, oldest first, at most `BATCH`; `is_whole`: nothing newer was left out.

    `oldest`: the oldest revision on record, None where that was not asked for or none is.
    """

    changes: Sequence[Change]
    is_whole: bool
    oldest: int | None


def read_news(execute: Execute, revision: int) -> News:
    """The changes after `revision`.

    The oldest is read after the changes: what was trimmed in between makes a gap that is none, never the reverse.
    """
    rows = execute(
        "SELECT revision, kind, object_id, digest FROM changes "  # noqa: S608 - a number
        f"WHERE revision > {revision:d} ORDER BY revision LIMIT {BATCH:d}"
    )
    if not rows:
        return News((), is_whole=True, oldest=None)
    [(oldest,)] = execute("SELECT min(revision) FROM changes")
    changes = [Change(number, kind, object_id, digest and bytes(digest)) for number, kind, object_id, digest in rows]
    return News(changes, is_whole=len(changes) < BATCH, oldest=oldest)


def read_newest(execute: Execute) -> int:
    """The newest revision on record; 0 where there is none yet."""
    [(newest,)] = execute("SELECT coalesce(max(revision), 0) FROM changes")
    return int(newest)
