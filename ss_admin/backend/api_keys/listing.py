"""The list of a tenant's keys: filters, sorting, keyset cursors, and the statements that answer by index."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, asc, desc, false, func, or_, select, tuple_, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from ss_admin.backend.api_keys.rows import is_well_formed_id, select_api_keys, to_api_key, with_badges
from ss_admin.backend.api_keys.search import matches, searched_text
from ss_admin.backend.paging import CursorInvalid, decode_cursor, encode_cursor
from ss_admin.backend.signals.badges import needs_attention, read_badges
from ss_admin.backend.store.tables import ApiKeyCountRow, ApiKeyRow
from ss_admin.backend.store.types import NEVER_EXPIRES, to_microseconds
from ss_admin.contract.api_keys import (
    DEFAULT_PAGE_ITEMS,
    SOON_DAYS,
    ApiKey,
    ApiKeyPage,
    ApiKeySort,
    ApiKeyStatus,
    ExpiryState,
)
from ss_admin.contract.signals import SignalKind

__all__ = ["ApiKeyQuery", "expiry_state", "list_api_keys"]

_SOON = timedelta(days=SOON_DAYS)

_SORT_COLUMNS: dict[ApiKeySort, InstrumentedAttribute[Any]] = {
    ApiKeySort.NAME: ApiKeyRow.name_folded,
    ApiKeySort.USER: ApiKeyRow.user_name_folded,
    ApiKeySort.MASKED_KEY: ApiKeyRow.masked_key,
    ApiKeySort.PERMISSIONS: ApiKeyRow.permissions_text,
    ApiKeySort.EXPIRES_AT: ApiKeyRow.expires_at,
    ApiKeySort.LAST_USED_AT: ApiKeyRow.last_used_at,
    ApiKeySort.STATUS: ApiKeyRow.status,
    ApiKeySort.CREATED_AT: ApiKeyRow.created_at,
}
_SORTED_BY_MOMENT = {ApiKeySort.EXPIRES_AT, ApiKeySort.LAST_USED_AT, ApiKeySort.CREATED_AT}


@dataclass(frozen=True)
class ApiKeyQuery:
    """Which keys, in which order, and which page of them. An empty set of states lets all through.

    `attention`: only keys with an open signal; `signal`: only those with an open one of this kind.
    """

    search: str = field(default="", repr=False)
    statuses: frozenset[ApiKeyStatus] = frozenset()
    expiries: frozenset[ExpiryState] = frozenset()
    user_id: str | None = None
    attention: bool = False
    signal: SignalKind | None = None
    sort: ApiKeySort = ApiKeySort.CREATED_AT
    descending: bool = True
    limit: int = DEFAULT_PAGE_ITEMS
    cursor: str | None = None
    offset: int = 0


@dataclass(frozen=True)
class Listing:
    """The statements of one query: `page` gives numbers and sort keys, `count` how many keys match."""

    page: Select[int, Any]
    count: Select[int]


def expiry_state(expires_at: datetime | None, now: datetime) -> ExpiryState:
    """Where a key stands with its expiry at this instant; at the very moment it has expired."""
    if expires_at is None:
        return ExpiryState.NEVER
    if expires_at <= now:
        return ExpiryState.EXPIRED
    return ExpiryState.SOON if expires_at <= now + _SOON else ExpiryState.ACTIVE


def list_api_keys(session: Session, tenant_id: str, query: ApiKeyQuery, now: datetime) -> ApiKeyPage:
    """A page of the tenant's keys. Raises `CursorInvalid`."""
    listing = build_listing(session.get_bind().dialect.name, tenant_id, query, now)
    found = session.execute(listing.page).all()
    page, more = found[: query.limit], len(found) > query.limit
    keys = _fetch(session, [number for number, _ in page])
    return ApiKeyPage(
        items=[keys[number] for number, _ in page if number in keys],
        next_cursor=encode_cursor(_order(query), page[-1][1], page[-1][0]) if more else None,
        total=_total(session, listing, query, len(page), more=more),
    )


