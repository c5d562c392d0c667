"""One key's admissions under one limit as one worker of many sees them: counted in Redis, with a shadow of its own."""

import threading
from dataclasses import dataclass

from ss_admin.backend.gateway.limits.contact import Contact, Outage, monotonic_us
from ss_admin.backend.gateway.limits.decisions import LimitDecision, decision_at
from ss_admin.backend.gateway.limits.link import RedisGone
from ss_admin.backend.gateway.limits.lots import Lot, lot_life
from ss_admin.backend.gateway.limits.registry import DECISIONS_PER_SWEEP_STEP, LimitKey, WindowRegistry
from ss_admin.backend.gateway.limits.ring import MOST_INSTANTS, slot_width
from ss_admin.backend.gateway.limits.shadow import Shadow
from ss_admin.backend.gateway.limits.share import early_cap, share_of

__all__ = ["Question", "SharedLimit", "SharedWindow"]

_SECOND_US = 1_000_000
_LOST = b"lost"


@dataclass(slots=True)
class Question:
    """What the script is asked about one window. `mark`: up to where the shadow is told with it."""

    name: bytes
    arguments: tuple[int | bytes, ...]
    mark: int
    asks_for_lot: bool = False


class SharedLimit:
    """What all windows of one limit share."""

    __slots__ = ("contact", "key", "life_us", "most", "registry", "window_us")

    def __init__(self, key: LimitKey, registry: "WindowRegistry[SharedWindow]", contact: Contact) -> None:
        self.key = key
        self.most = key[0]
        self.window_us = key[1] * _SECOND_US
        self.life_us = lot_life(self.window_us) if self.most > MOST_INSTANTS else 0
        self.registry = registry
        self.contact = contact


