"""What a limiter decides, and what the gateway knows of one.

The window is half open, `(now - window, now]`: an admission stops counting exactly one window after it was made.
Refused calls do not count.
"""

from typing import NamedTuple, Protocol

from ss_admin.contract.api_keys import RateLimit

__all__ = ["NANOSECONDS", "LimitDecision", "Limiter", "LimiterStanding", "RateWindow", "decision_at"]

NANOSECONDS = 1_000_000_000


class LimitDecision(NamedTuple):
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


def decision_at(admitted: bool, remaining: int, wait_ns: int, instant_ns: int) -> LimitDecision:
    """The decision whose oldest counted admission leaves the window after `wait_ns`, which is above 0.

    Straight through `tuple.__new__`, which takes half the time of the class's own.
    """
    seconds = -(-wait_ns // NANOSECONDS)
    return _new(LimitDecision, (admitted, remaining, seconds, 0 if admitted else seconds, instant_ns))


_new = tuple.__new__


class RateWindow(Protocol):
    """The admissions of one key under one limit.

    It may be kept for ever: one that a limiter has dropped meanwhile finds its way back by itself.
    """

    def decide(self) -> LimitDecision:
        """Admit one call, which then counts, or refuse it, which then does not. Safe under threads."""
        ...

    def look(self) -> LimitDecision:
        """What a call now would find, as far as it is known here. Nothing counts by it, and nobody is asked."""
        ...


class LimiterStanding(NamedTuple):
    """A limiter since its start: whether its store is known to be gone, how often it was, how often it was asked."""

    is_lost: bool = False
    outages: int = 0
    questions: int = 0


class Limiter(Protocol):
    """Counts admissions per key and limit: a changed limit begins with an empty window."""

    @property
    def is_degraded(self) -> bool:
        """Whether the store that all workers count in is gone, so that this one keeps to its own part."""
        ...

    def standing(self) -> "LimiterStanding":
        """What was counted so far, without asking anybody."""
        ...

    def window(self, api_key_id: str, limit: RateLimit) -> RateWindow:
        """The window of one key under one limit."""
        ...

    def close(self) -> None:
        """Let go of connections and threads."""
        ...
