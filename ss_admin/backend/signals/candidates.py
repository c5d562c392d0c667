"""Which keys are worth judging anew: what changed about them, what calls came, and which of their dates has come.

Every look is a few statements that an index answers, whose cost follows what happened, not how many keys there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, func, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from ss_admin.backend.signals.history import EVENT_DAYS, BadKeys, day_of_minute, hour_of
from ss_admin.backend.signals.loading import RATE_LIMITED
from ss_admin.backend.signals.rules.failed_authentications import BAD_KEY_CODES, MANY_FAILURES
from ss_admin.backend.signals.rules.judging import KINDS_OF_DATES
from ss_admin.backend.signals.rules.lifetime import OLD_AFTER, UNUSED_AFTER
from ss_admin.backend.signals.rules.spike import SPIKE_FLOOR, is_beyond, slot_hours
from ss_admin.backend.signals.rules.used_after_end import REFUSED_KEY_CODES
from ss_admin.backend.store.chunks import chunks
from ss_admin.backend.store.tables import (
    AddressRefusalRow,
    ApiKeyAddressRow,
    ApiKeyHourRow,
    ApiKeyRow,
    ChangeRow,
    SignalRow,
    TenantRow,
)
from ss_admin.backend.store.types import to_microseconds
from ss_admin.contract.signals import SignalKind

__all__ = [
    "bad_keys_by_key",
    "changed_keys",
    "keys_by_calls",
    "keys_by_date",
    "keys_of_old_events",
    "last_revision",
    "refused_addresses",
]

_MINUTES_PER_DAY = 1440
_NOTEWORTHY = MANY_FAILURES // 5
"""Fewer bad keys from an address in a day count for nothing: so a flood from everywhere is passed over."""

_MOST_ADDRESSES = 2000
_IN_USE = timedelta(days=30)

_Hour = ApiKeyHourRow


def last_revision(session: Session) -> int:
    """Of the changes to keys and chains; 0 where there was none."""
    return session.scalar(select(func.max(ChangeRow.revision))) or 0


def changed_keys(session: Session, since: int, until: int) -> set[str]:
    """The keys that administrators made, changed or deleted within these revisions."""
    query = select(ChangeRow.object_id).where(
        ChangeRow.revision > since, ChangeRow.revision <= until, ChangeRow.kind == "api_key"
    )
    return set(session.scalars(query))


def keys_by_date(session: Session, since: datetime, until: datetime) -> set[str]:
    """The keys that expired in this time, turned 90 days old, or were last used 90 days before it."""
    tenants = list(session.scalars(select(TenantRow.id)))
    crossings: list[tuple[InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], timedelta]] = [
        (ApiKeyRow.expires_at, timedelta()),
        (ApiKeyRow.created_at, OLD_AFTER),
        (ApiKeyRow.last_used_at, UNUSED_AFTER),
    ]
    found: set[str] = set()
    for column, after in crossings:
        moment = type_coerce(column, BigInteger)
        begin, end = to_microseconds(since - after), to_microseconds(until - after)
        for tenant_id in tenants:
            query = select(ApiKeyRow.id).where(ApiKeyRow.tenant_id == tenant_id, moment > begin, moment <= end)
            found.update(session.scalars(query))
    return found


def keys_by_calls(session: Session, since: datetime, until: datetime) -> set[str]:
    """The keys whose calls in these hours may be evidence of anything."""
    first, last = hour_of(since), hour_of(until)
    tells = _Hour.code.in_((*REFUSED_KEY_CODES, RATE_LIMITED))
    found = set(session.scalars(select(_Hour.api_key_id).where(_Hour.hour >= first, tells)))
    seen = ApiKeyAddressRow
    at_new_addresses = (
        select(_Hour.api_key_id)
        .join(seen, seen.api_key_id == _Hour.api_key_id)
        .where(_Hour.hour >= first, seen.first_seen_at >= since)
    )
    found.update(session.scalars(at_new_addresses))
    used_again = (
        select(ApiKeyRow.id)
        .join(SignalRow, SignalRow.api_key_id == ApiKeyRow.id)
        .where(ApiKeyRow.last_used_at >= since, SignalRow.kind == SignalKind.UNUSED.value)
    )
    found.update(session.scalars(used_again))
    for hour in range(first, last + 1):
        found |= _perhaps_spiking(session, hour)
    return found


def _perhaps_spiking(session: Session, hour: int) -> set[str]:
    calls = func.sum(_Hour.calls)
    many = select(_Hour.api_key_id, calls).where(_Hour.hour == hour).group_by(_Hour.api_key_id)
    busy = {key: int(count) for key, count in session.execute(many.having(calls >= SPIKE_FLOOR))}
    highest: dict[str, int] = {}
    for some in chunks(sorted(busy)):
        before = (
            select(_Hour.api_key_id, calls)
            .where(_Hour.api_key_id.in_(some), _Hour.hour.in_(slot_hours(hour)))
            .group_by(_Hour.api_key_id, _Hour.hour)
        )
        for key, count in session.execute(before):
            highest[key] = max(highest.get(key, 0), int(count))
    return {key for key, count in busy.items() if is_beyond(count, highest.get(key, 0))}


def keys_of_old_events(session: Session, now: datetime) -> set[str]:
    """The keys with a signal of an event so long ago that it may be told no more."""
    row = SignalRow
    query = select(row.api_key_id).where(
        row.kind.not_in(sorted(kind.value for kind in KINDS_OF_DATES)),
        or_(
            row.evidence_at < now - timedelta(days=EVENT_DAYS),
            row.kind.in_([SignalKind.OFTEN_LIMITED.value, SignalKind.FAILED_AUTHENTICATIONS.value]),
        ),
    )
    return set(session.scalars(query))


def refused_addresses(session: Session, first: date) -> dict[tuple[date, str], int]:
    """How many bad keys came from which address in each day (UTC) from `first` on, few left out."""
    row = AddressRefusalRow
    day, calls = row.minute // _MINUTES_PER_DAY, func.sum(row.calls)
    minute = (first - date(1970, 1, 1)).days * _MINUTES_PER_DAY
    query = (
        select(func.min(row.minute), row.address, calls)
        .where(row.minute >= minute, row.code.in_(BAD_KEY_CODES))
        .group_by(day, row.address)
        .having(calls >= _NOTEWORTHY)
        .order_by(calls.desc())
        .limit(_MOST_ADDRESSES)
    )
    return {(day_of_minute(begin), address): int(count) for begin, address, count in session.execute(query)}


def bad_keys_by_key(
    session: Session, refused: Mapping[tuple[date, str], int], now: datetime
) -> dict[str, list[BadKeys]]:
    """Which keys that concerns: those that these addresses use. Addresses that two tenants share tell nobody."""
    users: dict[str, list[tuple[str, str]]] = defaultdict(list)
    seen = ApiKeyAddressRow
    for some in chunks(sorted({address for _, address in refused})):
        query = (
            select(seen.address, seen.api_key_id, ApiKeyRow.tenant_id)
            .join(ApiKeyRow, ApiKeyRow.id == seen.api_key_id)
            .where(seen.address.in_(some), seen.last_seen_at >= now - _IN_USE)
        )
        for address, api_key_id, tenant_id in session.execute(query):
            users[address].append((api_key_id, tenant_id))
    found: dict[str, list[BadKeys]] = defaultdict(list)
    for (day, address), calls in sorted(refused.items()):
        if _tenants(users.get(address, ())) > 1:
            continue
        for api_key_id, _ in users.get(address, ()):
            found[api_key_id].append(BadKeys(day, address, calls, keys=len(users[address])))
    return found


def _tenants(users: Iterable[tuple[str, str]]) -> int:
    return len({tenant_id for _, tenant_id in users})
