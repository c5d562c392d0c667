"""The limiter of many workers and hosts: one count in Redis, on Redis' own clock.

While Redis is there, in any trailing window at most the limit is admitted, from any number of workers and hosts,
whatever their clocks say. Up to `MOST_INSTANTS` admissions each is asked for singly and no call is refused without
need. Above that, slots and lots may refuse a little early: a slot (a 4,000th of the window), a lot's life (a 200th)
and all lots that are out (0.5 % of the limit) at most. A refused worker refuses by itself until just before the
instant that Redis named, for a second at most.

What the limiter does when its store is gone, the decision: never an outage, and never more than the limit in all.
Any failure counts as gone: no connection, no answer within 0.25 s, an error (out of memory, read only, loading, wrong
password), another run of the server than the one that held the counts. The first call that meets it waits for it;
from then on none does: a thread looks for Redis every 0.4 s, and calls are decided in this process.

- Each worker admits its part, limit ÷ live workers, counted with all that it admitted itself in the trailing window.
- Until one window after the loss it also has at most as many admissions in its window as it had at the loss, plus its
  part of what Redis said remained, less what the others may have taken since. So the sum over all workers stays
  within the limit, also over the loss itself, because what leaves one worker's window is room that no other one uses.
- When Redis is back, a worker first tells it what it admitted meanwhile; if the server was started anew, empty or with
  an older copy, or let the window go that nobody could ask for, also what it was granted before and Redis lacks (all
  after the copy's last admission, or a few more). A question that it never answered may still be carried out by it,
  which counts one too many. Then for 1.2 s both Redis and the worker's own part must admit, until all others have
  told theirs as well.

What cannot be promised, with the reasons:
- A worker that had not asked for a key in the window before the loss knows nothing of it and gives it its whole part:
  others may have used the limit up. One that had asked long before takes it that they took twice what they did
  between its last two calls.
- A worker that alone loses Redis, while the others keep it, may admit its part of what remained on top of theirs.
- Redis' clock is the one that counts: set forward, it lets admissions go early. Set back, they keep their distances.
  After a failover, what the new server had copied stands in the old one's time.
- What a worker was granted that died before it told a server that had lost its counts is not counted any more; nor
  are calls of others, until they call again, after somebody emptied a running Redis by hand.
- When workers come or go while Redis is gone, their parts change as they learn of it, a few seconds apart.
- A limit below the number of workers leaves some of them without a part.
"""

from collections.abc import Callable
from functools import lru_cache

from pydantic import SecretStr

from ss_admin.backend.gateway.limits.contact import Contact
from ss_admin.backend.gateway.limits.decisions import LimiterStanding
from ss_admin.backend.gateway.limits.link import RedisLink
from ss_admin.backend.gateway.limits.registry import MOST_LIMITS, WindowRegistry
from ss_admin.backend.gateway.limits.share import LiveShare
from ss_admin.backend.gateway.limits.shared_window import Question, SharedLimit, SharedWindow
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
        self._limit = lru_cache(MOST_LIMITS)(lambda key: SharedLimit(key, self._registry, self._contact))

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

    def standing(self) -> LimiterStanding:
        """What was counted so far, without asking Redis."""
        contact = self._contact
        return LimiterStanding(contact.outage is not None, contact.outages, contact.link.questions)

    def window(self, api_key_id: str, limit: RateLimit) -> SharedWindow:
        """The window of one key under one limit."""
        key = (limit.max_requests, limit.window_seconds)
        registry = self._registry
        return registry.find(key, api_key_id) or registry.registered(SharedWindow(api_key_id, self._limit(key)))

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
        told = zip(batch, answers, strict=True)
        lost = [window for (window, question), answer in told if not window.confirm(question, answer)]
        # Redis forgets a window by itself that nobody could ask about for long. What is told with everything is heard.
        again = [(window, question) for window in lost if (question := window.tells(everything=True)) is not None]
        if again:
            self._tell(again)
