"""The watch over changes: each is told once, in order, soon, and none is missed."""

import threading
import time
from functools import partial

import pytest
from sqlalchemy import delete, text

from ss_admin.backend.propagation.watch import FRESH_SECONDS, ChangeWatch
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ChangeRow
from ss_admin.contract.api_keys import ApiKeyStatus
from tests.support.at_once import at_once
from tests.support.changing import Changing
from tests.support.watching import eventually


def test_creation_change_and_deletion_of_keys_and_chains_are_told_in_order(changing, watch_over, store):
    watching = watch_over(store).start()
    key = changing.new_key()
    changing.disable(key)
    chain = changing.new_chain("c1")
    changing.api_keys.delete(changing.actor, key)
    eventually(lambda: len(watching.changes) == 4)
    assert [(change.kind, change.object_id) for change in watching.changes] == [
        ("api_key", key),
        ("api_key", key),
        ("rule_chain", chain),
        ("api_key", key),
    ]
    assert watching.revisions == sorted(set(watching.revisions))
    digests = {change.digest for change in watching.changes if change.kind == "api_key"}
    assert [type(digest) for digest in digests] == [bytes]
    assert [change.digest for change in watching.changes if change.kind == "rule_chain"] == [None]


def test_use_of_a_key_is_no_change(changing, watch_over, store):
    key = changing.new_key()
    watching = watch_over(store).start()
    with store.writing() as session:
        session.execute(text("UPDATE api_keys SET last_used_at = 5, last_used_address = '203.0.113.9'"))
    changing.disable(key)
    eventually(lambda: watching.changes)
    assert len(watching.changes) == 1


def test_change_of_this_process_is_told_before_catch_up_returns(changing, watch_over, store):
    watching = watch_over(store).start()
    for number in range(20):
        changing.new_key()
        watching.watch.catch_up()
        assert len(watching.changes) == number + 1


def test_change_is_told_by_catch_up_where_nobody_watches(changing, watch_over, store):
    watching = watch_over(store)
    changing.new_key()
    watching.watch.catch_up()
    assert (len(watching.changes), watching.watch.is_fresh, watching.watch.lost_at) == (1, False, None)


def test_bulk_order_of_several_batches_is_told_whole(changing, watch_over, store):
    keys = [changing.new_key() for _ in range(60)]
    watching = watch_over(store).start()
    with pytest.MonkeyPatch.context() as small:
        small.setattr("ss_admin.backend.propagation.changes.BATCH", 7)
        changing.api_keys.set_status_of_many(changing.actor, keys, ApiKeyStatus.DISABLED)
        eventually(lambda: len(watching.changes) == 60)
    assert {change.object_id for change in watching.changes} == set(keys)
    assert watching.resets == [0]


def test_subscribers_forget_all_once_at_the_beginning(changing, watch_over, store):
    changing.new_key()
    watching = watch_over(store).start()
    assert (watching.resets, watching.changes) == ([0], [])


def test_subscribers_forget_all_when_what_they_missed_was_trimmed_away(changing, watch_over, store):
    changing.new_key()
    watching = watch_over(store)
    watching.watch.catch_up()
    for _ in range(3):
        changing.new_key()
    with store.writing() as session:
        session.execute(delete(ChangeRow).where(ChangeRow.revision < 4))
    watching.watch.catch_up()
    assert (watching.revisions, watching.resets) == ([1], [1])
    changing.new_key()
    watching.watch.catch_up()
    assert (watching.revisions, watching.resets) == ([1, 5], [1])


def test_revisions_that_were_undone_are_no_gap(changing, watch_over, store):
    changing.new_key()
    watching = watch_over(store).start()
    key = changing.new_key()
    for _ in range(3):
        _write_in_vain(store)
    changing.disable(key)
    eventually(lambda: len(watching.changes) == 2)
    assert watching.resets == [0]


