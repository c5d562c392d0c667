"""How soon a process that died is started again: at once, but not again and again."""

import time
from collections.abc import Callable

__all__ = ["RestartPause"]

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
LONG_LIFE = 10.0
"""Seconds: one that lived longer died of something else than its start."""


class RestartPause:
    """The pauses before the starts of one process: none after a long life, then 0.5 s, doubled up to 10 s."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._born = clock()
        self._pause = 0.0

    def born(self) -> None:
        """It was started just now."""
        self._born = self._clock()

    def next_start(self) -> float:
        """It has died just now; the moment, by the clock, at which to start it again."""
        now = self._clock()
        if now - self._born >= LONG_LIFE:
            self._pause = 0.0
        moment = now + self._pause
        self._pause = min(max(FIRST_PAUSE, 2 * self._pause), LONGEST_PAUSE)
        return moment
