"""The limiter of many workers and hosts: one count in Redis, on Redis' own clock."""

from collections.abc import Callable
from typing import Protocol

from pydantic import SecretStr

from ss_admin.backend.gateway.limits.decisions import RateWindow
from ss_admin.contract.api_keys import RateLimit

__all__ = ["LiveShare", "RedisLimiter"]


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


class RedisLimiter:
    """The exact limiter of all workers that share one Redis."""

    def __init__(self, url: SecretStr, worker_id: str, live: Callable[[], LiveShare]) -> None:
        raise NotImplementedError

    @property
    def is_degraded(self) -> bool:
        """Whether Redis is gone, so that this worker keeps to its own part."""
        raise NotImplementedError

    def window(self, api_key_id: str, limit: RateLimit) -> RateWindow:
        """The window of one key under one limit."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connections and end the thread."""
        raise NotImplementedError
