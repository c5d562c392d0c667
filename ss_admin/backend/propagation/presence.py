"""Tells the other processes that this one lives, and since when it acts on which changes."""

import os
import socket
import time
from collections import deque
from dataclasses import dataclass

from ss_admin.backend.propagation.lookout import Lookout

__all__ = ["BEAT_SECONDS", "LIFE_SECONDS", "LiveWorkers", "Presence", "is_gone", "worker_name"]

BEAT_SECONDS = 1.0
LIFE_SECONDS = 5
"""Without a sign of life for as long, a worker gets no share of a limit any more."""

_MICROSECONDS = 1_000_000
_CLOCKS = 5


@dataclass(frozen=True, slots=True)
class LiveWorkers:
    """This process among those that serve partners' calls: `rank` counts from 0, `count` includes this one."""

    rank: int
    count: int


class Presence:
    """A worker's row, its sightings and what is learnt on the occasion. Used by one thread, read by any.

    `sighted`: the last revision that was reported, -1 before the first.
    """

    def __init__(self, lookout: Lookout, worker_id: str, worker_name: str) -> None:
        self._lookout = lookout
        self._id = worker_id
        self._name = worker_name[:200]
        self.sighted = -1
        self._beat_at = -BEAT_SECONDS
        self._clocks: deque[tuple[float, int]] = deque(maxlen=_CLOCKS)
        self.live = LiveWorkers(rank=0, count=1)
        self.clock_offset_us = 0

    def report(self, revision: int, at_us: int) -> None:
        """Write what is due: a sighting where `revision` is new, a sign of life where the last one is a second old.

        `at_us`: when this process began to act on `revision`, by its own clock. Raises `StoreUnavailable`, and
        `StoreBusy`: it is due again at the next call then.
        """
        if revision != self.sighted:
            self._sight(revision, at_us)
        elif time.monotonic() - self._beat_at >= BEAT_SECONDS:
            self._beat(revision)

    def leave(self) -> None:
        """Take the row and its sightings back. Raises `StoreUnavailable` and `StoreBusy`."""
        self._lookout.execute("DELETE FROM workers WHERE id = ?", self._id)

    def _sight(self, revision: int, at_us: int) -> None:
        was_born = self._beat(revision)
        at = at_us + self.clock_offset_us if was_born is None else was_born
        self._lookout.execute(
            "INSERT INTO sightings (worker_id, revision, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            *(self._id, revision, at),
        )
        self.sighted = revision

    def _beat(self, revision: int) -> int | None:
        """Write the sign of life. Gives the moment of birth where it is the first one, else None."""
        now = self._lookout.now
        began, ours_ns = time.monotonic(), time.time_ns()
        [(started_at, seen_at)] = self._lookout.execute(
            "INSERT INTO workers (id, name, started_at, seen_at, revision) "  # noqa: S608 - `now` is a constant
            f"SELECT ?, ?, clock.now, clock.now, ? FROM (SELECT {now} AS now) AS clock WHERE true "
            "ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, revision = excluded.revision "
            "RETURNING started_at, seen_at",
            *(self._id, self._name, revision),
        )
        self._note_clock(seen_at, ours_ns, time.monotonic() - began)
        self._count_workers(seen_at)
        self._beat_at = began
        return int(started_at) if started_at == seen_at else None

    def _note_clock(self, theirs_us: int, ours_ns: int, round_trip: float) -> None:
        """Of the last few measurements the one with the shortest way there and back counts: it errs least."""
        if self._lookout.is_elsewhere:
            offset = theirs_us - ours_ns // 1000 - round(round_trip / 2 * _MICROSECONDS)
            self._clocks.append((round_trip, offset))
            self.clock_offset_us = min(self._clocks)[1]

    def _count_workers(self, now_us: int) -> None:
        since = now_us - LIFE_SECONDS * _MICROSECONDS
        rows = self._lookout.execute("SELECT id FROM workers WHERE seen_at > ? ORDER BY id", since)
        ids = [row[0] for row in rows]
        self.live = LiveWorkers(rank=ids.index(self._id), count=len(ids)) if self._id in ids else LiveWorkers(0, 1)


def worker_name() -> str:
    """What this process is called: `host:pid`, as in the logs."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_gone(name: str) -> bool:
    """Whether the process of this name is known to have ended; that can be told on its own host only."""
    host, _, pid = name.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit() or os.name != "posix":
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
