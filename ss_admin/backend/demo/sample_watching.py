"""The sample calls that only the history of use tells of: a month of busy hours, refusals of all kinds, an attack."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Final, NamedTuple

from ss_admin.backend.demo.sample_keys import SampleKey, new_id
from ss_admin.backend.demo.watched_keys import Part
from ss_admin.backend.gateway.known_keys.entries import NEVER_USABLE_US, KeyRefused, KnownKey
from ss_admin.backend.gateway.known_keys.refusals import refusal_of, unknown_key
from ss_admin.backend.journal.entries import CallEntry
from ss_admin.backend.store.types import to_microseconds
from ss_admin.contract.api_key_format import ApiKeyFault
from ss_admin.contract.problems import ProblemCode

__all__ = ["CallsAlike", "plan_watched_calls"]

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_DAYS: Final = 30
_MINUTES: Final = (7, 20, 33, 46)
"""Of the hour, in which calls come: only a few, so that the history of a month stays short."""

_FLOOD: Final = (("203.0.113.66", 0, 330, 150), ("198.51.100.201", 20, 80, 0), ("2001:db8:66:1::42", 65, 240, 210))
"""From where, after how many minutes, and how many calls were admitted and limited."""


class CallsAlike(NamedTuple):
    """So many calls of one minute that the counts cannot tell apart; making each one up would hold the start up."""

    call: CallEntry
    number: int = 1


class _Ended(NamedTuple):
    """How a call ended."""

    code: str
    status: int
    detail: str = ""


_MISMATCH: Final = _Ended(
    ProblemCode.PAYLOAD_MISMATCH,
    422,
    "The payload does not fit the rule chain's input schema.\n/_priority: “Urgent” is not one of the values.",
)
_WITHOUT_KEY: Final = (
    _Ended(ProblemCode.MISSING_API_KEY, 401, "The x-api-key header is missing."),
    _Ended(ProblemCode.MALFORMED_API_KEY, 401, ApiKeyFault.TOO_SHORT.value),
)


def plan_watched_calls(
    random: Random, now: datetime, parts: Mapping[Part, SampleKey], rulechain_id: str
) -> list[CallsAlike]:
    """The calls, without executions, oldest first: they are for the counts and for the refusals that are kept."""
    planner = _Planner(random, now, rulechain_id)
    calls = [
        *planner.busy(parts[Part.BUSY]),
        *planner.quiet(parts[Part.QUIET]),
        *planner.attacked(parts[Part.ATTACKED]),
        *planner.crowded(parts[Part.CROWDED]),
        *planner.after_the_end(parts[Part.DISABLED], 3 * _DAY, 5 * _HOUR),
        *planner.after_the_end(parts[Part.EXPIRED], 2 * _DAY, 8 * _HOUR),
        *planner.after_the_end(parts[Part.DELETED], 4 * _DAY, 13 * _HOUR),
        *planner.without_a_key(),
    ]
    alike = (alike for alike in calls if alike.call.at_us <= to_microseconds(now))
    return sorted(alike, key=lambda alike: alike.call.at_us)


class _Planner:
    """Makes up the calls of one key after the other."""

    def __init__(self, random: Random, now: datetime, rulechain_id: str) -> None:
        self._random = random
        self._now = now
        self._rulechain_id = rulechain_id
        self._midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)

    def busy(self, key: SampleKey) -> Iterator[CallsAlike]:
        """Forty calls an hour on working days, few at night, and in the afternoon nearly as many as it may."""
        for hour in self._hours(_DAYS * _DAY, key):
            by_day, working_day = 7 <= hour.hour < 18, hour.weekday() < 5
            mean = (42 if by_day else 4) if working_day else 6
            used = self._random.randint(84, 97) if mean > 40 and hour.hour in {14, 15} else mean // 2 + 1
            yield from self._calls(key, hour, round(mean * self._random.uniform(0.75, 1.25)), used=used)
            if mean > 40 and hour.hour == 11 and hour > self._now - 6 * _DAY:
                at = self._within(hour)
                yield self._call(at, key.last_used_address or "", key, ended=_MISMATCH)

    def quiet(self, key: SampleKey) -> Iterator[CallsAlike]:
        """Two calls each morning."""
        for hour in self._hours(_DAYS * _DAY, key):
            if hour.hour == 6:
                yield from self._calls(key, hour, 2, used=1)

    def attacked(self, key: SampleKey) -> Iterator[CallsAlike]:
        """A steady month; last night a flood from strange addresses, while wrong keys came from the partner's own."""
        for hour in self._hours(_DAYS * _DAY, key):
            mean = 14 if 6 <= hour.hour < 19 else 2
            yield from self._calls(key, hour, round(mean * self._random.uniform(0.7, 1.3)), used=mean // 3 + 1)
        night = self._midnight + 2 * _HOUR
        if night > self._now - 3 * _HOUR:
            night -= _DAY
        for stranger, begin, admitted, limited in _FLOOD:
            at = night + timedelta(minutes=begin)
            for number in range(admitted + limited):
                moment = at + timedelta(seconds=number * 4)
                if number >= admitted:
                    yield self._limited(moment, stranger, key, 100)
                else:
                    yield self._admitted(moment, stranger, key, min(number + 1, 100))
        for number in range(96):
            at = night + timedelta(minutes=30, seconds=number * 7)
            unknown = unknown_key()
            yield self._call(at, key.last_used_address or "", None, ended=_Ended(unknown.code, 401, unknown.detail))

    def crowded(self, key: SampleKey) -> Iterator[CallsAlike]:
        """A limit that is too low for what the partner does every morning."""
        for hour in self._hours(_DAYS * _DAY, key):
            is_morning = hour.hour in {7, 8, 9, 10}
            count, used = (self._random.randint(50, 70), 20) if is_morning else (1, 1)
            yield from self._calls(key, hour, count, used=used)
            if is_morning and hour > self._now - 9 * _DAY:
                for _ in range(self._random.randint(8, 17)):
                    yield self._limited(self._within(hour), key.last_used_address or "", key, 20)

    def after_the_end(self, key: SampleKey, ended_ago: timedelta, every: timedelta) -> Iterator[CallsAlike]:
        """Somebody goes on calling, and is refused."""
        was_deleted = key.deleted_at is not None
        expires_at, is_off = key.latest.settings.expires_at, key.latest.settings.status == "disabled"
        usable_until = to_microseconds(expires_at) if expires_at and not is_off else NEVER_USABLE_US
        known = KnownKey(key.id, "", "", usable_until, was_deleted, True, None, None, None)
        refused = refusal_of(known)
        at = self._now - ended_ago + timedelta(minutes=47)
        while at < self._now:
            for second in range(self._random.randint(1, 3)):
                moment = at + timedelta(seconds=second * 20)
                yield self._refused(moment, key, refused)
            at += every

    def without_a_key(self) -> Iterator[CallsAlike]:
        """What comes by itself: a key in the wrong header, one that was not copied whole."""
        for number in range(14):
            at = self._now - number * 11 * _HOUR - timedelta(minutes=8)
            yield self._call(at, "192.0.2.200", None, ended=_WITHOUT_KEY[number % 2])

    def _hours(self, back: timedelta, key: SampleKey) -> Iterator[datetime]:
        """Each hour up to the key's last use."""
        hour = (self._now - back).replace(minute=0, second=0, microsecond=0)
        while key.last_used_at is not None and hour < key.last_used_at:
            yield hour
            hour += _HOUR

    def _calls(self, key: SampleKey, hour: datetime, count: int, *, used: int) -> Iterator[CallsAlike]:
        last = key.last_used_at or self._now
        for place, minute in enumerate(_MINUTES):
            number = len(range(place, count, len(_MINUTES)))
            if number:
                at = min(hour + timedelta(minutes=minute), last)
                yield self._admitted(at, key.last_used_address or "", key, used, number)

    def _within(self, hour: datetime) -> datetime:
        return hour + timedelta(seconds=self._random.randrange(3600))

    def _admitted(self, at: datetime, address: str, key: SampleKey, used: int, number: int = 1) -> CallsAlike:
        return CallsAlike(self._call(at, address, key, ended=_Ended("succeeded", 200), used=used).call, number)

    def _limited(self, at: datetime, address: str, key: SampleKey, limit: int) -> CallsAlike:
        told = f"This API key may call {limit} times in 60 s. Try again in {self._random.randint(1, 40)} s."
        return self._call(at, address, key, ended=_Ended(ProblemCode.RATE_LIMITED, 429, told), used=limit)

    def _refused(self, at: datetime, key: SampleKey, refused: KeyRefused) -> CallsAlike:
        call, _ = self._call(at, key.last_used_address or "", key, ended=_Ended(refused.code, 401, refused.detail))
        return CallsAlike(call._replace(key_was_deleted=refused.key is not None and refused.key.was_deleted))

    def _call(self, at: datetime, address: str, key: SampleKey | None, *, ended: _Ended, used: int = 0) -> CallsAlike:
        limit = key.latest.settings.rate_limit if key else None
        call = CallEntry(
            at_us=to_microseconds(at),
            request_id=new_id(self._random) if ended.status != 200 else "",
            status=ended.status,
            code=str(ended.code),
            duration_us=300,
            address=address,
            api_key_id=key.id if key else None,
            key_was_deleted=False,
            rulechain_id=self._rulechain_id,
            execution=None,
            detail=ended.detail,
            used=used if used and limit else None,
            max_requests=limit.max_requests if limit else None,
            window_seconds=limit.window_seconds if limit else None,
        )
        return CallsAlike(call)
