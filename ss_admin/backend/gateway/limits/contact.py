"""Whether Redis is there: found lost by the first call that fails, and found back by one thread that looks for it."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ss_admin.backend.gateway.limits.link import RedisGone, RedisLink
from ss_admin.backend.gateway.limits.share import LiveShare

__all__ = ["Contact", "Outage", "monotonic_us"]

_FIRST_PROBE_SECONDS = 0.1
_PROBE_SECONDS = 0.4
# Every other worker has found Redis back by then: a probe interval, a probe's time-outs, and time to tell.
_OVERLAP_SECONDS = 1.2
_CHECK_SECONDS = 1.0
_PROBE_KEY = b"ss:limit:{probe}"
_PROBE = (1_000, 1_000_000, 0, 1, 0, 0)  # one of a thousand in a second

_logger = logging.getLogger(__name__)


def monotonic_us() -> int:
    """This worker's own clock, in microseconds."""
    return time.monotonic_ns() // 1_000


@dataclass(slots=True, eq=False)
class Outage:
    """A time without Redis, which began at `began_us` of this worker's clock.

    `is_back`: Redis answers again, but other workers may not yet have told it what they admitted meanwhile.
    """

    began_us: int
    is_back: bool = False


class Contact:
    """The link to Redis with its state; safe under threads.

    `outage`: None while all is well. `redis_offset_us`: what makes Redis' time of this worker's clock, never too early.
    `outages`: how many there were. `settled_us`: when the last one ended, by this worker's clock; Redis has heard since
    of what was admitted during it. `tell_all`: tells Redis what it has to know before it decides again; its argument
    says whether Redis may have lost what it had counted.
    """

    def __init__(self, link: RedisLink, live: Callable[[], LiveShare], tell_all: Callable[[bool], None]) -> None:
        self.link = link
        self.live = live
        self.outage: Outage | None = None
        self.outages = 0
        self.settled_us = 0
        self.redis_offset_us = time.time_ns() // 1_000 - monotonic_us()
        self._answered_us = 0
        self._tell_all = tell_all
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._seeker: threading.Thread | None = None

    @property
    def is_lost(self) -> bool:
        """Whether Redis is gone. Asks it when no call has for a second, which takes half a second at the longest."""
        now = monotonic_us()
        if self.outage is None and now - self._answered_us > _CHECK_SECONDS * 1_000_000:
            try:
                self._check_run(self._probe())
            except RedisGone as gone:
                self.lost(gone)
            else:
                self._answered_us = now
        return self.outage is not None

    def answered(self, asked_us: int, answered_us: int, redis_us: int) -> None:
        """Note an answer that was made at that time of Redis' clock."""
        self._answered_us = answered_us
        self.redis_offset_us = redis_us - asked_us

    def lost(self, reason: RedisGone) -> Outage:
        """Note that Redis is gone, and begin to look for it; the outage that is on."""
        with self._lock:
            outage = self.outage
            if outage is not None:
                outage.is_back = False
                return outage
            outage = self.outage = Outage(monotonic_us())
            self.outages += 1
            _logger.warning("Redis is gone (%s); limited keys go on with this worker's part of their limits", reason)
            self.link.drop_connections()
            if not self._closing.is_set():
                self._seeker = threading.Thread(target=self._seek, args=(outage,), name="redis-seeker", daemon=True)
                self._seeker.start()
            return outage

    def close(self) -> None:
        """End the search and close the connections."""
        self._closing.set()
        with self._lock:
            seeker = self._seeker
        if seeker is not None:
            seeker.join()
        self.link.drop_connections()

    def _check_run(self, run: int) -> None:
        if self._answered_us == 0:
            self.link.trust(run)
        elif run != self.link.run:
            raise RedisGone("it was started anew")

    def _probe(self) -> int:
        """Try a whole decision, which writes: a Redis that only answers is not enough; its run. Raises RedisGone."""
        return self.link.probe(_PROBE_KEY, _PROBE)

    def _seek(self, outage: Outage) -> None:
        wait = _FIRST_PROBE_SECONDS
        may_have_lost = False
        while not self._closing.wait(wait):
            wait = _PROBE_SECONDS
            try:
                run = self._probe()
                may_have_lost |= run != self.link.run
                self.link.trust(run)
                self._tell_all(may_have_lost)
                may_have_lost = False
                outage.is_back = True
                self._tell_all(False)  # what calls have admitted while the rest was told: none does so any more
                if self._closing.wait(_OVERLAP_SECONDS):
                    return
                if outage.is_back:
                    self._tell_all(False)
            except RedisGone:
                outage.is_back = False
                continue
            with self._lock:
                if outage.is_back:
                    self.settled_us = monotonic_us()
                    self.outage = None
                    _logger.info("Redis is back; limits are counted there again")
                    return
