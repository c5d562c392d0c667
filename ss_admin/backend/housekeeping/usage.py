"""The history of use: calls per key, by minute and hour, peaks, addresses, refusals without a key, each key's last use.

Sums are made in memory for a batch of calls; each table then gets a few rows, in the order of its key, so that two
housekeepers of one database wait for each other in turn and never crosswise.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from ss_admin.backend.journal.entries import CallEntry
from ss_admin.backend.store.bulk import execute_many
from ss_admin.backend.store.chunks import chunks
from ss_admin.backend.store.tables import AddressRefusalRow, ApiKeyAddressRow

__all__ = [
    "ADDRESSES_PER_KEY",
    "ADDRESSES_PER_MINUTE",
    "OTHER_ADDRESSES",
    "RefusalBound",
    "SeenAddresses",
    "Usage",
    "storable_address",
]

ADDRESSES_PER_KEY = 200
"""Of more, those that were seen last; what is not seen for 90 days is trimmed."""

ADDRESSES_PER_MINUTE = 1000
"""Addresses whose refusals in a minute are told apart; those of all others are one sum."""

OTHER_ADDRESSES = "other"
MINUTE_US = 60_000_000

_MINUTES_KEPT = 10
_MINUTES_PER_HOUR = 60
_MOST_SEEN = 200_000
_UNAUTHORIZED = 401
_ADDRESS_CHARACTERS = 45

_USE_KEY = "UPDATE api_keys SET last_used_at = ?, last_used_address = ? WHERE id = ? AND last_used_at < ?"
_TRY_DELETED_KEY = """
    UPDATE api_key_tombstones SET last_tried_at = ?, last_tried_address = ?
    WHERE api_key_id = ? AND (last_tried_at IS NULL OR last_tried_at < ?)
"""
_COUNT_MINUTE = """
    INSERT INTO api_key_minutes (api_key_id, minute, code, calls) VALUES (?, ?, ?, ?)
    ON CONFLICT (api_key_id, minute, code) DO UPDATE SET calls = api_key_minutes.calls + excluded.calls
"""
_COUNT_HOUR = """
    INSERT INTO api_key_hours (api_key_id, hour, code, calls) VALUES (?, ?, ?, ?)
    ON CONFLICT (api_key_id, hour, code) DO UPDATE SET calls = api_key_hours.calls + excluded.calls
"""
_RAISE_PEAK = """
    INSERT INTO api_key_peaks (api_key_id, hour, used, max_requests, window_seconds) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (api_key_id, hour) DO UPDATE SET
        used = excluded.used, max_requests = excluded.max_requests, window_seconds = excluded.window_seconds
    WHERE CAST(excluded.used AS BIGINT) * api_key_peaks.max_requests
        > CAST(api_key_peaks.used AS BIGINT) * excluded.max_requests
"""
_NOTE_ADDRESS = """
    INSERT INTO api_key_addresses (api_key_id, address, first_seen_at, last_seen_at, calls) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (api_key_id, address) DO UPDATE SET
        first_seen_at = CASE WHEN excluded.first_seen_at < api_key_addresses.first_seen_at
            THEN excluded.first_seen_at ELSE api_key_addresses.first_seen_at END,
        last_seen_at = CASE WHEN excluded.last_seen_at > api_key_addresses.last_seen_at
            THEN excluded.last_seen_at ELSE api_key_addresses.last_seen_at END,
        calls = api_key_addresses.calls + excluded.calls
"""
_FORGET_ADDRESSES = """
    DELETE FROM api_key_addresses WHERE api_key_id = ? AND address NOT IN (
        SELECT address FROM api_key_addresses WHERE api_key_id = ?
        ORDER BY last_seen_at DESC, address LIMIT ?
    )
"""
_COUNT_REFUSAL = """
    INSERT INTO address_refusals (minute, address, code, calls) VALUES (?, ?, ?, ?)
    ON CONFLICT (minute, address, code) DO UPDATE SET calls = address_refusals.calls + excluded.calls
"""


class RefusalBound:
    """Which addresses are told apart in a minute: the first thousand. So a flood from everywhere fills no disk."""

    def __init__(self, limit: int = ADDRESSES_PER_MINUTE) -> None:
        self._limit = limit
        self._minutes: dict[int, set[str]] = {}

    def learn(self, connection: Connection, minutes: Collection[int]) -> None:
        """Find out which addresses these minutes have already, where that is not known."""
        for minute in minutes:
            if minute in self._minutes:
                continue
            query = select(AddressRefusalRow.address).where(AddressRefusalRow.minute == minute).distinct()
            self._minutes[minute] = set(connection.scalars(query))
        for oldest in sorted(set(self._minutes) - set(minutes))[:-_MINUTES_KEPT]:
            del self._minutes[oldest]

    def name(self, minute: int, address: str) -> str:
        """What the address is counted under; `learn` has been asked about the minute."""
        known = self._minutes[minute]
        if address in known:
            return address
        if len(known) >= self._limit:
            return OTHER_ADDRESSES
        known.add(address)
        return address


class SeenAddresses:
    """Which addresses of keys are in the database already: only a new one can make a key's too many.

    It may forget, and then asks in vain.
    """

    def __init__(self, limit: int = _MOST_SEEN) -> None:
        self._limit = limit
        self._seen: dict[str, set[str]] = {}
        self._count = 0

    def keys_with_new(self, pairs: Iterable[tuple[str, str]]) -> set[str]:
        """The keys that may have got another address with these pairs, which count as seen from now on.

        They do so although the transaction may be undone: then such a key may have too many until it gets another.
        """
        keys: set[str] = set()
        if self._count > self._limit:
            self._seen.clear()
            self._count = 0
        for api_key_id, address in pairs:
            seen = self._seen.setdefault(api_key_id, set())
            if address not in seen:
                seen.add(address)
                self._count += 1
                keys.add(api_key_id)
        return keys

    def forget(self, api_key_ids: Iterable[str]) -> None:
        """Some of these keys' addresses are no longer in the database."""
        for api_key_id in api_key_ids:
            self._count -= len(self._seen.pop(api_key_id, ()))


