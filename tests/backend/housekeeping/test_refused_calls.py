"""Each refused call is kept for the question why, a flood only in part; what no database takes is made storable."""

import pytest
from sqlalchemy import func, select

from ss_admin.backend.housekeeping.refused_calls import HOUR_US, KeptRefusals, RefusedCalls
from ss_admin.backend.journal.entries import decode_entry
from ss_admin.backend.store.tables import RefusalRow
from tests.support.journaled_calls import MINUTE_US, a_call

NOON_US = 1_900_000_000_000_000 // HOUR_US * HOUR_US


def refused(count=1, **values):
    standard = {"status": 401, "code": "disabled_api_key", "at_us": NOON_US, "detail": "It is disabled."}
    return [decode_entry(a_call(**standard | values)) for _ in range(count)]


@pytest.fixture
def write(store):
    def write(calls, kept):
        refusals = RefusedCalls()
        for call in calls:
            refusals.add(call)
        with store.writing() as session:
            refusals.write(session.connection(), kept)

    return write


def count_kept(store, *conditions):
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(RefusalRow).where(*conditions))


def test_a_refusal_is_kept_with_all_that_is_known_of_it(write, store):
    [call] = refused(rulechain_id="c-1", api_key_id="k-1", request_id="r-1")
    write([call, *refused(status=200, code="succeeded")], KeptRefusals())
    with store.reading() as session:
        [row] = session.scalars(select(RefusalRow))
    assert (row.request_id, row.status, row.code, row.detail) == ("r-1", 401, "disabled_api_key", "It is disabled.")
    assert (row.address, row.api_key_id, row.rulechain_id) == ("203.0.113.7", "k-1", "c-1")


def test_the_same_refusal_twice_is_one(write, store):
    kept, [call] = KeptRefusals(), refused()
    write([call], kept)
    write([call], kept)
    write([call], KeptRefusals())
    assert count_kept(store) == 1


@pytest.mark.parametrize("restarts", [False, True], ids=["one process", "restarted after each batch"])
def test_a_flood_is_kept_in_part_and_keeps_no_other_source_out(write, store, restarts):
    kept = KeptRefusals(a_minute=20, an_hour=50, without_key=60, altogether=1000)
    flood = [
        call
        for minute in range(5)
        for call in refused(40, api_key_id="flooded", at_us=NOON_US + minute * MINUTE_US)
        + refused(10, api_key_id=None, address=f"2001:db8::{minute}", at_us=NOON_US + minute * MINUTE_US)
        + refused(30, api_key_id=None, address="::1", at_us=NOON_US + minute * MINUTE_US)
        + refused(1, api_key_id="quiet", at_us=NOON_US + minute * MINUTE_US)
    ]
    for begin in range(0, len(flood), 60):
        if restarts:
            kept = KeptRefusals(a_minute=20, an_hour=50, without_key=60, altogether=1000)
        write(flood[begin : begin + 60], kept)
    assert count_kept(store, RefusalRow.api_key_id == "flooded") == 50
    assert count_kept(store, RefusalRow.api_key_id == "quiet") == 5
    assert count_kept(store, RefusalRow.api_key_id.is_(None)) == 60
    write(refused(5, api_key_id="flooded", at_us=NOON_US + HOUR_US), kept)
    assert count_kept(store, RefusalRow.api_key_id == "flooded") == 55


def test_long_explanations_take_their_room(write, store):
    kept = KeptRefusals(an_hour=30)
    write(refused(10, detail="x" * 4000, api_key_id="a"), kept)
    write(refused(40, detail="short", api_key_id="b"), kept)
    assert count_kept(store, RefusalRow.api_key_id == "a") == 3
    assert count_kept(store, RefusalRow.api_key_id == "b") == 30


def test_an_hour_has_a_bound_whatever_comes(write, store):
    kept = KeptRefusals(altogether=100)
    for number in range(20):
        write(refused(10, api_key_id=f"key {number}"), kept)
    assert count_kept(store) == 100


def test_what_no_database_takes_is_made_storable(write, store):
    [call] = refused(detail="a\0b", address="::1\0" + "x" * 80)
    write([call, call._replace(request_id="other", detail="\ud800" + "y" * 9000)], KeptRefusals())
    with store.reading() as session:
        rows = {row.request_id: row for row in session.scalars(select(RefusalRow))}
    assert rows[call.request_id].detail == "a\ufffdb"
    assert len(rows[call.request_id].address) == 45
    assert rows["other"].detail == "?" + "y" * 3999
