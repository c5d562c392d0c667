"""The rate limit: in any trailing window of a key's time window, at most its number of admissions. Exact.

The window is half open, `(now - window, now]`: an admission stops counting exactly one window after it was made.
Refused calls do not count. The clock is monotonic, so setting the wall clock neither frees nor blocks a key.

Where the count lives, the decision: in the memory of the one process that serves, so that no store can fail or slow a
call, and the database being away changes nothing here. The price: a restart begins with empty windows, and a second
process would count for itself, which is why `serve` refuses more than one worker without a store that all share.
"""

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ss_admin.contract.api_keys import RateLimit

__all__ = ["LimitDecision", "Limiter", "SlidingWindowLimiter"]

_NANOSECONDS = 1_000_000_000
_DECISIONS_PER_SWEEP_STEP = 8

_WindowKey = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class LimitDecision:
    """Whether a call is admitted, and what its answer says about the limit.

    `remaining`: admissions left at this instant. `reset_seconds`: whole seconds, rounded up, until the oldest counted
    admission leaves the window, that is until `remaining` grows. `retry_after`: 0 for an admitted call; for a refused
    one the whole seconds after which a call is admitted. `instant_ns`: the instant that counts, on the limiter's clock.
    """

    admitted: bool
    remaining: int
    reset_seconds: int
    retry_after: int
    instant_ns: int


class Limiter(Protocol):
    """Counts admissions per key and limit."""

    def decide(self, api_key_id: str, limit: RateLimit) -> LimitDecision:
        """Admit one call, which then counts, or refuse it, which then does not."""
        ...


class SlidingWindowLimiter:
    """The exact limiter of one process: the instants of all admissions that still count, per key and limit.

    A count belongs to the key's id together with its limit, so a changed limit begins with an empty window.
    Windows in which nothing counts any more are removed a few at a time by the calls themselves.
    """

    def __init__(self, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock_ns = clock_ns
        self._windows: dict[_WindowKey, _Window] = {}
        self._registry_lock = threading.Lock()
        self._to_sweep: deque[_WindowKey] = deque()
        self._decisions = itertools.count(1)

    def decide(self, api_key_id: str, limit: RateLimit) -> LimitDecision:
        """Admit one call, which then counts, or refuse it, which then does not. Safe under threads."""
        key = (api_key_id, limit.max_requests, limit.window_seconds)
        decision = None
        while decision is None:
            decision = self._window(key).decide(self._clock_ns)
        if next(self._decisions) % _DECISIONS_PER_SWEEP_STEP == 0:
            self._sweep_step()
        return decision

    def __len__(self) -> int:
        """How many windows are kept."""
        return len(self._windows)

    def _window(self, key: _WindowKey) -> "_Window":
        window = self._windows.get(key)
        if window is not None and not window.retired:
            return window
        # Two steps for each new window: idle ones go faster than new ones come, and no call pays for many. They come
        # first, since a window that has admitted nothing yet would count as idle itself.
        self._sweep_step()
        self._sweep_step()
        with self._registry_lock:
            window = self._windows.get(key)
            if window is None or window.retired:
                window = self._windows[key] = _Window(key[1], key[2] * _NANOSECONDS)
                self._to_sweep.append(key)
        return window

    def _sweep_step(self) -> None:
        try:
            key = self._to_sweep.popleft()
        except IndexError:
            return
        window = self._windows.get(key)
        if window is None:
            return
        if not window.retire_if_idle(self._clock_ns):
            self._to_sweep.append(key)
            return
        with self._registry_lock:
            if self._windows.get(key) is window:
                del self._windows[key]


class _Window:
    """The admissions of one key under one limit. `retired`: taken out of use; nothing may be counted in it."""

    __slots__ = ("_admissions", "_length_ns", "_lock", "_max_requests", "retired")

    def __init__(self, max_requests: int, length_ns: int) -> None:
        self._max_requests = max_requests
        self._length_ns = length_ns
        self._lock = threading.Lock()
        self._admissions: deque[int] = deque()
        self.retired = False

    def decide(self, clock_ns: Callable[[], int]) -> LimitDecision | None:
        """The decision at the clock's present instant, read under the lock; None when the window is retired."""
        admissions = self._admissions
        with self._lock:
            if self.retired:
                return None
            now = clock_ns()
            gone = now - self._length_ns
            while admissions and admissions[0] <= gone:
                admissions.popleft()
            admitted = len(admissions) < self._max_requests
            if admitted:
                admissions.append(now)
            remaining = self._max_requests - len(admissions)
            wait_ns = admissions[0] - gone
        seconds = max(1, -(-wait_ns // _NANOSECONDS))
        return LimitDecision(admitted, remaining, seconds, 0 if admitted else seconds, now)

    def retire_if_idle(self, clock_ns: Callable[[], int]) -> bool:
        """Take the window out of use if no admission in it counts any more; False if one does, or it is busy."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            if self._admissions and self._admissions[-1] > clock_ns() - self._length_ns:
                return False
            self.retired = True
            return True
        finally:
            self._lock.release()
