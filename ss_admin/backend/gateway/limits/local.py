"""The limiter of a service with one worker: all windows in the memory of the process, on its monotonic clock.

No store can fail or slow a call, and setting the wall clock neither frees nor blocks a key. The price: a restart
begins with empty windows, and a second process would count for itself, which is why `serve` refuses more than one
worker without a store that all share.
"""

import threading
import time
from collections.abc import Callable

from ss_admin.backend.gateway.limits.decisions import NANOSECONDS, LimitDecision, decision_at
from ss_admin.backend.gateway.limits.registry import DECISIONS_PER_SWEEP_STEP, WindowKey, WindowRegistry
from ss_admin.backend.gateway.limits.ring import admission_ring
from ss_admin.contract.api_keys import RateLimit

__all__ = ["LocalWindow", "SlidingWindowLimiter"]


class SlidingWindowLimiter:
    """The exact limiter of one process."""

    is_degraded = False

    def __init__(self, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock_ns = clock_ns
        self._registry: WindowRegistry[LocalWindow] = WindowRegistry()

    def window(self, api_key_id: str, limit: RateLimit) -> "LocalWindow":
        """The window of one key under one limit."""
        key = (api_key_id, limit.max_requests, limit.window_seconds)
        registry = self._registry
        return registry.find(key) or registry.registered(LocalWindow(key, registry, self._clock_ns))

    def close(self) -> None:
        """Nothing to let go of."""

    def __len__(self) -> int:
        """How many windows are kept."""
        return len(self._registry)


class LocalWindow:
    """The admissions of one key under one limit in this process."""

    __slots__ = ("_clock_ns", "_decisions", "_length_ns", "_lock", "_most", "_registry", "_retired", "_ring", "key")

    def __init__(self, key: WindowKey, registry: "WindowRegistry[LocalWindow]", clock_ns: Callable[[], int]) -> None:
        self.key = key
        self._registry = registry
        self._clock_ns = clock_ns
        self._most = key[1]
        self._length_ns = key[2] * NANOSECONDS
        self._ring = admission_ring(self._most, self._length_ns)
        self._lock = threading.Lock()
        self._decisions = 0
        self._retired = True

    def decide(self) -> LimitDecision:
        """Admit one call, which then counts, or refuse it, which then does not. Safe under threads."""
        decision = None
        with self._lock:
            if not self._retired:
                now = self._clock_ns()
                ring = self._ring
                gone = now - self._length_ns
                if ring.count and ring.oldest <= gone:
                    ring.drop_until(gone)
                admitted = ring.count < self._most
                if admitted:
                    ring.add(now)
                wait = ring.oldest - gone
                if admitted and wait > self._length_ns:
                    wait = self._length_ns  # a slot's end lies ahead; only a refused call has to wait for it
                decision = decision_at(admitted, self._most - ring.count, wait, now)
                self._decisions += 1
                if self._decisions < DECISIONS_PER_SWEEP_STEP:
                    return decision
                self._decisions = 0
        if decision is None:
            return self._registry.registered(self).decide()
        self._registry.sweep_step()
        return decision

    def retire_if_idle(self) -> bool:
        """Take the window out of use if no admission in it counts any more; False if one does, or it is busy."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            ring = self._ring
            if ring.count and ring.newest > self._clock_ns() - self._length_ns:
                return False
            ring.clear()
            self._retired = True
            return True
        finally:
            self._lock.release()

    def put_in_use(self) -> None:
        """Let it count (again)."""
        with self._lock:
            self._retired = False
