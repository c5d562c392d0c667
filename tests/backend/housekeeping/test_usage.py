"""Usage per key and minute, last uses and addresses equal a ledger of the calls; a flood fills no table."""

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from ss_admin.backend.housekeeping import usage as usage_module
from ss_admin.backend.housekeeping.usage import (
    ADDRESSES_PER_MINUTE,
    MINUTE_US,
    OTHER_ADDRESSES,
    RefusalBound,
    SeenAddresses,
    Usage,
)
from ss_admin.backend.journal.entries import decode_entry
from ss_admin.backend.store.tables import (
    AddressRefusalRow,
    ApiKeyAddressRow,
    ApiKeyHourRow,
    ApiKeyMinuteRow,
    ApiKeyPeakRow,
    ApiKeyRow,
    TombstoneRow,
)
from ss_admin.backend.store.types import to_microseconds
from tests.support.journaled_calls import a_call

NOON_US = 1_900_000_000_000_000 // MINUTE_US * MINUTE_US
HOUR_US = 60 * MINUTE_US
FEW = 5
CODES = {"succeeded": 200, "rate_limited": 429, "api_key_disabled": 401, "payload_mismatch": 422}
LIMITS = [(1, 100), (99, 100), (100, 100), (9, 10), (900_000, 1_000_000), (1_000_000, 1_000_000)]
"""Used, of how many: their products do not fit into 32 bits."""

calls = st.builds(
    lambda key, second, address, code, used: decode_entry(
        a_call(
            api_key_id=key,
            at_us=NOON_US + second * 1_000_000,
            address=f"203.0.113.{address}",
            code=code,
            status=CODES[code],
            **used,
        )
    ),
    st.sampled_from(["a", "b", None]),
    st.integers(0, 8000),
    st.integers(0, 9),
    st.sampled_from(sorted(CODES)),
    st.sampled_from([{}, *({"used": n, "max_requests": m, "window_seconds": 60} for n, m in LIMITS)]),
)


def write(store, batch, bound=None, seen=None):
    usage = Usage()
    for call in batch:
        usage.add(call)
    with store.writing() as session:
        usage.write(session.connection(), bound or RefusalBound(), seen or SeenAddresses())


