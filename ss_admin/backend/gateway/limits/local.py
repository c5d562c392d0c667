"""The limiter of a service with one worker: all windows in the memory of the process, on its monotonic clock.

No store can fail or slow a call, and setting the wall clock neither frees nor blocks a key. The price: a restart
begins with empty windows, and a second process would count for itself, which is why `serve` refuses more than one
worker without a store that all share.

At most one object ever counts for a key and its limit: the one in the registry. A window in which nothing counts any
more is emptied and taken out of the registry; whoever still holds it and decides on it puts it back, or is sent on to
the one that has come in its place.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

from ss_admin.backend.gateway.limits.decisions import NANOSECONDS, LimitDecision, decision_at
from ss_admin.backend.gateway.limits.ring import admission_ring
from ss_admin.contract.api_keys import RateLimit

__all__ = ["LocalWindow", "SlidingWindowLimiter"]

_DECISIONS_PER_SWEEP_STEP = 8

_WindowKey = tuple[str, int, int]


class SlidingWindowLimiter:
    """The exact limiter of one process.

    Idle windows are removed a few at a time by the calls themselves, so that no call pays for many.
    """

    is_degraded = False

    def __init__(self, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self.clock_ns = clock_ns
        self._windows: dict[_WindowKey, LocalWindow] = {}
        self._registry_lock = threading.Lock()
        self._to_sweep: deque[LocalWindow] = deque()

    def window(self, api_key_id: str, limit: RateLimit) -> "LocalWindow":
        """The window of one key under one limit."""
        key = (api_key_id, limit.max_requests, limit.window_seconds)
        return self._windows.get(key) or self._registered(LocalWindow(self, key))

    def close(self) -> None:
        """Nothing to let go of."""

    def __len__(self) -> int:
        """How many windows are kept."""
        return len(self._windows)

    def registered(self, window: "LocalWindow") -> "LocalWindow":
        """The one window that counts in place of a retired one: itself, back in use, or its successor."""
        return self._registered(window)

    def sweep_step(self) -> None:
        """Retire one window if nothing counts in it any more."""
        with self._registry_lock:
            if not self._to_sweep:
                return
            window = self._to_sweep.popleft()
            if window.retire_if_idle():
                del self._windows[window.key]
            else:
                self._to_sweep.append(window)

    def _registered(self, window: "LocalWindow") -> "LocalWindow":
        # Two steps for each new window: idle ones go faster than new ones come. They come first, since a window that
        # has admitted nothing yet would count as idle itself.
        self.sweep_step()
        self.sweep_step()
        with self._registry_lock:
            current = self._windows.setdefault(window.key, window)
            if current is window:
                window.put_in_use()
                self._to_sweep.append(window)
            return current


class LocalWindow:
    """The admissions of one key under one limit in this process."""

    __slots__ = ("_clock_ns", "_decisions", "_length_ns", "_limiter", "_lock", "_most", "_retired", "_ring", "key")

    def __init__(self, limiter: SlidingWindowLimiter, key: _WindowKey) -> None:
        self.key = key
        self._limiter = limiter
        self._clock_ns = limiter.clock_ns
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
                decision = decision_at(admitted, self._most - ring.count, ring.oldest - gone, now)
                self._decisions += 1
                if self._decisions < _DECISIONS_PER_SWEEP_STEP:
                    return decision
                self._decisions = 0
        if decision is None:
            return self._limiter.registered(self).decide()
        self._limiter.sweep_step()
        return decision

    def retire_if_idle(self) -> bool:
        """Take the window out of use if no admission in it counts any more; False if one does, or it is busy.

        Only for its limiter, which holds the registry's lock.
        """
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
        """Let it count (again). Only for its limiter, which holds the registry's lock."""
        with self._lock:
            self._retired = False