def test_subscribers_are_told_before_the_watch_is_fresh_again(changing, store):
    watch = ChangeWatch(store, worker_id="w", worker_name="h:1")
    hold, told = threading.Event(), []

    def take_long(changes):
        hold.wait(FRESH_SECONDS + 0.5)
        told.append(watch.is_fresh)

    watch.subscribe(take_long, lambda: None)
    watch.start()
    eventually(lambda: watch.is_fresh)
    changing.new_key()
    eventually(lambda: told)
    assert told == [False]
    eventually(lambda: watch.is_fresh)
    watch.close()


def test_watch_goes_on_after_a_subscriber_failed(changing, watch_over, store, caplog):
    watching = watch_over(store)
    faults = [RuntimeError("a bug")]

    def fail_once(changes):
        if faults:
            raise faults.pop()

    watching.watch.subscribe(fail_once, lambda: None)
    watching.start()
    changing.new_key()
    eventually(lambda: not faults)
    changing.new_key()
    eventually(lambda: len(watching.changes) >= 2)
    assert "a bug" in caplog.text


def test_closed_watch_is_not_fresh_and_not_counted(changing, watch_over, store):
    first, second = watch_over(store).start(), watch_over(store).start()
    eventually(lambda: first.watch.live.count == second.watch.live.count == 2)
    assert {first.watch.live.rank, second.watch.live.rank} == {0, 1}
    second.watch.close()
    second.watch.close()
    assert (second.watch.is_fresh, second.watch.fresh_until, second.watch.lost_at) == (False, 0.0, None)
    eventually(lambda: first.watch.live.count == 1)
    assert first.watch.live.rank == 0


def test_watch_that_never_began_can_be_closed(store):
    watch = ChangeWatch(store, worker_id="w", worker_name="h:1")
    watch.close()
    assert (watch.live.rank, watch.live.count, watch.clock_offset_us) == (0, 1, 0)


def test_watch_that_is_idle_takes_less_than_a_hundredth_of_a_core(watch_over, store):
    watch_over(store).start()
    began, spent = time.monotonic(), time.process_time()
    threading.Event().wait(3)
    assert (time.process_time() - spent) / (time.monotonic() - began) < 0.01


def test_no_change_of_many_writers_is_missed_or_told_out_of_order(postgresql_url, watch_over, open_store):
    """Eight writers, bulk and single, some of them undone: what a watch tells is what is on record, in its order."""
    store = open_store(postgresql_url)
    writers = [Changing(store, f"admin.{number}") for number in range(8)]
    watches = [watch_over(open_store(postgresql_url)).start() for _ in range(2)]
    at_once(*(partial(_write_much, writer) for writer in writers))
    for watching in watches:
        watching.watch.catch_up()
    with store.reading() as session:
        on_record = [tuple(row) for row in session.execute(text("SELECT revision, object_id FROM changes ORDER BY 1"))]
    assert len(on_record) > 1900
    for watching in watches:
        assert [(change.revision, change.object_id) for change in watching.changes] == on_record
        assert watching.resets == [0]


def _write_much(writer: Changing) -> None:
    keys = [writer.new_key() for _ in range(20)]
    for number in range(25):
        for key in keys[:5]:
            writer.rename(key, f"Name {number}")
        if number % 5 == 0:
            status = ApiKeyStatus.DISABLED if number % 10 else ApiKeyStatus.ACTIVE
            writer.api_keys.set_status_of_many(writer.actor, keys, status)
            _write_in_vain(writer.store)
    writer.api_keys.delete_many(writer.actor, keys)


def _write_in_vain(store: Store) -> None:
    with store.writing() as session:
        session.execute(text("UPDATE api_keys SET version = version + 1 WHERE number = 1"))
        session.rollback()


def test_no_change_is_missed_over_a_shared_file(sqlite_url, watch_over, open_store):
    store = open_store(sqlite_url)
    writers = [Changing(store, f"admin.{number}") for number in range(3)]
    watching = watch_over(open_store(sqlite_url)).start()
    at_once(*(partial(_write_some, writer) for writer in writers))
    watching.watch.catch_up()
    assert watching.revisions == list(range(1, 151))


def _write_some(writer: Changing) -> None:
    for _ in range(25):
        writer.disable(writer.new_key())
