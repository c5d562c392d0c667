"""The history of use: calls per key and minute, the last addresses, refusals without a key, and each key's last use.

Sums are made in memory for a batch of calls; each table then gets a few rows, in the order of its key, so that two
housekeepers of one database wait for each other in turn and never crosswise.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from ss_admin.backend.journal.entries import CallEntry
from ss_admin.backend.store.bulk import execute_many
from ss_admin.backend.store.chunks import chunks
from ss_admin.backend.store.tables import AddressRefusalRow, ApiKeyAddressRow

__all__ = ["ADDRESSES_PER_KEY", "ADDRESSES_PER_MINUTE", "OTHER_ADDRESSES", "RefusalBound", "Usage"]

ADDRESSES_PER_KEY = 5
ADDRESSES_PER_MINUTE = 1000
"""Addresses whose refusals in a minute are told apart; those of all others are one sum."""

OTHER_ADDRESSES = "other"
MINUTE_US = 60_000_000

_MINUTES_KEPT = 10
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


class Usage:
    """What many calls add to the history. `write` may be called again where a transaction was undone."""

    __slots__ = ("_addresses", "_minutes", "_refusals", "_tries", "_uses")

    def __init__(self) -> None:
        self._minutes: dict[tuple[str, int, str], int] = {}
        self._addresses: dict[tuple[str, str], list[int]] = {}
        self._refusals: dict[tuple[int, str, str], int] = {}
        self._uses: dict[str, tuple[int, str]] = {}
        self._tries: dict[str, tuple[int, str]] = {}

    def add(self, call: CallEntry) -> None:
        """One more call. A key that is refused by 401 was tried, which is no use of it."""
        at, address, api_key_id = call.at_us, call.address, call.api_key_id
        if len(address) > _ADDRESS_CHARACTERS or "\0" in address:
            address = address.replace("\0", "")[:_ADDRESS_CHARACTERS]
        minute = at // MINUTE_US
        if api_key_id is None:
            refusal = (minute, address, call.code)
            self._refusals[refusal] = self._refusals.get(refusal, 0) + 1
            return
        counted = (api_key_id, minute, call.code)
        self._minutes[counted] = self._minutes.get(counted, 0) + 1
        self._note_address(api_key_id, address, at)
        if call.key_was_deleted:
            latest = self._tries
        elif call.status == _UNAUTHORIZED:
            return
        else:
            latest = self._uses
        known = latest.get(api_key_id)
        if known is None or known[0] <= at:
            latest[api_key_id] = (at, address)

    def write(self, connection: Connection, bound: RefusalBound) -> None:
        """In the caller's transaction. The keys' versions do not move."""
        execute_many(connection, _USE_KEY, _newest(self._uses))
        execute_many(connection, _TRY_DELETED_KEY, _newest(self._tries))
        execute_many(connection, _COUNT_MINUTE, [(*key, calls) for key, calls in sorted(self._minutes.items())])
        execute_many(connection, _NOTE_ADDRESS, [(*key, *seen) for key, seen in sorted(self._addresses.items())])
        self._forget_addresses(connection)
        execute_many(connection, _COUNT_REFUSAL, self._bounded_refusals(connection, bound))

    def _note_address(self, api_key_id: str, address: str, at: int) -> None:
        seen = self._addresses.get((api_key_id, address))
        if seen is None:
            self._addresses[api_key_id, address] = [at, at, 1]
            return
        if at > seen[1]:
            seen[1] = at
        elif at < seen[0]:
            seen[0] = at
        seen[2] += 1

    def _forget_addresses(self, connection: Connection) -> None:
        for some in chunks(sorted({api_key_id for api_key_id, _ in self._addresses})):
            key = ApiKeyAddressRow.api_key_id
            crowded = select(key).where(key.in_(some)).group_by(key).having(func.count() > ADDRESSES_PER_KEY)
            found = sorted(connection.scalars(crowded))
            execute_many(connection, _FORGET_ADDRESSES, [(which, which, ADDRESSES_PER_KEY) for which in found])

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