class Usage:
    """What many calls add to the history. `write` may be called again where a transaction was undone."""

    __slots__ = ("_addresses", "_minutes", "_peaks", "_refusals", "_tries", "_uses")

    def __init__(self) -> None:
        self._peaks: dict[tuple[str, int], tuple[int, int, int]] = {}
        self._minutes: dict[tuple[str, int, str], int] = {}
        self._addresses: dict[tuple[str, str], list[int]] = {}
        self._refusals: dict[tuple[int, str, str], int] = {}
        self._uses: dict[str, tuple[int, str]] = {}
        self._tries: dict[str, tuple[int, str]] = {}

    def add(self, call: CallEntry, calls: int = 1) -> None:
        """One more call, or several alike. A key that is refused by 401 was tried, which is no use of it."""
        at, address, api_key_id = call.at_us, call.address, call.api_key_id
        if len(address) > _ADDRESS_CHARACTERS or "\0" in address:
            address = storable_address(address)
        minute = at // MINUTE_US
        if api_key_id is None:
            refusal = (minute, address, call.code)
            self._refusals[refusal] = self._refusals.get(refusal, 0) + calls
            return
        counted = (api_key_id, minute, call.code)
        self._minutes[counted] = self._minutes.get(counted, 0) + calls
        self._note_address(api_key_id, address, at, calls)
        if call.used is not None:
            self._note_peak(api_key_id, minute // _MINUTES_PER_HOUR, call)
        if call.key_was_deleted:
            latest = self._tries
        elif call.status == _UNAUTHORIZED:
            return
        else:
            latest = self._uses
        known = latest.get(api_key_id)
        if known is None or known[0] <= at:
            latest[api_key_id] = (at, address)

    def write(self, connection: Connection, bound: RefusalBound, seen: SeenAddresses) -> None:
        """In the caller's transaction. The keys' versions do not move."""
        execute_many(connection, _USE_KEY, _newest(self._uses))
        execute_many(connection, _TRY_DELETED_KEY, _newest(self._tries))
        execute_many(connection, _COUNT_MINUTE, [(*key, calls) for key, calls in sorted(self._minutes.items())])
        execute_many(connection, _COUNT_HOUR, self._hours())
        execute_many(connection, _RAISE_PEAK, [(*key, *peak) for key, peak in sorted(self._peaks.items())])
        execute_many(connection, _NOTE_ADDRESS, [(*key, *times) for key, times in sorted(self._addresses.items())])
        seen.forget(_forget_addresses(connection, seen.keys_with_new(self._addresses)))
        execute_many(connection, _COUNT_REFUSAL, self._bounded_refusals(connection, bound))

    def _note_address(self, api_key_id: str, address: str, at: int, calls: int) -> None:
        seen = self._addresses.get((api_key_id, address))
        if seen is None:
            self._addresses[api_key_id, address] = [at, at, calls]
            return
        if at > seen[1]:
            seen[1] = at
        elif at < seen[0]:
            seen[0] = at
        seen[2] += calls

    def _note_peak(self, api_key_id: str, hour: int, call: CallEntry) -> None:
        used, limit = call.used or 0, call.max_requests or 1
        known = self._peaks.get((api_key_id, hour))
        if known is None or used * known[1] > known[0] * limit:
            self._peaks[api_key_id, hour] = (used, limit, call.window_seconds or 0)

    def _hours(self) -> list[tuple[str, int, str, int]]:
        hours: dict[tuple[str, int, str], int] = {}
        for (api_key_id, minute, code), calls in self._minutes.items():
            key = (api_key_id, minute // _MINUTES_PER_HOUR, code)
            hours[key] = hours.get(key, 0) + calls
        return [(*key, calls) for key, calls in sorted(hours.items())]

    def _bounded_refusals(self, connection: Connection, bound: RefusalBound) -> list[tuple[Any, ...]]:
        if not self._refusals:
            return []
        bound.learn(connection, {minute for minute, _, _ in self._refusals})
        sums: dict[tuple[int, str, str], int] = {}
        for (minute, address, code), calls in self._refusals.items():
            key = (minute, bound.name(minute, address), code)
            sums[key] = sums.get(key, 0) + calls
        return [(*key, calls) for key, calls in sorted(sums.items())]


def _newest(uses: Mapping[str, tuple[int, str]]) -> list[tuple[int, str, str, int]]:
    return [(at, address, api_key_id, at) for api_key_id, (at, address) in sorted(uses.items())]


def storable_address(address: str) -> str:
    """What the columns take of it."""
    return address.replace("\0", "")[:_ADDRESS_CHARACTERS]


def _forget_addresses(connection: Connection, api_key_ids: Collection[str]) -> list[str]:
    """Of each key that has too many, those seen longest ago; which keys that were."""
    crowded: list[str] = []
    for some in chunks(sorted(api_key_ids)):
        key = ApiKeyAddressRow.api_key_id
        query = select(key).where(key.in_(some)).group_by(key).having(func.count() > ADDRESSES_PER_KEY)
        crowded += sorted(connection.scalars(query))
    execute_many(connection, _FORGET_ADDRESSES, [(which, which, ADDRESSES_PER_KEY) for which in crowded])
    return crowded
