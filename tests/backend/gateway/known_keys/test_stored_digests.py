"""The digests of the whole store, read in the background: complete, also where keys come and go meanwhile."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from ss_admin.backend.gateway.known_keys.stored_digests import StoredDigests
from ss_admin.backend.store.engine import Store
from tests.support.known_keys import KeyOffice


@pytest.fixture
def digests(store: Store) -> Iterator[StoredDigests]:
    digests = StoredDigests(store)
    yield digests
    digests.close()


def foreign(digests: StoredDigests) -> float:
    """The share of foreign digests that are taken for known."""
    return sum(digests.may_contain(secrets.token_bytes(32)) for _ in range(2000)) / 2000


def test_before_the_reading_every_key_may_be_one(digests: StoredDigests) -> None:
    assert not digests.wait(0)
    assert foreign(digests) == 1


def test_after_it_all_keys_and_tombstones_are_known_and_hardly_anything_else(
    store: Store, digests: StoredDigests
) -> None:
    office = KeyOffice(store)
    planted = office.many_keys(2500)
    for _ in range(3):
        office.delete(office.key())
    digests.reload()
    assert digests.wait(60)
    assert all(digests.may_contain(digest) for digest in planted)
    assert foreign(digests) < 0.01


def test_keys_that_come_during_the_reading_are_known_wherever_it_is(store: Store, digests: StoredDigests) -> None:
    office = KeyOffice(store)
    planted = office.many_keys(5000)
    told: list[bytes] = []
    digests.reload()
    while not digests.wait(0):
        stored = office.many_keys(3)  # before the first, behind the last, or in the midst of what is being read
        for digest in stored:
            digests.add(digest)
        told += stored
    assert told
    assert all(digests.may_contain(digest) for digest in [*planted, *told])


def test_more_keys_than_there_is_room_for_have_it_read_anew_with_more_room(
    store: Store, digests: StoredDigests
) -> None:
    office = KeyOffice(store)
    digests.reload()
    assert digests.wait(60)
    before = digests.room
    planted = office.many_keys(9000)
    for digest in planted:
        digests.add(digest)
        assert digests.may_contain(digest)
    deadline = time.monotonic() + 60
    while digests.room == before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert digests.room == 2 * before
    assert all(digests.may_contain(digest) for digest in planted)
    assert foreign(digests) < 0.01


def test_reloads_one_after_the_other_end_in_one(store: Store, digests: StoredDigests) -> None:
    planted = KeyOffice(store).many_keys(3000)
    for _ in range(20):
        digests.reload()
    assert digests.wait(60)
    assert all(digests.may_contain(digest) for digest in planted)
    assert foreign(digests) < 0.01


def test_a_store_that_is_away_is_read_when_it_is_back(
    store: Store, digests: StoredDigests, lose_store: Callable[[], Callable[[], None]]
) -> None:
    planted = KeyOffice(store).many_keys(10)
    restore = lose_store()
    digests.reload()
    assert not digests.wait(0.5)
    restore()
    assert digests.wait(60)
    assert all(digests.may_contain(digest) for digest in planted)


def test_closing_ends_the_reading(store: Store) -> None:
    KeyOffice(store).many_keys(5000)
    digests = StoredDigests(store)
    digests.reload()
    digests.close()
    digests.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "stored-digests"]
    assert not digests.wait(0)
