"""Refused calls one by one, for the question why: each that can be kept; a flood is counted, but fills no disk.

Of a key, or of an address that came without a known one, 300 refusals a minute and 3,000 an hour are kept; of all
calls without a known key 10,000 an hour, and 30,000 an hour altogether. A long explanation counts several times, for
its room. With 7 days of keeping this is at most about 4 GB, whatever comes; each housekeeper counts for itself.
Calls that reached their rule chain stand among the executions instead.
"""

from collections import Counter
from collections.abc import Collection

from sqlalchemy import BigInteger, Connection, func, select, type_coerce

from ss_admin.backend.housekeeping.usage import storable_address
from ss_admin.backend.journal.entries import CallEntry
from ss_admin.backend.store.bulk import execute_many
from ss_admin.backend.store.tables import RefusalRow
from ss_admin.contract.refusals import REFUSALS_A_MINUTE

__all__ = ["KeptRefusals", "RefusedCalls"]

HOUR_US = 3_600_000_000
MINUTE_US = 60_000_000
_OK = 200
_MOST_DETAIL = 4000
_SHARE_CHARACTERS = 400
_HOURS_KEPT = 3

_KEEP = """
    INSERT INTO refusals (request_id, at, status, code, detail, address, api_key_id, rulechain_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (request_id) DO NOTHING
"""

Source = tuple[str | None, str]
"""The key, or None and the address."""


class KeptRefusals:
    """How many refusals are kept already, by their sources; says of each further one whether it is kept, too."""

    def __init__(
        self,
        *,
        a_minute: int = REFUSALS_A_MINUTE,
        an_hour: int = 3000,
        without_key: int = 10_000,
        altogether: int = 30_000,
    ) -> None:
        self._a_minute, self._an_hour = a_minute, an_hour
        self._without_key, self._altogether = without_key, altogether
        self._hours: dict[int, _Hour] = {}

    def learn(self, connection: Connection, hours: Collection[int]) -> None:
        """Find out what of these hours is in the database, where that is not known."""
        for hour in sorted(hours):
            if hour not in self._hours:
                self._hours[hour] = _read_hour(connection, hour)
        for oldest in sorted(set(self._hours) - set(hours))[:-_HOURS_KEPT]:
            del self._hours[oldest]

    def keep(self, call: CallEntry, source: Source, detail: str) -> bool:
        """Whether this one is kept; the same when it is asked again. `learn` has been asked about its hour."""
        hour = self._hours[call.at_us // HOUR_US]
        if call.request_id in hour.request_ids:
            return True
        in_minute = (*source, call.at_us // MINUTE_US)
        if (
            hour.total >= self._altogether
            or hour.by_minute[in_minute] >= self._a_minute
            or hour.by_source[source] >= self._an_hour
            or (source[0] is None and hour.without_key >= self._without_key)
        ):
            return False
        hour.request_ids.add(call.request_id)
        hour.add(source, in_minute, 1, _shares(len(detail)))
        return True


class _Hour:
    """What is kept of an hour, in shares of its room."""

    __slots__ = ("by_minute", "by_source", "request_ids", "total", "without_key")

    def __init__(self) -> None:
        self.request_ids: set[str] = set()
        self.by_minute: Counter[tuple[str | None, str, int]] = Counter()
        self.by_source: Counter[Source] = Counter()
        self.total = self.without_key = 0

    def add(self, source: Source, in_minute: tuple[str | None, str, int], calls: int, shares: int) -> None:
        self.by_minute[in_minute] += calls
        self.by_source[source] += shares
        self.total += shares
        if source[0] is None:
            self.without_key += shares


class RefusedCalls:
    """The refused ones among many calls. `write` may be called again where a transaction was undone."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: list[CallEntry] = []

    def add(self, call: CallEntry) -> None:
        """One more call, which reached no rule chain."""
        if call.status != _OK:
            self._calls.append(call)

    def write(self, connection: Connection, kept: KeptRefusals) -> None:
        """In the caller's transaction."""
        if not self._calls:
            return
        kept.learn(connection, {call.at_us // HOUR_US for call in self._calls})
        rows = []
        for call in self._calls:
            address = storable_address(call.address)
            detail = _storable(call.detail)
            source = (call.api_key_id, "") if call.api_key_id else (None, address)
            if kept.keep(call, source, detail):
                rows.append(
                    (
                        call.request_id,
                        call.at_us,
                        call.status,
                        call.code,
                        detail,
                        address,
                        call.api_key_id,
                        call.rulechain_id,
                    )
                )
        execute_many(connection, _KEEP, rows)


def _read_hour(connection: Connection, number: int) -> _Hour:
    at = type_coerce(RefusalRow.at, BigInteger)
    minute = at // MINUTE_US
    query = (
        select(
            RefusalRow.api_key_id,
            RefusalRow.address,
            minute,
            func.count(),
            func.sum(1 + func.length(RefusalRow.detail) // _SHARE_CHARACTERS),
        )
        .where(at >= number * HOUR_US, at < (number + 1) * HOUR_US)
        .group_by(RefusalRow.api_key_id, RefusalRow.address, minute)
    )
    hour = _Hour()
    for api_key_id, address, when, calls, shares in connection.execute(query):
        source = (api_key_id, "") if api_key_id else (None, address)
        hour.add(source, (*source, int(when)), int(calls), int(shares))
    return hour


def _shares(characters: int) -> int:
    return 1 + characters // _SHARE_CHARACTERS


def _storable(detail: str) -> str:
    """What both databases take."""
    clean = detail.replace("\0", "\ufffd")[:_MOST_DETAIL]
    try:
        clean.encode()
    except UnicodeEncodeError:
        return clean.encode("utf-8", "replace").decode()
    return clean
