"""The limiter of a service with one worker: all windows in the memory of the process, on its monotonic clock.

No store can fail or slow a call, and setting the wall clock neither frees nor blocks a key. The price: a restart
begins with empty windows, and a second process would count for itself, which is why `serve` refuses more than one
worker without a store that all share.
"""

import threading
import time
from collections.abc import Callable
from functools import lru_cache

from ss_admin.backend.gateway.limits.decisions import NANOSECONDS, LimitDecision, LimiterStanding, decision_at
from ss_admin.backend.gateway.limits.registry import DECISIONS_PER_SWEEP_STEP, MOST_LIMITS, LimitKey, WindowRegistry
from ss_admin.backend.gateway.limits.ring import AdmissionRing, admission_ring
from ss_admin.contract.api_keys import RateLimit

__all__ = ["LocalWindow", "SlidingWindowLimiter"]


class SlidingWindowLimiter:
    """The exact limiter of one process."""

    is_degraded = False

    def __init__(self, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._registry: WindowRegistry[LocalWindow] = WindowRegistry()
        self._limit = lru_cache(MOST_LIMITS)(lambda key: _LocalLimit(key, clock_ns, self._registry))

    def standing(self) -> LimiterStanding:
        """There is no store that it could lose."""
        return LimiterStanding()

    def window(self, api_key_id: str, limit: RateLimit) -> "LocalWindow":
        """The window of one key under one limit."""
        key = (limit.max_requests, limit.window_seconds)
        registry = self._registry
        return registry.find(key, api_key_id) or registry.registered(LocalWindow(api_key_id, self._limit(key)))

    def close(self) -> None:
        """Nothing to let go of."""

    def __len__(self) -> int:
        """How many windows are kept."""
        return len(self._registry)


class _LocalLimit:
    """What all windows of one limit share."""

    __slots__ = ("clock_ns", "key", "length_ns", "most", "registry")

    def __init__(self, key: LimitKey, clock_ns: Callable[[], int], registry: "WindowRegistry[LocalWindow]") -> None:
        self.key = key
        self.most = key[0]
        self.length_ns = key[1] * NANOSECONDS
        self.clock_ns = clock_ns
        self.registry = registry


class LocalWindow:
    """The admissions of one key under one limit in this process."""

    __slots__ = ("_decisions", "_lock", "_ring", "api_key_id", "limit")

    def __init__(self, api_key_id: str, limit: _LocalLimit) -> None:
        self.api_key_id = api_key_id
        self.limit = limit
        self._ring: AdmissionRing | None = None  # while out of use
        self._lock: threading.Lock = limit.registry.lock_for(api_key_id)
        self._decisions = 0

    def decide(self) -> LimitDecision:
        """Admit one call, which then counts, or refuse it, which then does not. Safe under threads."""
        decision, limit = None, self.limit
        with self._lock:
            ring = self._ring
            if ring is not None:
                now, most, length = limit.clock_ns(), limit.most, limit.length_ns
                gone = now - length
                if ring.count and ring.oldest <= gone:
                    ring.drop_until(gone)
                admitted = ring.count < most
                if admitted:
                    ring.add(now)
                wait = ring.oldest - gone
                if admitted and wait > length:
                    wait = length  # a slot's end lies ahead; only a refused call has to wait for it
                decision = decision_at(admitted, most - ring.count, wait, now)
                self._decisions += 1
                if self._decisions < DECISIONS_PER_SWEEP_STEP:
                    return decision
                self._decisions = 0
        if decision is None:
            return limit.registry.registered(self).decide()
        limit.registry.sweep_step()
        return decision

    def look(self) -> LimitDecision:
        """What a call now would find. Nothing counts by it."""
        limit = self.limit
        with self._lock:
            now, ring, length = limit.clock_ns(), self._ring, limit.length_ns
            if ring is None or not ring.count or ring.newest <= now - length:
                return decision_at(True, limit.most, length, now)
            ring.drop_until(now - length)
            wait = min(ring.oldest - now + length, length)
            return decision_at(ring.count < limit.most, limit.most - ring.count, wait, now)

    def retire_if_idle(self) -> bool:
        """Take the window out of use if no admission in it counts any more; False if one does, or it is busy."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            ring = self._ring
            if ring is not None and ring.count and ring.newest > self.limit.clock_ns() - self.limit.length_ns:
                return False
            self._ring = None
            return True
        finally:
            self._lock.release()

    def put_in_use(self) -> None:
        """Let it count (again)."""
        with self._lock:
            self._ring = admission_ring(self.limit.most, self.limit.length_ns)
