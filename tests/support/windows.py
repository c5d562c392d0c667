"""Judges a rate limit by the instants at which each call was decided, read inside the limiter's lock."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

SECOND = 1_000_000_000


class Decided(Protocol):
    """A call's fate and its instant on the limiter's monotonic clock."""

    @property
    def admitted(self) -> bool: ...
    @property
    def instant_ns(self) -> int: ...


def assert_exact(decisions: Sequence[Decided], max_requests: int, window_seconds: int) -> int:
    """No trailing window held too many, and no call was refused while its window had room; how many were admitted."""
    window = window_seconds * SECOND
    admissions = sorted(decided.instant_ns for decided in decisions if decided.admitted)
    for index, instant in enumerate(admissions):
        first = bisect_right(admissions, instant - window)
        assert index + 1 - first <= max_requests, f"{index + 1 - first} admissions in the window that ends at {instant}"
    for decided in decisions:
        if not decided.admitted:
            until = bisect_right(admissions, decided.instant_ns)
            counted = until - bisect_right(admissions, decided.instant_ns - window)
            assert counted >= max_requests, f"refused at {decided.instant_ns} with only {counted} in the window"
    return len(admissions)
