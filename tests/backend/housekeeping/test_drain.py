"""What workers journal comes into the database exactly once, whatever happens in between."""

import random
import threading
import time

import pytest
from sqlalchemy import event, select, text

from ss_admin.backend.housekeeping.positions import Place, PositionMoved, move_position, read_positions
from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyMinuteRow, JournalRow
from tests.support.housekeeping import drain_spool
from tests.support.housekeeping_process import start_housekeeping_process
from tests.support.journaled_calls import a_call, a_run, assert_written_once
from tests.support.watching import eventually


@pytest.fixture
def make_entries(tenant, chain_id):
    """Calls as they come: successes with and without effects, failures, refusals with a key and without one."""
    chance = random.Random(4)

    def make(count):
        made = []
        for _ in range(count):
            kind = chance.randrange(5)
            key = f"key {chance.randrange(3)}"
            if kind < 2:
                ids = [f"{chance.getrandbits(128):032x}" for _ in range(2)]
                effects = [
                    ["saveRecord", ids[0], "s", "Save", "alarms", {"n": 1}],
                    ["callWebhook", ids[1], "w", "Tell", "http://127.0.0.1:9/", {"n": 1}],
                ]
                run = a_run(tenant.id, effects=effects if kind else ())
                window = {"used": chance.randrange(1, 100), "max_requests": 100, "window_seconds": 60}
                made.append(a_call(run, api_key_id=key, rulechain_id=chain_id, **window))
            elif kind == 2:
                run = a_run(tenant.id, error="It failed.", failed_node_id="n")
                made.append(a_call(run, api_key_id=key, rulechain_id=chain_id, status=500, code="rulechain_failed"))
            elif kind == 3:
                window = {"used": chance.randrange(1, 100), "max_requests": 100, "window_seconds": 60}
                made.append(a_call(api_key_id=key, status=429, code="rate_limited", detail="Wait.", **window))
            else:
                made.append(a_call(api_key_id=None, status=401, code="invalid_api_key"))
        return made

    return make


class TestWritten:
    def test_all_that_was_journaled_before_is_there_after_settling(
        self, make_housekeeping, make_entries, journal, store
    ):
        entries = make_entries(3000)
        for entry in entries[:2500]:
            journal.append(entry)
        housekeeping = make_housekeeping()
        for entry in entries[2500:]:
            journal.append(entry)
        housekeeping.settle()
        assert_written_once(store, entries)

    def test_a_call_is_there_within_a_second(self, make_housekeeping, make_entries, journal, store):
        make_housekeeping().settle()
        entries = make_entries(20)
        for entry in entries:
            journal.append(entry)
        began = time.monotonic()
        eventually(lambda: _calls(store) >= 16, seconds=5)
        assert time.monotonic() - began < 1

    def test_several_workers_are_drained_together(self, make_housekeeping, make_entries, spool, store):
        journals, entries = [spool.new_journal() for _ in range(4)], make_entries(800)
        housekeeping = make_housekeeping()
        for number, entry in enumerate(entries):
            journals[number % 4].append(entry)
        housekeeping.settle()
        assert_written_once(store, entries)
        for journal in journals:
            journal.close()

    def test_what_comes_before_the_stop_is_written_at_the_stop(self, make_housekeeping, make_entries, journal, store):
        housekeeping, entries = make_housekeeping(), make_entries(5000)
        for entry in entries:
            journal.append(entry)
        assert housekeeping.close() == 0
        assert_written_once(store, entries)

    def test_the_next_one_goes_on_where_the_last_one_stopped(self, make_housekeeping, make_entries, journal, store):
        entries = make_entries(600)
        for begin in range(0, 600, 200):
            for entry in entries[begin : begin + 200]:
                journal.append(entry)
            make_housekeeping().close()
        assert_written_once(store, entries)

    def test_what_many_segments_hold_is_written_and_deleted(self, make_housekeeping, spool, store, tenant):
        journal = spool.new_journal()
        housekeeping = make_housekeeping()
        entries = [a_call(a_run(tenant.id, input_json=b'{"t":"%s"}' % (b"x" * 1_000_000))) for _ in range(40)]
        for entry in entries:
            journal.append(entry)
        housekeeping.settle(30)
        with store.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM executions")) == 40
        assert len(list((spool.folder / journal.id).glob("*.segment"))) <= 2
        journal.close()