def test_minutes_hours_peaks_and_addresses_equal_a_ledger(store, monkeypatch):
    monkeypatch.setattr(usage_module, "ADDRESSES_PER_KEY", FEW)

    @given(st.lists(st.lists(calls, max_size=30), max_size=5), st.sampled_from([3, 1000]))
    def check(batches, remembered):
        with store.writing() as session:
            for table in (ApiKeyMinuteRow, ApiKeyHourRow, ApiKeyPeakRow, ApiKeyAddressRow, AddressRefusalRow):
                session.execute(delete(table))
        bound, seen_before = RefusalBound(), SeenAddresses(limit=remembered)
        for batch in batches:
            write(store, batch, bound, seen_before)
        made = [call for batch in batches for call in batch]
        with store.reading() as session:
            minutes = session.scalars(select(ApiKeyMinuteRow)).all()
            refusals = session.scalars(select(AddressRefusalRow)).all()
            seen = session.scalars(select(ApiKeyAddressRow)).all()
            hours = session.scalars(select(ApiKeyHourRow)).all()
            peaks = session.scalars(select(ApiKeyPeakRow)).all()
        assert {(row.api_key_id, row.hour, row.code): row.calls for row in hours} == Counter(
            (call.api_key_id, call.at_us // HOUR_US, call.code) for call in made if call.api_key_id
        )
        check_peaks(made, peaks)
        assert {(row.api_key_id, row.minute, row.code): row.calls for row in minutes} == Counter(
            (call.api_key_id, call.at_us // MINUTE_US, call.code) for call in made if call.api_key_id
        )
        assert {(row.minute, row.address, row.code): row.calls for row in refusals} == Counter(
            (call.at_us // MINUTE_US, call.address, call.code) for call in made if not call.api_key_id
        )
        for key in ("a", "b"):
            check_addresses([call for call in made if call.api_key_id == key], [r for r in seen if r.api_key_id == key])

    check()


def check_peaks(made, peaks):
    """The fullest window of each key and hour, as a share of its limit."""
    fullest = {}
    for call in made:
        if call.api_key_id and call.used is not None:
            hour = (call.api_key_id, call.at_us // HOUR_US)
            fullest[hour] = max(fullest.get(hour, Fraction(0)), Fraction(call.used, call.max_requests))
    assert {(row.api_key_id, row.hour): Fraction(row.used, row.max_requests) for row in peaks} == fullest


def check_addresses(made, seen):
    """Those that were seen last of all, whatever came in which batch. Where none was forgotten, all is exact."""
    every = {call.address: [c.at_us for c in made if c.address == call.address] for call in made}
    last = {row.address: to_microseconds(row.last_seen_at) for row in seen}
    if len(every) <= FEW:
        assert last == {address: max(moments) for address, moments in every.items()}
        assert {row.address: row.calls for row in seen} == {address: len(moments) for address, moments in every.items()}
        first = {row.address: to_microseconds(row.first_seen_at) for row in seen}
        assert first == {address: min(moments) for address, moments in every.items()}
    else:
        newest = sorted((max(moments) for moments in every.values()), reverse=True)[:FEW]
        assert sorted(last.values(), reverse=True) == newest


def test_a_use_is_the_newest_one_and_moves_no_version(store, key):
    for second, status in ((5, 200), (3, 200), (9, 401), (7, 429)):
        moment = NOON_US + second * 1_000_000
        write(store, [decode_entry(a_call(api_key_id=key.id, at_us=moment, address=f"::{second}", status=status))])
    with store.reading() as session:
        row = session.scalars(select(ApiKeyRow).where(ApiKeyRow.id == key.id)).one()
    assert (to_microseconds(row.last_used_at), row.last_used_address) == (NOON_US + 7_000_000, "::7")
    assert row.version == key.version


def test_a_deleted_key_is_tried_not_used(store, deleted_key):
    call = decode_entry(a_call(api_key_id=deleted_key, at_us=NOON_US, address="::1", status=401, key_was_deleted=True))
    write(store, [call._replace(at_us=NOON_US - 5), call])
    with store.reading() as session:
        row = session.scalars(select(TombstoneRow).where(TombstoneRow.api_key_id == deleted_key)).one()
    assert (to_microseconds(row.last_tried_at), row.last_tried_address) == (NOON_US, "::1")


def test_a_flood_from_everywhere_is_counted_whole_in_few_rows(store):
    bound, count = RefusalBound(), 3 * ADDRESSES_PER_MINUTE
    flood = [
        decode_entry(
            a_call(api_key_id=None, status=401, code="invalid_api_key", at_us=NOON_US, address=f"2001:db8::{n:x}")
        )
        for n in range(count)
    ]
    for begin in range(0, count, 500):
        write(store, flood[begin : begin + 500], bound)
    write(store, flood[-500:], RefusalBound())  # another process, which does not know what the first one counted
    with store.reading() as session:
        rows, total = session.execute(
            select(func.count(), func.sum(AddressRefusalRow.calls)).select_from(AddressRefusalRow)
        ).one()
        other = session.scalar(select(AddressRefusalRow.calls).where(AddressRefusalRow.address == OTHER_ADDRESSES))
    assert (rows, int(total)) == (ADDRESSES_PER_MINUTE + 1, count + 500)
    assert other == 2 * ADDRESSES_PER_MINUTE + 500


def test_each_minute_of_a_flood_has_its_own_bound(store):
    bound = RefusalBound(limit=2)
    for minute in range(30):
        batch = [
            decode_entry(
                a_call(api_key_id=None, status=401, code="x", at_us=NOON_US + minute * MINUTE_US, address=f"::{n}")
            )
            for n in range(4)
        ]
        write(store, batch, bound)
    with store.reading() as session:
        per_minute = session.execute(
            select(func.count(), func.sum(AddressRefusalRow.calls)).group_by(AddressRefusalRow.minute)
        ).all()
    assert [(rows, int(total)) for rows, total in per_minute] == [(3, 4)] * 30
