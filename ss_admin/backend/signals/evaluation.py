"""Works the signals out again and again, in a thread of the housekeeping: what changed, what was called, what has come.

Changes by administrators are looked for every two seconds, calls and dates every half minute, bad keys and events that
are over every five minutes; and every hour, when a day begins and at the start, the dates of all keys, which also
finds what was missed. Where nothing changes nothing is written.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from typing_extensions import override

from ss_admin.backend.propagation.clock import store_now
from ss_admin.backend.signals.candidates import (
    bad_keys_by_key,
    changed_keys,
    keys_by_calls,
    keys_by_date,
    keys_of_old_events,
    last_revision,
    refused_addresses,
)
from ss_admin.backend.signals.history import EVENT_DAYS, BadKeys, WatchedKey
from ss_admin.backend.signals.loading import KEY_COLUMNS, load_histories, to_watched_key
from ss_admin.backend.signals.rules.judging import KINDS_OF_DATES, judge, judge_dates
from ss_admin.backend.signals.standing import Judged, Place, Standing, compare, load_standing, write_changes
from ss_admin.backend.store.chunks import chunks
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.recurring import RecurringWork
from ss_admin.backend.store.tables import ApiKeyRow, SignalRow
from ss_admin.contract.signals import SignalKind

__all__ = ["Evaluation", "SignalWatch"]

LOOK_SECONDS = 2.0
CALLS_EVERY = timedelta(seconds=30)
EVENTS_EVERY = timedelta(minutes=5)
ALL_EVERY = timedelta(hours=1)

_DATES_AT_ONCE = 2000
_LATE = timedelta(hours=2)
"""Calls may be written later than they came, where the store was away."""

_EVERY_KIND = frozenset(SignalKind)
_EVENTS = _EVERY_KIND - KINDS_OF_DATES


class Evaluation:
    """Knows what was looked at already. Not safe under threads; several over one store do each other no harm.

    `is_ending`: asked now and then in a long look, which breaks off then.
    """

    def __init__(self, store: Store, *, is_ending: Callable[[], bool] = lambda: False) -> None:
        self._store = store
        self._is_ending = is_ending
        self._revision = 0
        self._calls_at: datetime | None = None
        self._events_at: datetime | None = None
        self._all_at: datetime | None = None
        self._refused: dict[tuple[date, str], int] = {}
        self._bad_keys: dict[str, list[BadKeys]] = {}
        self._owed: set[str] = set()

    def look(self, now: datetime | None = None) -> None:
        """Judge what is due. `now`: by the store's clock unless given. Raises `StoreUnavailable`."""
        with self._store.reading() as session:
            now = now or store_now(session)
            revision = last_revision(session)
            if self._all_at and revision > self._revision:
                self._owed |= changed_keys(session, self._revision, revision)
        if _is_due(self._events_at, EVENTS_EVERY, now):
            self._owed |= self._look_at_events(now)
        if _is_due(self._calls_at, CALLS_EVERY, now):
            self._owed |= self._look_at_calls(now)
        if self._is_time_for_all(now):
            self._owed |= self._judge_dates_of_all(now)
            self._all_at = now
        self.judge_keys(sorted(self._owed), now)
        self._owed.clear()  # and only now: where the store was away meanwhile, they are judged at the next look
        self._revision = revision

    def judge_keys(self, ids: Sequence[str], now: datetime) -> None:
        """Judge these keys by all rules. Raises `StoreUnavailable`."""
        for some in chunks(ids):
            if self._is_ending():
                return
            with self._store.reading() as session:
                histories = load_histories(session, some, now, self._bad_keys)
                standing = load_standing(session, some)
            judged = [
                Judged(
                    history.key.id, history.key.tenant_id, judge(history, now), self._kinds(history.key, now, standing)
                )
                for history in histories
            ]
            write_changes(self._store, compare(judged, standing, now))

    def _kinds(self, key: WatchedKey, now: datetime, standing: Mapping[Place, Standing]) -> Collection[SignalKind]:
        """Which kinds this look may change. Bad keys that were looked for earlier only tell, and take nothing back.

        Another housekeeper may know of newer ones. What stands is judged each time that they are looked for.
        """
        place = (key.id, SignalKind.FAILED_AUTHENTICATIONS.value)
        is_told_by_newer = place in standing and self._events_at != now and key.end(now) is None
        return _EVERY_KIND - {SignalKind.FAILED_AUTHENTICATIONS} if is_told_by_newer else _EVERY_KIND

    def _look_at_calls(self, now: datetime) -> set[str]:
        """At the start all calls of the last days; then those of the last hours, since some are written late."""
        since = self._calls_at
        with self._store.reading() as session:
            begin = now - timedelta(days=EVENT_DAYS) if since is None else min(since, now) - _LATE
            ids = keys_by_calls(session, begin, now)
            if since is not None:
                ids |= keys_by_date(session, since - CALLS_EVERY, now)
        self._calls_at = now
        return ids

    def _look_at_events(self, now: datetime) -> set[str]:
        first = (now - timedelta(days=EVENT_DAYS)).date()
        begin = first if self._events_at is None else (self._events_at - _LATE).date()
        with self._store.reading() as session:
            kept = {key: calls for key, calls in self._refused.items() if first <= key[0] < begin}
            self._refused = kept | refused_addresses(session, begin)
            found = bad_keys_by_key(session, self._refused, now)
            ids = keys_of_old_events(session, now)
        ids |= {key for key in found if found[key] != self._bad_keys.get(key)}
        self._bad_keys = found
        self._events_at = now
        return ids

    def _is_time_for_all(self, now: datetime) -> bool:
        at = self._all_at
        return at is None or _is_due(at, ALL_EVERY, now) or now.date() != at.date()

    def _judge_dates_of_all(self, now: datetime) -> set[str]:
        """Those that are to be judged by all rules: keys that work no more and have signals of events."""
        number, ended = 0, set()
        while not self._is_ending():
            with self._store.reading() as session:
                query = select(ApiKeyRow.number, *KEY_COLUMNS).where(ApiKeyRow.number > number)
                rows = session.execute(query.order_by(ApiKeyRow.number).limit(_DATES_AT_ONCE)).all()
                standing = load_standing(session, [row.id for row in rows])
            keys = [to_watched_key(row) for row in rows]
            judged = [Judged(key.id, key.tenant_id, judge_dates(key, now), KINDS_OF_DATES) for key in keys]
            write_changes(self._store, compare(judged, standing, now))
            over = {key.id for key in keys if key.end(now) is not None}
            ended |= {key for key, kind in standing if key in over and kind in _EVENTS}
            if len(rows) < _DATES_AT_ONCE:
                return ended | self._of_deleted_keys()
            number = rows[-1].number
        return ended

    def _of_deleted_keys(self) -> set[str]:
        gone = select(SignalRow.api_key_id).outerjoin(ApiKeyRow, ApiKeyRow.id == SignalRow.api_key_id)
        with self._store.reading() as session:
            return set(session.scalars(gone.where(ApiKeyRow.id.is_(None))))


def _is_due(last: datetime | None, every: timedelta, now: datetime) -> bool:
    """Also where the store's clock was put back: it would be waited for."""
    return last is None or abs(now - last) >= every


class SignalWatch(RecurringWork):
    """Evaluates for as long as the housekeeping runs. At its end a look that is under way breaks off."""

    def __init__(self, store: Store, *, look_seconds: float = LOOK_SECONDS) -> None:
        super().__init__(name="signal-watch", fault="the signals could not be worked out")
        self._look_seconds = look_seconds
        self._evaluation = Evaluation(store, is_ending=lambda: self.is_closing)

    @override
    def do_once(self) -> None:
        self._evaluation.look()

    @override
    def pause_after(self, seconds: float) -> float:
        """After a long look a long pause: the housekeeping has other work to do."""
        return max(self._look_seconds, 2 * seconds)