def build_listing(dialect: str, tenant_id: str, query: ApiKeyQuery, now: datetime) -> Listing:
    """The statements that answer `query`. Raises `CursorInvalid`."""
    conditions = [ApiKeyRow.tenant_id == tenant_id, *_filters(dialect, query, now)]
    key = _sort_key(query.sort)
    direction = desc if query.descending else asc
    page = select(ApiKeyRow.number, key).where(*conditions).order_by(direction(key), direction(ApiKeyRow.number))
    if query.cursor is not None:
        page = page.where(_after(query))
    if query.offset:
        page = page.offset(query.offset)
    return Listing(page=page.limit(query.limit + 1), count=_count(tenant_id, conditions))


def _sort_key(sort: ApiKeySort) -> ColumnElement[Any]:
    """The column as it is stored: a moment as its number, which a cursor can carry exactly."""
    column = _SORT_COLUMNS[sort]
    return type_coerce(column, BigInteger) if sort in _SORTED_BY_MOMENT else column.expression


def _order(query: ApiKeyQuery) -> str:
    return f"-{query.sort.value}" if query.descending else query.sort.value


def _after(query: ApiKeyQuery) -> ColumnElement[bool]:
    kind = int if query.sort in _SORTED_BY_MOMENT else str
    order, value, number = decode_cursor(query.cursor or "", str, kind, int)
    if order != _order(query):
        raise CursorInvalid
    here = tuple_(_sort_key(query.sort), ApiKeyRow.number)
    there = tuple_(value, number)
    return here < there if query.descending else here > there


def _filters(dialect: str, query: ApiKeyQuery, now: datetime) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if query.statuses and query.statuses != frozenset(ApiKeyStatus):
        filters.append(ApiKeyRow.status.in_(sorted(status.value for status in query.statuses)))
    if query.expiries and query.expiries != frozenset(ExpiryState):
        filters.append(_expires_within(query.expiries, now))
    if query.user_id is not None:
        filters.append(ApiKeyRow.user_id == query.user_id if is_well_formed_id(query.user_id) else false())
    if query.attention or query.signal:
        filters.append(needs_attention(query.signal))
    wanted = searched_text(query.search)
    if wanted:
        filters.append(matches(wanted, "postgresql" if dialect == "postgresql" else "sqlite"))
    return filters


def _expires_within(states: frozenset[ExpiryState], now: datetime) -> ColumnElement[bool]:
    """The states follow each other on the line of time; neighbours are joined, so that few ranges are left."""
    instant, soon = to_microseconds(now), to_microseconds(now + _SOON)
    line = [
        (ExpiryState.EXPIRED, -NEVER_EXPIRES, instant),
        (ExpiryState.SOON, instant + 1, soon),
        (ExpiryState.ACTIVE, soon + 1, NEVER_EXPIRES - 1),
        (ExpiryState.NEVER, NEVER_EXPIRES, NEVER_EXPIRES),
    ]
    ranges: list[tuple[int, int]] = []
    for state, first, last in line:
        if state not in states:
            continue
        if ranges and ranges[-1][1] == first - 1:
            ranges[-1] = (ranges[-1][0], last)
        else:
            ranges.append((first, last))
    expires = type_coerce(ApiKeyRow.expires_at, BigInteger)
    return or_(*(expires.between(first, last) for first, last in ranges))


def _count(tenant_id: str, conditions: list[ColumnElement[bool]]) -> Select[int]:
    if len(conditions) == 1:
        return select(ApiKeyCountRow.api_keys).where(ApiKeyCountRow.tenant_id == tenant_id)
    return select(func.count()).select_from(ApiKeyRow).where(*conditions)


def _total(session: Session, listing: Listing, query: ApiKeyQuery, found: int, *, more: bool) -> int:
    """Counted only where the page does not show the end of the list itself."""
    if query.cursor is None and not more and (found or not query.offset):
        return query.offset + found
    return session.scalar(listing.count) or 0


def _fetch(session: Session, numbers: list[int]) -> dict[int, ApiKey]:
    rows = session.execute(select_api_keys().where(ApiKeyRow.number.in_(numbers)))
    keys = {row.number: to_api_key(row) for row in rows}
    badges = read_badges(session, [key.id for key in keys.values()])
    return {number: with_badges(key, badges) for number, key in keys.items()}
