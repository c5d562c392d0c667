"""The limiter of many workers and hosts: one count in Redis, on Redis' own clock.

To be written.
"""

from collections.abc import Callable

from pydantic import SecretStr

from ss_admin.backend.gateway.limits.contact import Contact
from ss_admin.backend.gateway.limits.link import RedisLink
from ss_admin.backend.gateway.limits.registry import WindowRegistry
from ss_admin.backend.gateway.limits.share import LiveShare
from ss_admin.backend.gateway.limits.shared_window import Question, SharedWindow
from ss_admin.contract.api_keys import RateLimit

__all__ = ["RedisLimiter"]

_TOLD_AT_ONCE = 64


class RedisLimiter:
    """The exact limiter of all workers that share one Redis. Nothing is connected before the first call.

    `live`: which of the workers now alive this one is, and how many they are; asked only while Redis is gone, and for
    the size of lots.
    """

    def __init__(self, url: SecretStr, worker_id: str, live: Callable[[], LiveShare]) -> None:
        self._registry: WindowRegistry[SharedWindow] = WindowRegistry()
        self._contact = Contact(RedisLink(url, f"signalsync-{worker_id}"), live, self._tell_all)

    @property
    def is_degraded(self) -> bool:
        """Whether Redis is gone, so that this worker keeps to its own part.

        Asks Redis when no call has for a second, which takes half a second at the longest.
        """
        return self._contact.is_lost

    @property
    def outages(self) -> int:
        """How often Redis was lost since the start."""
        return self._contact.outages

    def window(self, api_key_id: str, limit: RateLimit) -> SharedWindow:
        """The window of one key under one limit."""
        key = (api_key_id, limit.max_requests, limit.window_seconds)
        registry = self._registry
        return registry.find(key) or registry.registered(SharedWindow(key, registry, self._contact))

    def close(self) -> None:
        """Close the connections and end the thread."""
        self._contact.close()

    def __len__(self) -> int:
        """How many windows are kept."""
        return len(self._registry)

    def _tell_all(self, everything: bool) -> None:
        """Tell Redis what was admitted without it, and everything where it may have lost its counts."""
        batch: list[tuple[SharedWindow, Question]] = []
        for window in self._registry.windows():
            question = window.tells(everything)
            if question is not None:
                batch.append((window, question))
            if len(batch) == _TOLD_AT_ONCE:
                self._tell(batch)
                batch = []
        if batch:
            self._tell(batch)

    def _tell(self, batch: list[tuple[SharedWindow, Question]]) -> None:
        answers = self._contact.link.ask_many([(question.name, question.arguments) for _, question in batch])
        for (window, question), answer in zip(batch, answers, strict=True):
            window.confirm(question, answer)
