"""The history goes when it is too old, minute by minute, and nothing of what is young goes with it."""

import time

from sqlalchemy import insert, select

from ss_admin.backend.housekeeping.trimming import (
    ADDRESS_REFUSAL_DAYS,
    API_KEY_MINUTE_DAYS,
    HistoryTrimmer,
    trim_history,
)
from ss_admin.backend.store.tables import AddressRefusalRow, ApiKeyMinuteRow
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
