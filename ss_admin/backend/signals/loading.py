"""Reads keys' histories for the rules: some hundred keys at once, and of each only what a rule can make use of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session

from ss_admin.backend.signals.history import (
    EVENT_DAYS,
    Attempt,
    BadKeys,
    History,
    LimitedHour,
    SeenAddress,
    WatchedKey,
    hour_of,
)
from ss_admin.backend.signals.rules.often_limited import LIMITED_HOURS
from ss_admin.backend.signals.rules.spike import HISTORY_HOURS, SPIKE_FLOOR
from ss_admin.backend.signals.rules.used_after_end import REFUSED_KEY_CODES
from ss_admin.backend.store.tables import (
    ApiKeyAddressRow,
    ApiKeyHourRow,
    ApiKeyMinuteRow,
    ApiKeyPeakRow,
    ApiKeyRow,
    TombstoneRow,
)
from ss_admin.contract.api_keys import ApiKeyStatus

__all__ = ["KEY_COLUMNS", "RATE_LIMITED", "load_histories", "to_watched_key"]

RATE_LIMITED = "rate_limited"

Item = TypeVar("Item")

_Hour = ApiKeyHourRow

KEY_COLUMNS = (
    ApiKeyRow.id,
    ApiKeyRow.tenant_id,
    ApiKeyRow.created_at,
    ApiKeyRow.status,
    ApiKeyRow.updated_at,
    ApiKeyRow.expires_at,
    ApiKeyRow.last_used_at,
    ApiKeyRow.allowed_addresses,
    ApiKeyRow.rate_max_requests,
    ApiKeyRow.rate_window_seconds,
)
"""What `to_watched_key` reads."""


def to_watched_key(row: Row[*tuple[Any, ...]]) -> WatchedKey:
    """The key as the rules see it."""
    limit = (row.rate_max_requests, row.rate_window_seconds)
    return WatchedKey(
        id=row.id,
        tenant_id=row.tenant_id,
        created_at=row.created_at,
        is_active=row.status == ApiKeyStatus.ACTIVE.value,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        allowed_addresses=row.allowed_addresses,
        rate_limit=None if None in limit else limit,
    )


def load_histories(
    session: Session, ids: Sequence[str], now: datetime, bad_keys: Mapping[str, Sequence[BadKeys]]
) -> list[History]:
    """The histories of at most 500 keys, deleted ones too; ids that never were are left out."""
    keys = _load_keys(session, ids)
    now_hour = hour_of(now)
    firsts = _load_first_uses(session, ids)
    hours = _load_hours(session, _busy(session, ids, now_hour), now_hour)
    limited = _load_limited(session, ids, now_hour)
    attempts = _load_attempts(session, ids, now)
    addresses = _load_addresses(session, ids)
    return [
        History(
            key=key,
            hours=hours.get(key.id, {}),
            first_use=firsts.get(key.id),
            limited=limited.get(key.id, ()),
            attempts=attempts.get(key.id, ()),
            addresses=addresses.get(key.id, ()),
            bad_keys=bad_keys.get(key.id, ()),
        )
        for key in keys
    ]


def _load_keys(session: Session, ids: Sequence[str]) -> list[WatchedKey]:
    keys = [to_watched_key(row) for row in session.execute(select(*KEY_COLUMNS).where(ApiKeyRow.id.in_(ids)))]
    gone = sorted(set(ids) - {key.id for key in keys})
    if gone:
        tombstones = select(TombstoneRow.api_key_id, TombstoneRow.tenant_id, TombstoneRow.deleted_at)
        for api_key_id, tenant_id, deleted_at in session.execute(tombstones.where(TombstoneRow.api_key_id.in_(gone))):
            keys.append(WatchedKey(api_key_id, tenant_id, created_at=deleted_at, deleted_at=deleted_at))
    return keys


def _load_first_uses(session: Session, ids: Sequence[str]) -> dict[str, int]:
    query = select(_Hour.api_key_id, func.min(_Hour.hour)).where(_Hour.api_key_id.in_(ids))
    return {api_key_id: hour for api_key_id, hour in session.execute(query.group_by(_Hour.api_key_id))}  # noqa: C416


def _busy(session: Session, ids: Sequence[str], now_hour: int) -> list[str]:
    """The keys that had an hour in the last days which can be a spike."""
    sums = (
        select(_Hour.api_key_id)
        .where(_Hour.api_key_id.in_(ids), _Hour.hour >= now_hour - EVENT_DAYS * 24)
        .group_by(_Hour.api_key_id, _Hour.hour)
        .having(func.sum(_Hour.calls) >= SPIKE_FLOOR)
    )
    return sorted(set(session.scalars(sums)))


def _load_hours(session: Session, ids: Sequence[str], now_hour: int) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for api_key_id in ids:
        query = (
            select(_Hour.hour, func.sum(_Hour.calls))
            .where(_Hour.api_key_id == api_key_id, _Hour.hour >= now_hour - HISTORY_HOURS)
            .group_by(_Hour.hour)
        )
        found[api_key_id] = {hour: int(calls) for hour, calls in session.execute(query)}
    return found


def _load_limited(session: Session, ids: Sequence[str], now_hour: int) -> dict[str, list[LimitedHour]]:
    limited = func.sum(case((_Hour.code == RATE_LIMITED, _Hour.calls), else_=0))
    query = (
        select(_Hour.api_key_id, _Hour.hour, func.sum(_Hour.calls), limited)
        .where(_Hour.api_key_id.in_(ids), _Hour.hour > now_hour - LIMITED_HOURS)
        .group_by(_Hour.api_key_id, _Hour.hour)
        .having(limited > 0)
    )
    rows = session.execute(query).all()
    peaks = _load_limits(session, sorted({row[0] for row in rows}), now_hour) if rows else {}
    return _gathered(
        (api_key_id, LimitedHour(hour, int(calls), int(refused), peaks.get((api_key_id, hour))))
        for api_key_id, hour, calls, refused in rows
    )


def _load_limits(session: Session, ids: Sequence[str], now_hour: int) -> dict[tuple[str, int], tuple[int, int]]:
    row = ApiKeyPeakRow
    query = select(row.api_key_id, row.hour, row.max_requests, row.window_seconds)
    query = query.where(row.api_key_id.in_(ids), row.hour > now_hour - LIMITED_HOURS)
    return {(api_key_id, hour): (most, seconds) for api_key_id, hour, most, seconds in session.execute(query)}


def _load_attempts(session: Session, ids: Sequence[str], now: datetime) -> dict[str, list[Attempt]]:
    """The hours tell which keys have any, before their minutes are looked through."""
    since = now - timedelta(days=EVENT_DAYS)
    tried = select(_Hour.api_key_id).where(
        _Hour.api_key_id.in_(ids), _Hour.hour >= hour_of(since), _Hour.code.in_(REFUSED_KEY_CODES)
    )
    keys = sorted(set(session.scalars(tried)))
    if not keys:
        return {}
    row = ApiKeyMinuteRow
    minutes = (
        select(row.api_key_id, row.minute, func.sum(row.calls))
        .where(row.api_key_id.in_(keys), row.minute >= hour_of(since) * 60, row.code.in_(REFUSED_KEY_CODES))
        .group_by(row.api_key_id, row.minute)
    )
    return _gathered((key, Attempt(minute, int(calls))) for key, minute, calls in session.execute(minutes))


def _load_addresses(session: Session, ids: Sequence[str]) -> dict[str, list[SeenAddress]]:
    row = ApiKeyAddressRow
    query = select(row.api_key_id, row.address, row.first_seen_at, row.last_seen_at, row.calls)
    found = session.execute(query.where(row.api_key_id.in_(ids)))
    return _gathered((key, SeenAddress(address, first, last, calls)) for key, address, first, last, calls in found)


def _gathered(pairs: Iterable[tuple[str, Item]]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = defaultdict(list)
    for api_key_id, item in pairs:
        found[api_key_id].append(item)
    return found
