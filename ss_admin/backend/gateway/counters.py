"""How partner calls ended, counted since the start, for `/metrics`."""

import threading
from collections import Counter, deque
from collections.abc import Mapping

from ss_admin.backend.telemetry.durations import Durations

__all__ = ["CallCounters"]


_MOST_NOTED = 1000


class CallCounters:
    """Calls by outcome: `succeeded` or a problem code. Safe under threads.

    A call only notes how it ended, which needs no lock; one in a thousand counts what was noted.
    """

    def __init__(self) -> None:
        self._noted: deque[tuple[str, int]] = deque()
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._durations = Durations()

    def count(self, code: str, duration_us: int) -> None:
        """One more call that ended with `code` after so many microseconds."""
        self._noted.append((code, duration_us))
        if len(self._noted) > _MOST_NOTED:
            with self._lock:
                self._count_noted()

    def calls_by_code(self) -> Mapping[str, int]:
        """How many calls ended with each code."""
        with self._lock:
            self._count_noted()
            return dict(self._calls)

    def durations(self) -> Mapping[str, float]:
        """How long calls took, as `Durations.by_bucket` tells it."""
        with self._lock:
            self._count_noted()
            return self._durations.by_bucket()

    def _count_noted(self) -> None:
        for _ in range(len(self._noted)):
            code, duration_us = self._noted.popleft()
            self._calls[code] += 1
            self._durations.add(duration_us)
