"""Applies changes in this process: tells each of its caches, in order, and keeps the place in that order."""

import threading
import time
from collections.abc import Callable, Sequence

from ss_admin.backend.propagation.changes import BEGINNING, Change, Landmark, News

__all__ = ["ChangeApplication", "OnChanges", "OnReset"]

OnChanges = Callable[[Sequence[Change]], None]
OnReset = Callable[[], None]


class ChangeApplication:
    """Safe to use from any thread: subscribers are told by one at a time.

    `landmark`: the last change that this process acts on, None before the first; `passed_us`: since when, microseconds
    since 1970, UTC, by this host's clock. `count` grows with each batch and each reset, before subscribers are told.
    """

    def __init__(self) -> None:
        self._subscribers: list[tuple[OnChanges, OnReset]] = []
        self._turn = threading.RLock()
        self.landmark: Landmark | None = None
        self.passed_us = 0
        self.count = 0

    @property
    def revision(self) -> int:
        """The last change that this process acts on; 0 before the first."""
        return (self.landmark or BEGINNING).revision

    def subscribe(self, on_changes: OnChanges, on_reset: OnReset) -> None:
        """Tell `on_changes` of each batch, and `on_reset` when all that was kept must be forgotten."""
        self._subscribers.append((on_changes, on_reset))

    def apply(self, news: News) -> None:
        """Tell of what is new in `news`. Two threads may have read the same: what is known is skipped."""
        with self._turn:
            revision = self.revision
            new = [change for change in news.changes if change.revision > revision]
            if not new:
                return
            landmark = Landmark(new[-1].revision, new[-1].at_us)
            if news.leaves_gap_after(revision):
                self.reset(landmark)
                return
            self.count += 1
            for on_changes, _ in self._subscribers:
                on_changes(new)
            self._pass(landmark)

    def reset(self, landmark: Landmark) -> None:
        """Have all forgotten, and go on behind `landmark`, which must have been read before."""
        with self._turn:
            self.count += 1
            for _, on_reset in self._subscribers:
                on_reset()
            self._pass(landmark)

    def _pass(self, landmark: Landmark) -> None:
        self.passed_us = time.time_ns() // 1000
        self.landmark = landmark
