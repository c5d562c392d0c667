"""What the database refuses holds up nothing else, and is not lost; what it cannot take now is kept until it can."""

import json
import logging
import stat
import threading
from dataclasses import dataclass

import pytest
from sqlalchemy import select, text

from ss_admin.backend.housekeeping.batches import NOT_STORABLE
from ss_admin.backend.housekeeping.dead_letters import FILE_NAME
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.migrate import upgrade
from ss_admin.backend.store.tables import DeliveryRow, ExecutionRow
from tests.support.journaled_calls import a_call, a_run, assert_written_once
from tests.support.postgresql import PostgresqlServer


@dataclass
class Calls:
    """Makes calls of a tenant to a chain."""

    tenant_id: str
    chain_id: str
    store: Store

    def good(self, count):
        return [a_call(a_run(self.tenant_id), rulechain_id=self.chain_id) for _ in range(count)]


@pytest.fixture
def calls(tenant, chain_id, store):
    return Calls(tenant.id, chain_id, store)


@pytest.fixture
def dead_letters(spool):
    """The lines of the file that the operator finds."""

    def read():
        file = spool.folder.parent / FILE_NAME
        if not file.exists():
            return []
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        return [json.loads(line) for line in file.read_text().splitlines()]

    return read


def append_all(journal, entries):
    for entry in entries:
        journal.append(entry)


class TestRefused:
    def test_what_cannot_be_stored_is_kept_as_a_failed_execution_without_effects(
        self, make_housekeeping, journal, calls, caplog, dead_letters
    ):
        entries = calls.good(100)
        effects = [["saveRecord", "r" * 36, "s", "Save", "alarms", {}], ["callWebhook", None, "w", "Tell", None, {}]]
        poison = a_run(calls.tenant_id, execution_id="poison", effects=effects)
        append_all(
            journal, [*entries[:37], a_call(poison, api_key_id="odd", rulechain_id=calls.chain_id), *entries[37:]]
        )
        make_housekeeping().settle()
        with calls.store.reading() as session:
            rows = session.scalars(select(ExecutionRow)).all()
            assert session.scalars(select(DeliveryRow)).all() == []
        [kept] = [row for row in rows if row.id == "poison"]
        assert len(rows) == 101
        assert (kept.outcome, kept.error, kept.input, kept.result) == ("failed", NOT_STORABLE, {}, None)
        assert dead_letters() == []
        assert [record.execution_id for record in caplog.records if "kept as a failed one" in record.message] == [
            "poison"
        ]

    def test_what_cannot_even_be_told_of_is_kept_in_a_file_and_holds_up_nothing(
        self, make_housekeeping, journal, calls, caplog, dead_letters
    ):
        entries = calls.good(50)
        strange = [a_call(a_run("no such tenant")), a_call(address=5), b"[1]", b"no entry", b"[2,3]"]
        append_all(journal, [*entries[:20], *strange, *entries[20:]])
        make_housekeeping().settle()
        assert_written_once(calls.store, entries)
        assert sorted(line["entry"] for line in dead_letters()) == sorted(entry.decode() for entry in strange)
        assert sum("kept in a file" in record.message for record in caplog.records) == len(strange)

    def test_many_of_them_hold_up_nothing_either(self, make_housekeeping, journal, store, calls, dead_letters):
        entries = calls.good(60)
        for entry in entries:
            append_all(journal, [a_call(a_run("no such tenant")), entry])
        make_housekeeping().settle(30)
        assert_written_once(store, entries)
        assert len(dead_letters()) == 60


class TestAway:
    def test_store_that_is_gone_and_comes_back_has_everything_once_and_the_log_has_a_line(
        self, make_housekeeping, journal, store, calls, caplog
    ):
        caplog.set_level(logging.INFO, "ss_admin.backend.housekeeping")
        housekeeping, entries = make_housekeeping(), calls.good(300)
        append_all(journal, entries[:100])
        housekeeping.settle()
        with store.altering() as connection:
            connection.execute(text("ALTER TABLE executions RENAME TO away"))
        append_all(journal, entries[100:200])
        with pytest.raises(TimeoutError):
            housekeeping.settle(1)
        with store.altering() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO executions"))
        append_all(journal, entries[200:])
        housekeeping.settle()
        assert_written_once(store, entries)
        told = [record.message for record in caplog.records if record.name.endswith("drain")]
        assert sum("wait on disk" in message for message in told) == 1
        assert sum("the store is back:" in message for message in told) == 1

    def test_server_that_is_stopped_and_started_again_has_everything_once(self, make_private_housekeeping, spool):
        server = PostgresqlServer()
        try:
            url = server.url(server.create_database())
            store = Store.open(url)
            upgrade(store)
            housekeeping, *ids = make_private_housekeeping(url, store)
            journal, entries = spool.new_journal(), Calls(*ids, store).good(400)
            ended = threading.Event()

            def work():
                for entry in entries:
                    journal.append(entry)
                    ended.wait(0.005)

            worker = threading.Thread(target=work)
            worker.start()
            server.stop()
            ended.wait(0.5)
            server.start()
            worker.join()
            housekeeping.settle(30)
            assert_written_once(store, entries)
            journal.close()
            assert housekeeping.close() == 0
            store.close()
        finally:
            server.close()

    def test_what_cannot_be_written_at_the_stop_is_counted_and_written_at_the_next_start(
        self, make_housekeeping, journal, store, calls
    ):
        entries = calls.good(120)
        append_all(journal, entries)
        with store.altering() as connection:
            connection.execute(text("ALTER TABLE executions RENAME TO away"))
        housekeeping = make_housekeeping()
        assert housekeeping.close(3.5) == 120
        with store.altering() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO executions"))
        make_housekeeping().settle()
        assert_written_once(store, entries)
