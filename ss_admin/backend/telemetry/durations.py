"""How long things took, in buckets that Prometheus can take quantiles of."""

from bisect import bisect_left
from collections.abc import Mapping

__all__ = ["BUCKETS_US", "Durations"]

BUCKETS_US = (
    *(100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000),
    *(250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000),
)
"""Upper bounds, microseconds: 0.1 ms to 10 s. An admitted call takes less than the first few."""

_NAMES = (*(f"{bound / 1e6:g}" for bound in BUCKETS_US), "+Inf")


class Durations:
    """A histogram. Not safe under threads: whoever has it holds a lock."""

    __slots__ = ("_buckets", "_total_us")

    def __init__(self) -> None:
        self._buckets = [0] * len(_NAMES)
        self._total_us = 0

    def add(self, microseconds: int) -> None:
        """One more."""
        self._buckets[bisect_left(BUCKETS_US, microseconds)] += 1
        self._total_us += microseconds

    def by_bucket(self) -> Mapping[str, float]:
        """How many there are up to each bound, in seconds, as Prometheus names it; under `sum` their seconds."""
        found: dict[str, float] = {}
        count = 0
        for name, more in zip(_NAMES, self._buckets, strict=True):
            count += more
            found[name] = count
        return {**found, "sum": self._total_us / 1e6}