class TestExactlyOnce:
    @pytest.mark.parametrize("seed", range(2))
    def test_killed_at_any_moment_while_calls_come_in(self, seed, make_entries, store, store_url, spool):
        chance, journals = random.Random(seed), [spool.new_journal() for _ in range(2)]
        entries, ended = [], threading.Event()

        def work():
            while not ended.wait(0.01):
                for entry in make_entries(20):
                    journals[len(entries) % 2].append(entry)
                    entries.append(entry)

        worker = threading.Thread(target=work)
        worker.start()
        for _ in range(4):
            process = start_housekeeping_process(store_url, spool.folder)
            time.sleep(chance.uniform(0, 0.4))
            process.kill()
            process.wait()
            process.stdout.close()
        ended.set()
        worker.join()
        drain_spool(store, spool.folder)
        assert_written_once(store, entries)
        for journal in journals:
            journal.close()

    def test_of_two_that_write_the_same_entries_one_gives_way(self, store):
        with store.writing() as session:
            move_position(session.connection(), "j", None, Place(0, 100))
        with pytest.raises(PositionMoved), store.writing() as session:
            move_position(session.connection(), "j", None, Place(0, 100))
        with pytest.raises(PositionMoved), store.writing() as session:
            move_position(session.connection(), "j", Place(0, 50), Place(0, 150))
        assert read_positions(store, ["j", "other"]) == {"j": Place(0, 100)}

    def test_a_commit_whose_outcome_nobody_heard_counts_once(
        self, make_housekeeping, make_entries, journal, store, caplog
    ):
        """It was committed, but the one who wrote it takes it for lost."""
        heard = threading.Event()

        @event.listens_for(store.engine, "commit")
        def lose(connection):
            if not heard.is_set() and connection.get_execution_options().get("ss_writes"):
                heard.set()
                connection.connection.driver_connection.execute("COMMIT")
                raise OSError("the connection is gone")

        entries = make_entries(50)
        for entry in entries:
            journal.append(entry)
        make_housekeeping().settle()
        assert heard.is_set()
        assert_written_once(store, entries)

    def test_two_housekeepers_never_drain_the_same_spool(self, make_housekeeping, make_entries, journal, store):
        first, second = make_housekeeping(), make_housekeeping()
        entries = make_entries(300)
        for entry in entries:
            journal.append(entry)
        first.settle()
        with pytest.raises(TimeoutError):
            second.settle(0.3)
        assert_written_once(store, entries)
        first.close()
        journal.append(a_call(api_key_id="late"))
        second.settle()
        assert _calls(store, "late") == 1


class TestLeftBehind:
    def test_a_dead_workers_journal_is_drained_and_removed(self, make_housekeeping, make_entries, spool, store):
        journal, entries = spool.new_journal(), make_entries(100)
        for entry in entries:
            journal.append(entry)
        housekeeping = make_housekeeping()
        journal.close()
        eventually(lambda: not [path for path in spool.folder.iterdir() if ".numbers." not in path.name], seconds=10)
        assert_written_once(store, entries)
        eventually(lambda: _journals(store) == 0, seconds=5)
        housekeeping.close()

    def test_a_dead_servers_spool_is_adopted(self, make_housekeeping, make_entries, spool, store):
        dead, entries = Spool.claim(spool.folder.parent), make_entries(100)
        journal = dead.new_journal()
        for entry in entries:
            journal.append(entry)
        journal.close()
        dead.close()
        make_housekeeping()
        eventually(lambda: not dead.folder.exists(), seconds=10)
        assert_written_once(store, entries)
        assert [path.name for path in spool.folder.parent.iterdir() if dead.folder.name in path.name] == []

    def test_nothing_is_left_at_a_stop_in_good_order(self, make_housekeeping, make_entries, spool, store):
        journal = spool.new_journal()
        housekeeping = make_housekeeping()
        for entry in make_entries(10):
            journal.append(entry)
        journal.close()
        assert housekeeping.close() == 0
        spool.close()
        assert list(spool.folder.parent.iterdir()) == []


def _calls(store: Store, api_key_id: str | None = None) -> int:
    query = select(ApiKeyMinuteRow.calls)
    if api_key_id is not None:
        query = query.where(ApiKeyMinuteRow.api_key_id == api_key_id)
    with store.reading() as session:
        return sum(session.scalars(query))


def _journals(store: Store) -> int:
    with store.reading() as session:
        return len(session.scalars(select(JournalRow.id)).all())
