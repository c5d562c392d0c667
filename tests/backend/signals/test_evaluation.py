"""What becomes of a signal in time: acknowledged, told anew, gone; and that looking alone writes nothing."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.signals.evaluation import Evaluation, SignalWatch
from ss_admin.backend.store.engine import StoreUnavailable
from ss_admin.backend.store.tables import ApiKeyRow, SignalRow
from ss_admin.contract.api_keys import ApiKeyChange, ApiKeyStatus
from ss_admin.contract.signals import SignalKind
from tests.support.api_keys import plant, varied_seeds
from tests.support.backend import PEPPER
from tests.support.histories import NOW
from tests.support.watching import eventually

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def acknowledge(store):
    with store.writing() as session:
        values = {"acknowledged_at": NOW, "acknowledged_by_id": "ada", "acknowledged_by_name": "Ada"}
        session.execute(update(SignalRow).values(**values, acknowledged_note="Seen."))


def forgotten_job(past):
    """An expired key that is called now and then."""
    past.make_key(expires_at=NOW - 3 * DAY)
    past.call(NOW - HOUR, 1, "expired_api_key")
    return past.signals()[SignalKind.USED_AFTER_END]


def test_acknowledged_stays_so_on_the_same_day_and_is_open_again_on_the_next(past):
    before = forgotten_job(past)
    acknowledge(past.store)
    past.call(NOW + MINUTE, 4, "expired_api_key")
    same = past.signals(NOW + 2 * MINUTE)[SignalKind.USED_AFTER_END]
    assert (same.id, same.acknowledged_note, same.facts["calls"]) == (before.id, "Seen.", 5)
    past.call(NOW + DAY, 1, "expired_api_key")
    anew = past.signals(NOW + DAY + MINUTE)[SignalKind.USED_AFTER_END]
    assert (anew.id, anew.since) == (before.id, before.since)
    assert (anew.acknowledged_at, anew.acknowledged_by_id, anew.acknowledged_note) == (None, None, None)
    assert anew.evidence_at > before.evidence_at


def test_a_housekeeper_whose_look_for_wrong_keys_is_older_takes_nothing_back_that_another_told(past):
    """Nor does it change it: else an acknowledgement would go with it."""
    past.make_key()
    past.call(NOW - HOUR)
    assert past.signals() == {}
    past.call(NOW + MINUTE, 60, "invalid_api_key", api_key_id=None)
    past.drain()
    Evaluation(past.store).look(NOW + 2 * MINUTE)
    acknowledge(past.store)
    for columns, minutes in ({"name": "Renamed"}, 3), ({"rate_max_requests": 7}, 4):
        past.change_key(**columns)
        stays = past.signals(NOW + minutes * MINUTE)[SignalKind.FAILED_AUTHENTICATIONS]
        assert (stays.facts["calls"], stays.acknowledged_note) == (60, "Seen.")
    past.call(NOW + 4 * MINUTE, 20, "invalid_api_key", api_key_id=None)
    assert past.signals(NOW + 6 * MINUTE)[SignalKind.FAILED_AUTHENTICATIONS].facts["calls"] == 80
    past.change_key(status="disabled")
    assert past.signals(NOW + 7 * MINUTE) == {}


def test_many_calls_where_few_were_acknowledged_are_new_evidence(past):
    forgotten_job(past)
    acknowledge(past.store)
    past.call(NOW + MINUTE, 60, "expired_api_key")
    graver = past.signals(NOW + 2 * MINUTE)[SignalKind.USED_AFTER_END]
    assert (graver.severity, graver.acknowledged_at) == ("alert", None)
    acknowledge(past.store)
    past.call(NOW + 3 * MINUTE, 60, "expired_api_key")
    assert past.signals(NOW + 4 * MINUTE)[SignalKind.USED_AFTER_END].acknowledged_note == "Seen."


def test_what_was_found_while_the_store_went_away_is_told_when_it_is_back(past, monkeypatch):
    past.make_key(created_at=NOW - 20 * DAY)
    past.call(NOW - 2 * DAY, 3)
    past.signals()
    past.call(NOW + MINUTE, 80, "malformed_api_key", api_key_id=None)
    past.drain()

    def away(*_):
        raise StoreUnavailable("the store cannot be reached")

    later = NOW + 10 * MINUTE
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(past.evaluation, "judge_keys", away)
        with pytest.raises(StoreUnavailable):
            past.evaluation.look(later)
    past.evaluation.look(later + timedelta(seconds=2))
    assert set(past.standing()) == {SignalKind.FAILED_AUTHENTICATIONS}


def test_a_clock_that_is_put_back_is_not_waited_for(past):
    past.make_key(expires_at=NOW - 3 * DAY)
    past.signals(NOW + 2 * HOUR)
    past.call(NOW, 1, "expired_api_key")
    assert set(past.signals(NOW + MINUTE)) == {SignalKind.USED_AFTER_END}


def test_it_goes_a_week_after_the_last_of_it(past):
    forgotten_job(past)
    assert past.signals(NOW + 6 * DAY)
    assert past.signals(NOW + 7 * DAY) == {}


def test_it_goes_as_soon_as_an_administrator_has_answered_it(past):
    past.make_key(expires_at=None, created_at=NOW - 10 * DAY, last_used_at=NOW)
    assert set(past.signals()) == {SignalKind.NEVER_EXPIRES}
    ApiKeysService(past.store, PEPPER.encode()).change(
        past.actor, past.key, ApiKeyChange(expires_at=NOW + 4000 * DAY), None
    )
    past.evaluation.look(NOW + timedelta(seconds=2))
    assert past.standing() == {}


def test_a_key_that_ends_keeps_only_what_comes_after(past):
    past.make_key(expires_at=NOW + DAY, created_at=NOW - 80 * DAY)
    past.call_each_hour(4, lambda hour: hour.hour == 8)
    past.call(NOW - HOUR, 2, address="198.51.100.9")
    assert set(past.signals()) == {SignalKind.EXPIRES_SOON, SignalKind.NEW_ADDRESS}
    assert past.signals(NOW + DAY) == {}
    past.call(NOW + DAY + HOUR, 2, "expired_api_key", address="198.51.100.9")
    assert set(past.signals(NOW + DAY + 2 * HOUR)) == {SignalKind.USED_AFTER_END}


def test_another_new_address_is_new_evidence(past):
    past.make_key()
    past.call_each_hour(4, lambda hour: hour.hour == 8)
    past.call(NOW - HOUR, 2, address="198.51.100.9")
    past.signals()
    acknowledge(past.store)
    past.call(NOW + MINUTE, 2, address="198.51.100.9")
    assert past.signals(NOW + 2 * MINUTE)[SignalKind.NEW_ADDRESS].acknowledged_at
    past.call(NOW + 3 * MINUTE, 2, address="198.51.100.10")
    found = past.signals(NOW + 4 * MINUTE)[SignalKind.NEW_ADDRESS]
    assert (found.acknowledged_at, found.facts["new_addresses"]) == (None, ["198.51.100.10", "198.51.100.9"])


def test_an_unused_key_that_is_used_again(past):
    past.make_key(created_at=NOW - 100 * DAY)
    assert set(past.signals()) == {SignalKind.UNUSED}
    past.call(NOW, 1)
    assert set(past.signals(NOW + MINUTE)) == {SignalKind.OLD}


def test_many_keys_are_told_once_and_looking_again_writes_nothing(past):
    plant(past.store, past.tenant, past.user, varied_seeds(700))
    past.evaluation.look(NOW)
    with past.store.reading() as session:
        before = {row.id: row.evidence_key for row in session.scalars(select(SignalRow))}
    assert len(before) > 300
    written = []
    event.listen(
        past.store.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: written.append(statement) if "signals" in statement.split("(")[0] else None,
    )
    Evaluation(past.store).look(NOW + MINUTE)
    assert [statement for statement in written if statement.lstrip().startswith(("INSERT", "DELETE", "UPDATE"))] == []
    with past.store.reading() as session:
        assert {row.id: row.evidence_key for row in session.scalars(select(SignalRow))} == before


def test_several_at_once_tell_each_signal_once(past):
    plant(past.store, past.tenant, past.user, varied_seeds(300))
    faults = []

    def look():
        try:
            Evaluation(past.store).look(NOW)
            with past.store.writing() as session:
                session.execute(update(ApiKeyRow).values(expires_at=None, status=ApiKeyStatus.ACTIVE.value))
            Evaluation(past.store).look(NOW + MINUTE)
        except Exception as fault:  # noqa: BLE001 - told by the test
            faults.append(fault)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with past.store.reading() as session:
        kinds = [row.kind for row in session.scalars(select(SignalRow))]
    assert kinds.count(SignalKind.NEVER_EXPIRES) == 300
    assert SignalKind.EXPIRES_SOON not in kinds


def test_the_housekeepings_thread_tells_within_seconds_what_was_changed(past):
    watch = SignalWatch(past.store, look_seconds=0.05)
    watch.start()
    try:
        past.make_key(expires_at=None)
        eventually(lambda: SignalKind.NEVER_EXPIRES in past.standing())
        past.delete_key(NOW)
        eventually(lambda: not past.standing())
    finally:
        watch.close()
