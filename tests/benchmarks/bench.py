"""What every section of the bench is given: where to write, which cores to use, how long and how often to measure."""

import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.benchmarks.load import CONNECTIONS, Load, Measured, make_bodies
from tests.benchmarks.servers import Served

__all__ = ["LOAD_CORE", "SERVER_CORE", "Bench", "Subject", "median_of", "settle"]

SERVER_CORE, LOAD_CORE = 0, 1

_IDLE_SHARE = 0.1
_LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Bench:
    """`seconds` of load in each of `rounds` rounds; `bodies`: what is sent."""

    folder: Path
    seconds: int = 2
    rounds: int = 3
    bodies: Sequence[str] = field(default_factory=make_bodies)

    def say(self, words: str) -> None:
        """Tell the person who waits what goes on."""
        sys.stderr.write(f"{words}\n")

    def in_turn(
        self, subjects: Mapping[str, "Subject"], *, connections: int = CONNECTIONS, core: int | None = LOAD_CORE
    ) -> dict[str, list[Measured]]:
        """Each subject in every round, after a short warm-up: what disturbs the machine meets all alike.

        `core`: the one that the load is bound to; None: it may use all.
        """
        found: dict[str, list[Measured]] = {name: [] for name in subjects}
        for number in range(1 + self.rounds):
            for name, subject in subjects.items():
                seconds = self.seconds if number else 1
                used = subject.served.worker_seconds()
                measured = subject.load.run(seconds, connections=connections, core=core)
                used = subject.served.worker_seconds() - used
                if number:
                    found[name].append(replace(measured, worker_seconds=used))
                settle(subject.served)
        return found


@dataclass(frozen=True)
class Subject:
    """What is measured, and the server that answers it."""

    served: Served
    load: Load


def settle(served: Served, give_up_after: float = 120, *, with_workers: bool = False) -> float:
    """Wait until the server's other processes have nothing left to do; how many seconds that took.

    What the housekeeping has still to write would take its processor time from whatever is measured next.
    `with_workers`: the workers too, which load what they need when they start.
    """
    begun = time.monotonic()
    while time.monotonic() - begun < give_up_after:
        used, at = _seconds_used(served, with_workers=with_workers), time.monotonic()
        time.sleep(_LOOK_SECONDS)
        if _seconds_used(served, with_workers=with_workers) - used < _IDLE_SHARE * (time.monotonic() - at):
            return at - begun
    raise TimeoutError(f"{served.url}: still at work {give_up_after:.0f} s after the last call")


def _seconds_used(served: Served, *, with_workers: bool) -> float:
    return served.other_seconds() + (served.worker_seconds() if with_workers else 0)


def median_of(rounds: Sequence[Measured], what: str = "per_second") -> float:
    """The median of a figure over the rounds."""
    return statistics.median(getattr(measured, what) for measured in rounds)