class SharedWindow:
    """The admissions of one key under one limit. Times are microseconds of this worker's monotonic clock."""

    __slots__ = (
        "_answered_us",
        "_asking",
        "_birth",
        "_cap",
        "_decisions",
        "_gap_us",
        "_lock",
        "_lot",
        "_outage",
        "_refuse_until",
        "_remaining",
        "_reset_at",
        "_retired",
        "_shadow",
        "_taken_by_others",
        "api_key_id",
        "limit",
    )

    def __init__(self, api_key_id: str, limit: SharedLimit) -> None:
        self.api_key_id = api_key_id
        self.limit = limit
        self._shadow = Shadow(limit.most, limit.window_us)
        self._lot = Lot(limit.window_us) if limit.life_us else None
        self._lock: threading.Lock = limit.registry.lock_for(api_key_id)
        self._retired = True
        self._decisions = self._asking = self._birth = 0
        self._answered_us = self._refuse_until = self._reset_at = 0
        self._taken_by_others, self._gap_us = 0, 1  # between the last two answers, and how long that was
        self._remaining = self._cap = limit.most
        self._outage: Outage | None = None

    def decide(self) -> LimitDecision:
        """Admit one call, which then counts, or refuse it, which then does not. Safe under threads."""
        decision = self._decide()
        if decision is None:
            return self.limit.registry.registered(self).decide()
        self._decisions += 1
        if self._decisions >= DECISIONS_PER_SWEEP_STEP:
            self._decisions = 0
            self.limit.registry.sweep_step()
        return decision

    def look(self) -> LimitDecision:
        """What a call now would find, as far as this worker knows. Nothing counts by it, and Redis is not asked."""
        now, limit = monotonic_us(), self.limit
        with self._lock:
            if now < self._reset_at and self._answered_us:
                return self._told(now >= self._refuse_until, now)
        return decision_at(True, limit.most, limit.window_us * 1_000, (now + limit.contact.redis_offset_us) * 1_000)

    def _decide(self) -> LimitDecision | None:
        """The decision; None when this window is out of use."""
        outage = self.limit.contact.outage
        if outage is None:
            try:
                return self._decide_with_redis()
            except RedisGone as gone:
                outage = self.limit.contact.lost(gone)
        return self._decide_by_share(outage)

    # With Redis

    def _decide_with_redis(self) -> LimitDecision | None:
        now = monotonic_us()
        with self._lock:
            if self._retired:
                return None
            if self._lot is not None and self._lot.take(now):
                self._shadow.add_granted(now)
                return self._told(True, now)
            if now < self._refuse_until:
                return self._told(False, now)
            self._asking += 1
            question = self._question(now, wanted=1)
        return self._ask(question)

    def _told(self, admitted: bool, now: int) -> LimitDecision:
        """The decision that Redis' last answer allows without asking again."""
        remaining = self._remaining + (self._lot.left if self._lot else 0)
        wait = max(1, self._reset_at - now)
        return decision_at(admitted, remaining, wait * 1_000, (now + self.limit.contact.redis_offset_us) * 1_000)

    def _ask(self, question: Question) -> LimitDecision:
        """Redis' decision; `_asking` was raised with the question. Raises RedisGone."""
        link, asks_for_lot = self.limit.contact.link, question.asks_for_lot
        try:
            asked = monotonic_us()
            answer = link.ask(question.name, question.arguments)
            if answer == _LOST:
                with self._lock:
                    question = self._question(asked, wanted=1, everything=True)
                asked = monotonic_us()
                answer = link.ask(question.name, question.arguments)
            with self._lock:
                return self._heard(question, answer, asked)
        finally:
            with self._lock:
                self._asking -= 1
                if asks_for_lot and self._lot is not None:
                    self._lot.is_asked_for = False

    def _question(self, now: int, wanted: int, *, everything: bool = False) -> Question:
        """The script's arguments. `everything`: with all that Redis granted, since it may have lost it."""
        limit, shadow, lot = self.limit, self._shadow, self._lot
        shadow.drop_until(now - limit.window_us - limit.window_us // 1_000)
        tells = everything or shadow.is_untold
        width = slot_width(limit.window_us) if lot else 0
        back = (0, 0)
        asks_for_lot = wanted > 0 and lot is not None and not lot.is_asked_for and not tells
        if lot is not None and asks_for_lot:
            lot.is_asked_for = True
            wanted = lot.wanted(now, limit.most, limit.contact.live().count)
            back = lot.give_back()
        birth = self._birth if shadow.count and not everything else 0
        arguments: tuple[int | bytes, ...] = (
            limit.most,
            limit.window_us,
            width,
            wanted,
            limit.life_us,
            birth,
        )
        mark = 0
        if tells:
            mark = shadow.seal()
            granted = shadow.granted(now, limit.contact.redis_offset_us) if everything else b""
            arguments += (*back, granted, shadow.made(now))
        elif back[0]:
            arguments += back
        return Question(b"ss:limit:{%b:%d:%d}" % (self.api_key_id.encode(), *limit.key), arguments, mark, asks_for_lot)

    def _heard(self, question: Question, answer: bytes, asked: int) -> LimitDecision:
        now = monotonic_us()
        granted, remaining, wait, redis_now, slot, birth = map(int, answer.split())
        self.limit.contact.answered(asked, now, redis_now)
        self._birth = birth
        self._shadow.confirm(question.mark)
        if self._answered_us:
            self._taken_by_others = max(0, self._remaining - remaining - granted)
            self._gap_us = max(1, now - self._answered_us)
        self._remaining, self._answered_us = max(0, remaining), now
        self._reset_at = now + wait
        lot_left = 0
        if granted:
            self._refuse_until = 0
            self._shadow.add_granted(now)
            if question.asks_for_lot and self._lot is not None:
                self._lot.fill(granted, asked, slot)
                lot_left = granted - 1
        else:
            # Counted from before the question, and with a margin for clocks that run apart: never beyond Redis' truth.
            self._refuse_until = asked + min(wait, _SECOND_US) * 999 // 1_000 - 1_000
        return decision_at(granted > 0, self._remaining + lot_left, max(1, wait) * 1_000, redis_now * 1_000)

    # Without Redis, or while others may still have to tell it what they admitted

    def _decide_by_share(self, outage: Outage, *, may_ask: bool = True) -> LimitDecision | None:
        """The decision of this worker's part and, where Redis is back and may be asked, of Redis as well."""
        now = monotonic_us()
        with self._lock:
            if self._retired:
                return None
            if self._outage is None or self._outage.began_us < outage.began_us:
                self._enter(outage)
            kept_us = self.limit.window_us + self.limit.window_us // 1_000
            self._shadow.drop_until(now - kept_us)
            share = share_of(self.limit.most, self.limit.contact.live())
            early_until = outage.began_us + kept_us
            cap = min(share, self._cap) if now < early_until else share
            mine = self._shadow.count + self._asking
            if mine >= cap:
                wait = self._wait(mine - cap + 1, now - kept_us)
                if cap < share:
                    wait = min(wait, early_until - now)
                return self._by_share(False, 0, max(1, wait), now)
            if not (outage.is_back and may_ask):
                return self._made(cap, now, kept_us)
            self._asking += 1
            question = self._question(now, wanted=1)
        try:
            return self._ask(question)
        except RedisGone as gone:
            # From the start: other threads may have used the part up since. What Redis may still grant is not used.
            return self._decide_by_share(self.limit.contact.lost(gone), may_ask=False)

    def _enter(self, outage: Outage) -> None:
        """Begin an outage: how much this worker may admit by itself in its first window."""
        self._outage = outage
        self._refuse_until = 0
        if self._lot is not None:
            self._lot.give_back()
        at_loss = outage.began_us - self.limit.window_us
        self._cap = self.limit.most
        if self._answered_us > at_loss:
            self._shadow.drop_until(at_loss - self.limit.window_us // 1_000)
            workers = self.limit.contact.live().count
            since = max(0, outage.began_us - self._answered_us)
            taken = -(-self._taken_by_others * min(since, self._gap_us) // self._gap_us)
            # Before the end of the last outage others had not told all, or this worker has used its part of it since.
            remaining = self._remaining if self._answered_us > self.limit.contact.settled_us else 0
            self._cap = early_cap(self._shadow.count, remaining, taken, workers)

    def _made(self, cap: int, now: int, kept_us: int) -> LimitDecision:
        self._shadow.add_made(now)
        wait = min(max(1, self._wait(1, now - kept_us)), self.limit.window_us)
        return self._by_share(True, max(0, cap - self._shadow.count), wait, now)

    def _by_share(self, admitted: bool, remaining: int, wait: int, now: int) -> LimitDecision:
        return decision_at(admitted, remaining, wait * 1_000, (now + self.limit.contact.redis_offset_us) * 1_000)

    def _wait(self, number: int, gone: int) -> int:
        """How long until that many of this worker's own admissions have left; a second if there are not as many."""
        instant = self._shadow.leaving(number)
        return instant - gone if instant else _SECOND_US

    def tells(self, everything: bool) -> Question | None:
        """What Redis has to be told before it decides again; None: nothing."""
        with self._lock:
            if not (self._shadow.is_untold or (everything and self._shadow.count)):
                return None
            return self._question(monotonic_us(), wanted=0, everything=everything)

    def confirm(self, question: Question, answer: bytes) -> bool:
        """Note what Redis answered; False: it did not hear it, and has to be told everything."""
        if answer == _LOST:
            return False
        with self._lock:
            self._birth = int(answer.split()[5])
            self._shadow.confirm(question.mark)
        return True

    # For the registry

    def retire_if_idle(self) -> bool:
        """Take the window out of use if no admission in it counts any more; False if one does, or it is busy."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            now = monotonic_us()
            self._shadow.drop_until(now - self.limit.window_us - self.limit.window_us // 1_000)
            busy = self._asking or self._shadow.count or now < self._refuse_until or self._knows_of_others(now)
            if busy or (self._lot is not None and not self._lot.is_over(now)):
                return False
            self._shadow.clear()
            self._retired = True
            return True
        finally:
            self._lock.release()

    def _knows_of_others(self, now: int) -> bool:
        """Whether Redis' last answer bounds what may be admitted without it: a new window would not know of it."""
        outage, window_us = self.limit.contact.outage, self.limit.window_us
        until = self._answered_us + window_us
        if outage is not None and self._answered_us and outage.began_us < until:
            until = outage.began_us + window_us + window_us // 1_000
        return now < until

    def put_in_use(self) -> None:
        """Let it count (again)."""
        with self._lock:
            self._retired = False
