"""Trims the history of use and the order of changes: what is too old goes, little by little, in a thread of its own."""

import time
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, delete, func, select, tuple_, type_coerce
from sqlalchemy.orm import InstrumentedAttribute
from typing_extensions import override

from ss_admin.backend.propagation.trimming import trim_changes
from ss_admin.backend.store.chunks import chunks
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.recurring import RecurringWork
from ss_admin.backend.store.tables import (
    AddressRefusalRow,
    ApiKeyAddressRow,
    ApiKeyHourRow,
    ApiKeyMinuteRow,
    ApiKeyPeakRow,
    RefusalRow,
)
from ss_admin.contract.refusals import REFUSAL_DAYS

__all__ = [
    "ADDRESS_DAYS",
    "ADDRESS_REFUSAL_DAYS",
    "API_KEY_MINUTE_DAYS",
    "HistoryTrimmer",
    "trim_addresses",
    "trim_history",
]

API_KEY_MINUTE_DAYS = 400
ADDRESS_REFUSAL_DAYS = 30
ADDRESS_DAYS = 90

INTERVAL_SECONDS = 60.0
ADDRESSES_SECONDS = 3600.0
_PAUSE_SECONDS = 0.05
_DAY_US = 86_400_000_000
_MINUTE_US = 60_000_000
_HOUR_US = 3_600_000_000


class _Aged(NamedTuple):
    """A table whose rows tell their time by a number. `step`: how much of it one transaction removes."""

    column: InstrumentedAttribute[Any]
    days: int
    unit_us: int
    step: int


_TABLES = (
    _Aged(ApiKeyMinuteRow.minute, API_KEY_MINUTE_DAYS, _MINUTE_US, 1),
    _Aged(ApiKeyHourRow.hour, API_KEY_MINUTE_DAYS, _HOUR_US, 1),
    _Aged(ApiKeyPeakRow.hour, API_KEY_MINUTE_DAYS, _HOUR_US, 1),
    _Aged(AddressRefusalRow.minute, ADDRESS_REFUSAL_DAYS, _MINUTE_US, 1),
    _Aged(RefusalRow.at, REFUSAL_DAYS, 1, _MINUTE_US),
)


class HistoryTrimmer(RecurringWork):
    """Trims every minute."""

    def __init__(self, store: Store, *, interval_seconds: float = INTERVAL_SECONDS) -> None:
        super().__init__(name="history-trimmer", fault="the history could not be trimmed")
        self._store = store
        self._interval_seconds = interval_seconds
        self._addresses_at = -ADDRESSES_SECONDS

    @override
    def pause_after(self, seconds: float) -> float:
        return self._interval_seconds

    @override
    def do_once(self) -> None:
        trim_changes(self._store)
        while trim_history(self._store) and not self._wait(_PAUSE_SECONDS):
            pass
        # No index tells the age of an address, for its price: so the whole table is read, and more rarely.
        if time.monotonic() - self._addresses_at >= ADDRESSES_SECONDS:
            while trim_addresses(self._store) and not self._wait(_PAUSE_SECONDS):
                pass
            self._addresses_at = time.monotonic()


def trim_history(store: Store) -> int:
    """Remove the oldest of what is too old, a minute or an hour of each table, in short transactions; of how many.

    To be called again until it is none. Raises `StoreUnavailable`.
    """
    now_us = time.time_ns() // 1000
    trimmed = 0
    for table in _TABLES:
        kept_from = (now_us - table.days * _DAY_US) // table.unit_us
        column: ColumnElement[int] = type_coerce(table.column, BigInteger)
        with store.reading() as session:
            oldest = session.scalar(select(func.min(column)))
        if oldest is None or oldest >= kept_from:
            continue
        with store.writing() as session:
            gone = delete(table.column.class_).where(column < min(oldest + table.step, kept_from))
            session.execute(gone.execution_options(synchronize_session=False))
        trimmed += 1
    return trimmed


def trim_addresses(store: Store) -> int:
    """Remove some of the addresses that no call came from for 90 days; how many. Raises `StoreUnavailable`.

    To be called again until it is none.
    """
    too_old = type_coerce(ApiKeyAddressRow.last_seen_at, BigInteger) < time.time_ns() // 1000 - ADDRESS_DAYS * _DAY_US
    pair = tuple_(ApiKeyAddressRow.api_key_id, ApiKeyAddressRow.address)
    with store.reading() as session:
        query = select(ApiKeyAddressRow.api_key_id, ApiKeyAddressRow.address).where(too_old).limit(5000)
        pairs = [(api_key_id, address) for api_key_id, address in session.execute(query)]
    for some in chunks(pairs):
        with store.writing() as session:
            # One that was seen again meanwhile stays.
            gone = delete(ApiKeyAddressRow).where(pair.in_(some), too_old)
            session.execute(gone.execution_options(synchronize_session=False))
    return len(pairs)
