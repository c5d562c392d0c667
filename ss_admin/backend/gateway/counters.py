"""How partner calls ended, counted since the start, for `/metrics`."""

import threading
from collections import Counter
from collections.abc import Mapping

__all__ = ["CallCounters"]


class CallCounters:
    """Calls by outcome: `succeeded` or a problem code. Safe under threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._microseconds = 0

    def count(self, code: str, duration_us: int) -> None:
        """One more call that ended with `code` after so many microseconds."""
        with self._lock:
            self._calls[code] += 1
            self._microseconds += duration_us

    def calls_by_code(self) -> Mapping[str, int]:
        """How many calls ended with each code."""
        with self._lock:
            return dict(self._calls)

    def total_seconds(self) -> float:
        """The time spent on all calls together."""
        with self._lock:
            return self._microseconds / 1e6
