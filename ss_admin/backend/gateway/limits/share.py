"""What one worker may admit by itself while Redis is gone, so that all workers together keep to the limit."""

from typing import Protocol

__all__ = ["LiveShare", "early_cap", "share_of"]


class LiveShare(Protocol):
    """Which of the workers now alive this one is, counted from 0, and how many they are."""

    @property
    def rank(self) -> int:
        """From 0 on."""
        ...

    @property
    def count(self) -> int:
        """At least 1."""
        ...


def share_of(limit: int, live: LiveShare) -> int:
    """This worker's part of a limit; the parts of all live workers together are the limit."""
    count = max(1, live.count)
    return limit // count + (1 if live.rank < limit % count else 0)


def early_cap(admitted: int, remaining: int, taken_since: int, workers: int) -> int:
    """How many of its own admissions a worker may have in its window until one window after the loss.

    What it had admitted at the loss is its own: where one of those leaves the window, another may come. To that comes
    its part of what Redis said remained, less what others may have taken since: one call of every worker, and twice
    `taken_since`, what they are known to take in such a time.
    """
    if workers <= 1:
        return admitted + remaining
    return admitted + max(0, remaining - workers - 2 * taken_since) // workers
