"""The store hangs, goes away, comes back: the watch is not fresh in time, and misses nothing when it is again."""

import time
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.migrate import upgrade
from tests.support.changing import Changing
from tests.support.postgresql import PostgresqlServer
from tests.support.watching import Watching, eventually


@pytest.fixture
def server():
    """A PostgreSQL server that only this test uses, so that it may be stopped."""
    server = PostgresqlServer()
    yield server
    server.close()


@pytest.fixture
def served(server, open_store):
    """A migrated store on that server."""
    store = open_store(server.url(server.create_database()))
    upgrade(store)
    return store


def lasting(watching: Watching) -> float:
    """How long the watch goes on to be fresh."""
    return eventually(lambda: not watching.watch.is_fresh, seconds=3)


def test_connection_that_is_cut_costs_no_change_and_no_second(postgresql_source, watch_over, open_store):
    with postgresql_source.url() as url:
        store = open_store(url)
        watching, changing = watch_over(store).start(), Changing(store)
        for number in range(10):
            with postgresql_source.server.connect() as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = %s AND application_name = 'ss-watch'",
                    (make_url(url).database,),
                )
            changing.new_key()
            assert eventually(lambda seen=number + 1: len(watching.changes) == seen) < 1
        assert watching.revisions == list(range(1, 11))
        assert watching.resets == [0]
        watching.watch.close()


def test_call_that_is_lost_costs_no_second(postgresql_url, watch_over, open_store):
    store = open_store(postgresql_url)
    watching, changing = watch_over(store).start(), Changing(store)
    with store.writing() as session:
        session.execute(text("ALTER TABLE changes DISABLE TRIGGER changes_announced"))
    for number in range(5):
        changing.new_key()
        assert eventually(lambda seen=number + 1: len(watching.changes) == seen) < 1


def test_server_that_hangs_is_noticed_within_about_a_second(server, served, watch_over):
    watching, changing = watch_over(served).start(), Changing(served)
    before = watching.watch.live
    server.pause()
    try:
        assert lasting(watching) < 1.3
        lost_at = watching.watch.lost_at
        assert 0 < time.monotonic() - lost_at < 2.5
        time.sleep(2)
        assert (watching.watch.is_fresh, watching.watch.lost_at, watching.watch.live) == (False, lost_at, before)
    finally:
        server.resume()
    assert eventually(lambda: watching.watch.is_fresh) < 5
    assert watching.watch.lost_at is None
    changing.new_key()
    eventually(lambda: watching.revisions == [1])
    assert watching.resets == [0]


def test_server_that_was_shut_down_is_noticed_and_found_again(server, served, watch_over, open_store, caplog):
    caplog.set_level("INFO")
    watching, changing = watch_over(served).start(), Changing(served)
    key = changing.new_key()
    eventually(lambda: watching.revisions == [1])
    server.stop()
    assert lasting(watching) < 1.3
    time.sleep(1)
    server.start()
    changing.disable(key)
    assert eventually(lambda: watching.watch.is_fresh) < 5
    eventually(lambda: watching.revisions == [1, 2])
    assert watching.resets == [0]
    said = [record.getMessage() for record in caplog.records if record.name.endswith("propagation.watch")]
    assert said == ["changes to keys are not seen until the store is back", "changes to keys are seen again"]


def test_store_that_comes_back_with_another_order_makes_subscribers_forget_all(server, served, watch_over):
    """As a stand-by does that took over before it had the last changes."""
    watching, changing = watch_over(served).start(), Changing(served)
    changing.new_key()
    eventually(lambda: watching.revisions == [1])
    with served.writing() as session:
        session.execute(text("UPDATE changes SET at = at - 1"))
    server.stop()
    server.start()
    eventually(lambda: len(watching.resets) == 2)
    changing.new_key()
    eventually(lambda: watching.revisions == [1, 2])


def test_store_that_is_away_at_the_start_is_found_when_it_is_there(server, served, watch_over):
    server.stop()
    watching = watch_over(served)
    watching.watch.start()
    time.sleep(0.5)
    assert (watching.watch.is_fresh, watching.watch.lost_at, watching.resets) == (False, None, [])
    server.start()
    eventually(lambda: watching.watch.is_fresh)
    assert watching.resets == [0]


def test_catch_up_passes_over_a_store_that_is_gone(server, served, watch_over):
    watching = watch_over(served).start()
    server.stop()
    watching.watch.catch_up()
    assert watching.changes == []


def test_watch_ends_soon_though_the_server_hangs(server, served, watch_over):
    watching = watch_over(served).start()
    server.pause()
    try:
        began = time.monotonic()
        watching.watch.close()
        assert time.monotonic() - began < 5.5
    finally:
        server.resume()


def test_embedded_database_that_is_deleted_is_noticed(sqlite_url, watch_over, open_store):
    watching = watch_over(open_store(sqlite_url)).start()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    file.rename(file.with_suffix(".away"))
    assert lasting(watching) < 1.3
    file.with_suffix(".away").rename(file)
    assert eventually(lambda: watching.watch.is_fresh) < 2
    copy = file.with_suffix(".copy")
    copy.write_bytes(file.read_bytes())
    copy.replace(file)
    eventually(lambda: not watching.watch.is_fresh, seconds=3)


def test_other_writers_of_an_embedded_database_do_not_make_the_watch_late(sqlite_url, watch_over, open_store):
    store: Store = open_store(sqlite_url)
    changing, watching = Changing(store), watch_over(open_store(sqlite_url)).start()
    with store.writing() as session:
        session.execute(text("UPDATE tenants SET name = name"))
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            assert watching.watch.is_fresh
            time.sleep(0.01)
    changing.new_key()
    assert eventually(lambda: watching.changes) < 1
