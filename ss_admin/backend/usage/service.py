"""Reads a key's history of use: its calls over time in equal buckets, its fullest window, its last addresses."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ss_admin.backend.activity.service import Actor
from ss_admin.backend.api_keys.errors import ApiKeyNotFound
from ss_admin.backend.api_keys.rows import is_well_formed_id
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyAddressRow, ApiKeyHourRow, ApiKeyMinuteRow, ApiKeyPeakRow, ApiKeyRow
from ss_admin.contract.problems import ProblemCode
from ss_admin.contract.usage import (
    ADDRESSES_SHOWN,
    ApiKeyAddress,
    ApiKeyAddresses,
    ApiKeyUsage,
    LimitPeak,
    UsageBucket,
    UsageSpan,
)

__all__ = ["UsageService"]

_HOUR = 3600
_SUCCEEDED = "succeeded"
_FAILED = frozenset({ProblemCode.RULECHAIN_FAILED, ProblemCode.INTERNAL_ERROR, ProblemCode.UNAVAILABLE})


class _Spread(NamedTuple):
    """How a span is cut: so many buckets of so many seconds, from a history whose rows stand for `unit` seconds."""

    buckets: int
    seconds: int
    unit: int


_SPREADS = {
    UsageSpan.DAY: _Spread(48, 1800, 60),
    UsageSpan.WEEK: _Spread(56, 3 * _HOUR, _HOUR),
    UsageSpan.MONTH: _Spread(60, 12 * _HOUR, _HOUR),
}

Counted = dict[int, dict[str, int]]
"""Calls by the bucket's number since 1970 and by how they ended."""


class UsageService:
    """Tells of the keys of the actor's tenant. Whether the actor may ask is settled before."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __repr__(self) -> str:
        return "<UsageService>"

    def usage(self, actor: Actor, key_id: str, span: UsageSpan) -> ApiKeyUsage:
        """The key's calls up to now, as far as they are written: within a second. Raises `ApiKeyNotFound`."""
        spread = _SPREADS[span]
        last = int(datetime.now(UTC).timestamp()) // spread.seconds
        first = last - spread.buckets + 1
        with self._store.reading() as session:
            _check_key(session, actor.tenant_id, key_id)
            counted = _count(session, key_id, spread, first, last)
            peak = _fullest(session, key_id, first * spread.seconds // _HOUR)
        by_code: dict[str, int] = {}
        for calls_by_code in counted.values():
            for code, calls in calls_by_code.items():
                by_code[code] = by_code.get(code, 0) + calls
        return ApiKeyUsage(
            api_key_id=key_id,
            span=span,
            bucket_seconds=spread.seconds,
            buckets=[_bucket(number * spread.seconds, counted.get(number, {})) for number in range(first, last + 1)],
            calls_by_code=dict(sorted(by_code.items())),
            peak=peak,
        )

    def addresses(self, actor: Actor, key_id: str) -> ApiKeyAddresses:
        """The addresses that calls with the key came from last. Raises `ApiKeyNotFound`."""
        mine = ApiKeyAddressRow.api_key_id == key_id
        with self._store.reading() as session:
            _check_key(session, actor.tenant_id, key_id)
            known = session.scalar(select(func.count()).select_from(ApiKeyAddressRow).where(mine)) or 0
            latest = select(ApiKeyAddressRow).where(mine)
            latest = latest.order_by(ApiKeyAddressRow.last_seen_at.desc(), ApiKeyAddressRow.address)
            rows = session.scalars(latest.limit(ADDRESSES_SHOWN)).all()
        return ApiKeyAddresses(items=[_address(row) for row in rows], known=known)


def _check_key(session: Session, tenant_id: str, key_id: str) -> None:
    if is_well_formed_id(key_id):
        query = select(ApiKeyRow.number).where(ApiKeyRow.id == key_id, ApiKeyRow.tenant_id == tenant_id)
        if session.scalar(query) is not None:
            return
    raise ApiKeyNotFound


def _count(session: Session, key_id: str, spread: _Spread, first: int, last: int) -> Counted:
    counted: Counted = {}
    for number, code, calls in _sums(session, key_id, spread, first):
        # A worker's clock may be ahead by a little: the last bucket has what is of a moment that is still to come.
        calls_by_code = counted.setdefault(min(number, last), {})
        calls_by_code[code] = calls_by_code.get(code, 0) + calls
    return counted


def _sums(session: Session, key_id: str, spread: _Spread, first: int) -> Iterable[tuple[int, str, int]]:
    """The history's rows, summed up by the database: bucket, code, calls."""
    table: type[ApiKeyMinuteRow | ApiKeyHourRow]
    column: InstrumentedAttribute[int]
    if spread.unit == _HOUR:
        table, column = ApiKeyHourRow, ApiKeyHourRow.hour
    else:
        table, column = ApiKeyMinuteRow, ApiKeyMinuteRow.minute
    units = spread.seconds // spread.unit
    bucket: ColumnElement[int] = column // units
    query = (
        select(bucket, table.code, func.sum(table.calls))
        .where(table.api_key_id == key_id, column >= first * units)
        .group_by(bucket, table.code)
    )
    return [(int(number), code, int(calls)) for number, code, calls in session.execute(query)]


def _fullest(session: Session, key_id: str, first_hour: int) -> LimitPeak | None:
    """The newest of the hours whose fullest window was the fullest of all."""
    query = select(ApiKeyPeakRow).where(ApiKeyPeakRow.api_key_id == key_id, ApiKeyPeakRow.hour >= first_hour)
    rows = session.scalars(query).all()
    if not rows:
        return None
    row = max(rows, key=lambda row: (row.used / row.max_requests, row.hour))
    return LimitPeak(
        at=_moment(row.hour * _HOUR),
        used=row.used,
        max_requests=row.max_requests,
        window_seconds=row.window_seconds,
    )


def _bucket(start: int, calls_by_code: dict[str, int]) -> UsageBucket:
    admitted = calls_by_code.get(_SUCCEEDED, 0)
    limited = calls_by_code.get(ProblemCode.RATE_LIMITED, 0)
    failed = sum(calls_by_code.get(code, 0) for code in _FAILED)
    return UsageBucket(
        start=_moment(start),
        admitted=admitted,
        limited=limited,
        refused=sum(calls_by_code.values()) - admitted - limited - failed,
        failed=failed,
    )


def _address(row: ApiKeyAddressRow) -> ApiKeyAddress:
    return ApiKeyAddress(
        address=row.address, first_seen_at=row.first_seen_at, last_seen_at=row.last_seen_at, calls=row.calls
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
