"""What floods and long lives cost: hardly a statement and no memory for wrong keys, few bytes for known ones."""

import secrets
import time
import tracemalloc
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from ss_admin.backend.gateway.known_keys.entries import KeyRefused
from ss_admin.backend.gateway.known_keys.known_keys import DOUBT_SECONDS
from ss_admin.backend.store.engine import Store
from ss_admin.contract.api_key_format import PREFIX, check_characters, new_api_key
from tests.support.known_keys import NOW_US, KnownKeysAtWork, counted_statements, known_keys_at_work


@pytest.fixture
def work(sqlite_url: str) -> Iterator[KnownKeysAtWork]:
    """The kind of store has no part in what is never asked."""
    store = Store.open(sqlite_url)
    with known_keys_at_work(store) as work:
        yield work
    store.close()


def keys_of_the_right_form() -> Iterator[str]:
    """Keys without end, each once, and others each time."""
    beginning = new_api_key()[len(PREFIX) :][:24]
    for number in count():
        random_part = f"{beginning}{number:09}"
        yield PREFIX + random_part + check_characters(random_part)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_a_million_wrong_keys_send_hardly_a_statement_and_take_no_memory(work: KnownKeysAtWork) -> None:
    good = work.office.key()
    work.feed.tell()
    wrong = keys_of_the_right_form()
    assert work.answer(good) == "let in"
    refused, seconds = 0, 0.0
    with counted_statements(work.store) as sent:
        before = resident_bytes()
        for _ in range(1000):
            flood = [next(wrong) for _ in range(1000)]
            work.clock.now += 0.01
            work.feed.look_succeeded()
            began = time.perf_counter()
            for api_key in flood:
                try:
                    work.known.authenticate(api_key, NOW_US)
                except KeyRefused:
                    refused += 1
            seconds += time.perf_counter() - began
        grown = resident_bytes() - before
    assert refused == 1_000_000
    assert len([statement for statement in sent if "api_keys" in statement]) <= 10 / DOUBT_SECONDS + 1
    assert grown < 4 * 2**20
    assert repr(work.known) == "<KnownKeys 1 keys, 0 chains>"
    assert work.answer(good) == "let in"
    assert seconds < 60  # 3 s on a quiet machine


def test_a_known_key_takes_less_than_a_kibibyte(work: KnownKeysAtWork) -> None:
    number = 2000
    wrong = keys_of_the_right_form()
    stored = [next(wrong) for _ in range(number + 1)]
    work.office.plant_keys(stored)
    work.feed.reset()
    assert work.known.wait_for_digests(60)
    work.known.authenticate(stored.pop(), 0)  # what is prepared once is not the keys'
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for api_key in stored:
            work.answer(api_key, 0)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert repr(work.known) == f"<KnownKeys {number + 1} keys, 0 chains>"
    assert (after - before) / number < 1024


def test_more_keys_than_are_to_be_known_push_out_those_not_called(sqlite_url: str) -> None:
    store = Store.open(sqlite_url)
    with known_keys_at_work(store, max_keys=50, max_chains=10) as work:
        wrong = keys_of_the_right_form()
        stored = [next(wrong) for _ in range(200)]
        work.office.plant_keys(stored)
        good = work.office.key()
        work.feed.reset()
        assert work.known.wait_for_digests(60)
        for api_key in stored:
            work.clock.now += 0.001
            work.known.authenticate(api_key, 0)
            work.known.find_chain(secrets.token_hex(8), work.office.tenant.id)
            assert work.answer(good) == "let in"
        assert repr(work.known) == "<KnownKeys 50 keys, 10 chains>"
        with counted_statements(store) as sent:
            work.answer(good)
        assert sent == []
    store.close()
