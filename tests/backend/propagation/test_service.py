"""How far a change has come: which workers act on it, since when, who is late, and who is no more."""

import os
import signal
import subprocess
import time
from datetime import timedelta

import pytest
from sqlalchemy import delete

from ss_admin.backend.api_keys.errors import ApiKeyNotFound
from ss_admin.backend.propagation.clock import store_now
from ss_admin.backend.propagation.presence import worker_name
from ss_admin.backend.store.tables import ChangeRow, WorkerRow
from ss_admin.contract.api_keys import ApiKeyStatus
from tests.support.changing import Changing
from tests.support.watching import eventually, watching_process

ROUNDS = 50


@pytest.fixture
def how_far(changing):
    """Asks how far the key's last change has come."""
    return lambda key: changing.propagation.get(changing.actor, key)


def test_change_is_complete_when_every_worker_acts_on_it(changing, how_far, watch_over, store):
    watch_over(store, name="backend-1:7").start()
    watch_over(store, name="backend-2:7").start()
    key = changing.new_key()
    changing.disable(key)
    eventually(lambda: how_far(key).complete)
    found = how_far(key)
    assert (found.api_key_id, found.revision) == (key, 2)
    assert [sighting.worker for sighting in found.workers] == ["backend-1:7", "backend-2:7"]
    assert found.after_ms == max(sighting.after_ms for sighting in found.workers)
    assert 0 <= found.after_ms < 1000
    changing.enable(key)
    assert how_far(key).revision == 3


def test_deletion_is_followed_though_the_key_is_no_more(changing, how_far, watch_over, store):
    watch_over(store).start()
    key = changing.new_key()
    changing.api_keys.delete(changing.actor, key)
    eventually(lambda: how_far(key).complete)
    assert how_far(key).revision == 2


def test_other_tenants_keys_and_unknown_ones_are_not_found(changing, how_far, store):
    stranger = Changing(store, "otto.other")
    kept, deleted = stranger.new_key(), stranger.new_key()
    stranger.api_keys.delete(stranger.actor, deleted)
    for key in (kept, deleted, "no-such-key", "", "\x00", "x" * 60):
        with pytest.raises(ApiKeyNotFound):
            how_far(key)


def test_worker_that_has_not_looked_yet_is_late(changing, how_far, watch_over, store):
    watch_over(store, name="backend-1:7").start()
    late = watch_over(store, name="backend-2:7").start()
    with late.watch._application._turn:
        key = changing.new_key()
        eventually(lambda: how_far(key).workers[0].after_ms is not None)
        found = how_far(key)
    assert (found.complete, found.after_ms, found.workers[1].after_ms) == (False, None, None)


def test_worker_that_was_born_after_the_change_never_acted_otherwise(changing, how_far, watch_over, store):
    watch_over(store, name="backend-1:7").start()
    key = changing.new_key()
    eventually(lambda: how_far(key).complete)
    before = how_far(key)
    watch_over(store, name="backend-2:7").start()
    assert how_far(key).workers[1].after_ms == 0
    assert how_far(key).after_ms == before.after_ms


def test_later_changes_do_not_make_a_worker_seem_late(changing, how_far, watch_over, store):
    watch_over(store).start()
    key = changing.new_key()
    eventually(lambda: how_far(key).complete)
    before = how_far(key)
    for _ in range(5):
        changing.new_key()
    watch_over(store)
    assert how_far(key) == before


def test_change_that_was_trimmed_away_is_complete(changing, how_far, watch_over, store):
    watch_over(store).start()
    key = changing.new_key()
    changing.new_key()
    with store.writing() as session:
        session.execute(delete(ChangeRow).where(ChangeRow.revision == 1))
    found = how_far(key)
    assert (found.revision, found.changed_at, found.complete, found.after_ms) == (0, None, True, None)
    assert [sighting.after_ms for sighting in found.workers] == [0]


def test_change_without_any_worker_is_complete(changing, how_far):
    found = how_far(changing.new_key())
    assert (found.complete, found.after_ms, found.workers) == (True, None, [])


@pytest.fixture
def ended_process():
    """The name of a process of this host that has ended."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    return f"{worker_name().rpartition(':')[0]}:{ended.pid}"


def test_silent_worker_counts_as_long_as_it_may_let_keys_through(changing, how_far, store, ended_process):
    names = {
        "elsewhere:1": (60, True),
        "elsewhere:2": (70, False),
        worker_name(): (60, True),
        ended_process: (60, False),
    }
    with store.writing() as session:
        for name, (silent_for, _) in names.items():
            seen_at = store_now(session) - timedelta(seconds=silent_for)
            session.add(WorkerRow(id=name[-36:], name=name, started_at=seen_at, seen_at=seen_at, revision=0))
    found = how_far(changing.new_key())
    assert {sighting.worker for sighting in found.workers} == {name for name, (_, counts) in names.items() if counts}
    assert not found.complete


def test_disabled_key_is_known_to_two_other_processes_within_a_second_every_time(changing, how_far, store_url):
    key = changing.new_key()
    times = []
    with watching_process(store_url), watching_process(store_url):
        for number in range(ROUNDS):
            (changing.enable if number % 2 else changing.disable)(key)
            eventually(lambda: how_far(key).complete)
            found = how_far(key)
            assert len(found.workers) == 2
            times.append(found.after_ms)
    assert max(times) < 1000


def test_process_that_hangs_is_named_until_it_goes_on(changing, how_far, store_url):
    with watching_process(store_url), watching_process(store_url) as hanging:
        os.kill(hanging.pid, signal.SIGSTOP)
        key = changing.new_key()
        eventually(lambda: len([found for found in how_far(key).workers if found.after_ms is not None]) == 1)
        [late] = [found.worker for found in how_far(key).workers if found.after_ms is None]
        assert late.endswith(f":{hanging.pid}")
        time.sleep(0.5)
        os.kill(hanging.pid, signal.SIGCONT)
        eventually(lambda: how_far(key).complete)
        assert how_far(key).after_ms > 500


def test_process_that_was_killed_is_passed_over_soon(changing, how_far, store_url):
    with watching_process(store_url), watching_process(store_url) as killed:
        killed.kill()
        killed.wait()
        key = changing.new_key()
        assert eventually(lambda: how_far(key).complete) < 5
        assert len(how_far(key).workers) == 1


def test_process_that_ended_in_order_is_passed_over_at_once(changing, how_far, store_url):
    with watching_process(store_url), watching_process(store_url) as ended:
        ended.stdin.close()
        ended.wait()
        key = changing.new_key()
        changing.api_keys.set_status_of_many(changing.actor, [key], ApiKeyStatus.DISABLED)
        assert len(how_far(key).workers) == 1
