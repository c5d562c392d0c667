"""Known keys over the real watch: changes by others arrive within a second, and a store that goes away is survived."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ss_admin.backend.gateway.known_keys.entries import KeyRefused
from ss_admin.backend.gateway.known_keys.known_keys import DOUBT_SECONDS, KnownKeys
from ss_admin.backend.propagation.watch import ChangeWatch
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import ApiKeyCreated
from tests.support.backend import PEPPER, PostgresqlSource
from tests.support.known_keys import NOW_US, KeyOffice, counted_statements
from tests.support.postgresql import PostgresqlServer
from tests.support.watching import eventually


class Worker:
    """What a serving process has of the gateway's memory."""

    def __init__(self, url: str) -> None:
        self.store = Store.open(url)
        self.watch = ChangeWatch(self.store, worker_id=str(uuid.uuid4()), worker_name="here:1")
        self.known = KnownKeys(self.store, PEPPER.encode(), self.watch)
        self.watch.start()
        eventually(lambda: self.watch.is_fresh)
        assert self.known.wait_for_digests(60)

    def answer(self, created: ApiKeyCreated | str) -> str:
        secret = created if isinstance(created, str) else created.secret
        try:
            self.known.authenticate(secret, NOW_US)
        except KeyRefused as refused:
            return refused.code.value
        except StoreUnavailable:
            return "unavailable"
        return "let in"

    def close(self) -> None:
        self.known.close()
        self.watch.close()
        self.store.close()


@contextmanager
def worker_over(url: str) -> Iterator[Worker]:
    worker = Worker(url)
    try:
        yield worker
    finally:
        worker.close()


@pytest.fixture
def office(store: Store) -> KeyOffice:
    """Where keys are changed: over connections of its own, as another process does."""
    return KeyOffice(store)


def test_each_change_by_another_process_is_acted_on_within_a_second(office: KeyOffice, store_url: str) -> None:
    with worker_over(store_url) as worker:
        for _ in range(5):
            key = office.key()
            late = [eventually(lambda key=key: worker.answer(key) == "let in")]
            for step, answer in (
                (office.disable, "disabled_api_key"),
                (office.enable, "let in"),
                (office.delete, "invalid_api_key"),
            ):
                step(key)
                late.append(eventually(lambda key=key, answer=answer: worker.answer(key) == answer))
            assert max(late) < 1


def test_a_change_in_the_same_process_counts_at_the_next_call(store_url: str) -> None:
    with worker_over(store_url) as worker:
        office = KeyOffice(worker.store)
        for _ in range(20):
            key = office.key()
            worker.watch.catch_up()
            assert worker.answer(key) == "let in"
            office.disable(key)
            worker.watch.catch_up()
            assert worker.answer(key) == "disabled_api_key"


def test_after_a_start_wrong_keys_send_hardly_a_statement(office: KeyOffice, store_url: str) -> None:
    office.many_keys(500)
    with worker_over(store_url) as worker, counted_statements(worker.store) as sent:
        began = time.monotonic()
        assert {worker.answer(new_api_key()) for _ in range(2000)} == {"invalid_api_key"}
        doubts = (time.monotonic() - began) / DOUBT_SECONDS + 1
        assert len([statement for statement in sent if "FROM api_keys" in statement]) <= doubts


@pytest.fixture(scope="module")
def own_server() -> Iterator[tuple[PostgresqlServer, PostgresqlSource]]:
    """A PostgreSQL server that may be made to hang: others' tests use another."""
    server = PostgresqlServer()
    yield server, PostgresqlSource(server)
    server.close()


def test_a_database_that_hangs_holds_up_no_known_key(own_server: tuple[PostgresqlServer, PostgresqlSource]) -> None:
    server, source = own_server
    with source.url() as url, worker_over(url) as worker:
        office = KeyOffice(worker.store)
        known, cold = office.key(), office.key()
        worker.watch.catch_up()
        assert worker.answer(known) == "let in"
        server.pause()
        try:
            waits = []
            until = time.monotonic() + 4
            while time.monotonic() < until:
                began = time.monotonic()
                assert worker.answer(known) == "let in"
                waits.append(time.monotonic() - began)
                time.sleep(0.001)
            assert worker.answer(cold) == worker.answer(new_api_key()) == "unavailable"
        finally:
            server.resume()
        assert max(waits) < 1
        # It is asked now and then whether it is really gone; all other calls go on at once.
        asked = [wait for wait in waits if wait > 0.1]
        assert len(asked) <= 1 + 4 / 0.5
        assert len(waits) > 50 * len(asked)
        eventually(lambda: worker.answer(cold) == "let in", seconds=40)
        assert worker.answer(new_api_key()) == "invalid_api_key"


def test_a_database_that_hangs_when_a_cold_key_comes_is_given_up(
    own_server: tuple[PostgresqlServer, PostgresqlSource],
) -> None:
    server, source = own_server
    with source.url() as url, worker_over(url) as worker:
        cold = KeyOffice(worker.store).key()
        worker.watch.catch_up()
        server.pause()
        try:
            began = time.monotonic()
            assert worker.answer(cold) == "unavailable"
            first = time.monotonic() - began
            began = time.monotonic()
            assert worker.answer(cold) == "unavailable"
            second = time.monotonic() - began
        finally:
            server.resume()
        assert first < 4
        assert second < 0.1
        eventually(lambda: worker.answer(cold) == "let in", seconds=40)


def test_a_database_that_stops_and_comes_back(own_server: tuple[PostgresqlServer, PostgresqlSource]) -> None:
    server, source = own_server
    with source.url() as url, worker_over(url) as worker:
        office = KeyOffice(worker.store)
        known, cold = office.key(), office.key()
        worker.watch.catch_up()
        assert worker.answer(known) == "let in"
        server.stop()
        try:
            eventually(lambda: not worker.watch.is_fresh)
            answers = {worker.answer(known) for _ in range(200)}
            assert answers == {"let in"}
            assert worker.answer(cold) == "unavailable"
        finally:
            server.start()
        eventually(lambda: worker.watch.is_fresh, seconds=40)
        eventually(lambda: worker.answer(cold) == "let in", seconds=5)
        office.disable(known)
        worker.watch.catch_up()
        assert worker.answer(known) == "disabled_api_key"
