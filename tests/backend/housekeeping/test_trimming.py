"""The history goes when it is too old, minute by minute, and nothing of what is young goes with it."""

import time

from sqlalchemy import func, insert, select

from ss_admin.backend.housekeeping.trimming import (
    ADDRESS_DAYS,
    ADDRESS_REFUSAL_DAYS,
    API_KEY_MINUTE_DAYS,
    HistoryTrimmer,
    trim_addresses,
    trim_history,
)
from ss_admin.backend.store.tables import (
    AddressRefusalRow,
    ApiKeyAddressRow,
    ApiKeyHourRow,
    ApiKeyMinuteRow,
    ApiKeyPeakRow,
    RefusalRow,
)
from ss_admin.backend.store.types import from_microseconds, to_microseconds
from ss_admin.contract.refusals import REFUSAL_DAYS
from tests.support.watching import eventually


def plant(store, table, minutes, **values):
    with store.writing() as session:
        session.execute(insert(table), [{"minute": minute, "code": "x", "calls": 1, **values} for minute in minutes])


def kept(store, table):
    with store.reading() as session:
        return sorted(session.scalars(select(table.minute)))


def test_only_what_is_too_old_goes_on_its_own(store):
    now = int(time.time()) // 60
    young = [now - API_KEY_MINUTE_DAYS * 1440 + 5, now]
    plant(
        store, ApiKeyMinuteRow, [now - API_KEY_MINUTE_DAYS * 1440 - age for age in (1, 2, 5000)] + young, api_key_id="k"
    )
    recent = [now - ADDRESS_REFUSAL_DAYS * 1440 + 5, now]
    plant(
        store, AddressRefusalRow, [now - ADDRESS_REFUSAL_DAYS * 1440 - age for age in (1, 60)] + recent, address="::1"
    )
    trimmer = HistoryTrimmer(store)
    trimmer.start()
    eventually(lambda: len(kept(store, ApiKeyMinuteRow) + kept(store, AddressRefusalRow)) == 4, seconds=20)
    trimmer.close()
    assert kept(store, ApiKeyMinuteRow) == young
    assert kept(store, AddressRefusalRow) == recent
    assert trim_history(store) == 0


def test_hours_peaks_refusals_and_addresses_go_too(store):
    hour, now_us = int(time.time()) // 3600, time.time_ns() // 1000
    hours = [hour - API_KEY_MINUTE_DAYS * 24 - 2, hour - API_KEY_MINUTE_DAYS * 24 + 1, hour]
    day_us, minute_us = 86_400_000_000, 60_000_000
    refused = [now_us - REFUSAL_DAYS * day_us - age * minute_us for age in (5000, 30, 1, -5)] + [now_us]
    seen = [now_us - ADDRESS_DAYS * day_us - minute_us, now_us - ADDRESS_DAYS * day_us + minute_us, now_us]
    with store.writing() as session:
        session.execute(insert(ApiKeyHourRow), [{"api_key_id": "k", "hour": h, "code": "x", "calls": 1} for h in hours])
        peak = {"used": 1, "max_requests": 2, "window_seconds": 60}
        session.execute(insert(ApiKeyPeakRow), [{"api_key_id": "k", "hour": h, **peak} for h in hours])
        refusal = {"status": 401, "code": "x", "detail": "", "address": "::1"}
        session.execute(
            insert(RefusalRow),
            [{"request_id": str(at), "at": from_microseconds(at), **refusal} for at in refused],
        )
        session.execute(
            insert(ApiKeyAddressRow),
            [
                {"api_key_id": "k", "address": str(n), "first_seen_at": from_microseconds(at), "calls": 1}
                | {"last_seen_at": from_microseconds(at)}
                for n, at in enumerate(seen)
            ],
        )
    while trim_history(store):
        pass
    assert (trim_addresses(store), trim_addresses(store)) == (1, 0)
    with store.reading() as session:
        assert sorted(session.scalars(select(ApiKeyHourRow.hour))) == hours[1:]
        assert sorted(session.scalars(select(ApiKeyPeakRow.hour))) == hours[1:]
        assert sorted(map(to_microseconds, session.scalars(select(RefusalRow.at)))) == refused[3:]
        assert session.scalar(select(func.count()).select_from(ApiKeyAddressRow)) == 2
