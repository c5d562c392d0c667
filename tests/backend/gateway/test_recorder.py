import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ss_admin.backend.gateway import recorder as recorder_module
from ss_admin.backend.gateway.recorder import Recorder
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.contract.api_keys import ApiKeyCreated
from tests.support.partner import Partner

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def wait_until(condition, seconds: float = 5) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not come about in time"
        time.sleep(0.01)
    return time.monotonic() - began


@pytest.fixture
def key(partner: Partner) -> ApiKeyCreated:
    return partner.key()


@pytest.fixture
def recorder(partner: Partner):
    made = Recorder(partner.store, flush_seconds=60)
    made.flush()
    yield made
    made.close()


def test_a_call_is_seen_as_last_use_within_two_seconds(partner: Partner, key: ApiKeyCreated) -> None:
    chain = partner.chain()
    for _ in range(2):
        before = datetime.now(UTC)
        assert partner.call(chain, key.secret).status_code == 200
        after = datetime.now(UTC)
        took = wait_until(lambda b=before: (partner.row(key).last_used_at or NOON.min.replace(tzinfo=UTC)) >= b)
        assert took < 2
        row = partner.row(key)
        assert before <= row.last_used_at <= after
        assert row.last_used_address == "127.0.0.1"


def test_a_use_moves_neither_version_nor_date_of_change(partner: Partner, key: ApiKeyCreated) -> None:
    before = partner.row(key)
    partner.call(partner.chain(), key.secret)
    wait_until(lambda: partner.row(key).last_used_at is not None)
    after = partner.row(key)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)


def test_a_refused_but_authenticated_call_is_a_use_and_an_unauthenticated_one_is_not(partner: Partner) -> None:
    refused, disabled = partner.key(), partner.key()
    partner.disable(disabled)
    assert partner.call("nowhere", disabled.secret).status_code == 401
    assert partner.call("nowhere", refused.secret).status_code == 404
    wait_until(lambda: partner.row(refused).last_used_at is not None)
    assert partner.row(disabled).last_used_at is None


def test_trying_a_deleted_key_is_kept_on_its_tombstone_and_logged(
    partner: Partner, key: ApiKeyCreated, caplog: pytest.LogCaptureFixture
) -> None:
    partner.delete(key)
    before = datetime.now(UTC)
    assert partner.call(partner.chain(), key.secret).status_code == 401
    wait_until(lambda: partner.tombstone(key).last_tried_at is not None)
    tombstone = partner.tombstone(key)
    assert tombstone.last_tried_at >= before
    assert tombstone.last_tried_address == "127.0.0.1"
    [record] = [record for record in caplog.records if record.message == "a deleted API key was used"]
    assert record.api_key_id == key.api_key.id


def test_newer_is_never_overwritten_by_older(partner: Partner, key: ApiKeyCreated, recorder: Recorder) -> None:
    recorder.key_used(key.api_key.id, NOON, "10.0.0.1")
    recorder.key_used(key.api_key.id, NOON - timedelta(seconds=1), "10.0.0.2")
    assert recorder.flush()
    recorder.key_used(key.api_key.id, NOON - timedelta(microseconds=1), "10.0.0.3")
    assert recorder.flush()
    row = partner.row(key)
    assert (row.last_used_at, row.last_used_address) == (NOON, "10.0.0.1")
    recorder.key_used(key.api_key.id, NOON + timedelta(microseconds=1), "10.0.0.4")
    recorder.flush()
    assert partner.row(key).last_used_address == "10.0.0.4"


def test_many_uses_are_one_transaction(partner: Partner, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [partner.key() for _ in range(5)]
    writings = []
    original = partner.store.writing
    monkeypatch.setattr(partner.store, "writing", lambda: writings.append(1) or original())
    for number in range(50):
        recorder.key_used(keys[number % 5].api_key.id, NOON + timedelta(seconds=number), "10.0.0.1")
    assert recorder.flush()
    assert recorder.flush()
    assert len(writings) == 1
    assert [partner.row(key).last_used_at for key in keys] == [NOON + timedelta(seconds=n) for n in range(45, 50)]


def test_closing_writes_what_is_left(partner: Partner, key: ApiKeyCreated) -> None:
    recorder = Recorder(partner.store, flush_seconds=3600)
    recorder.key_used(key.api_key.id, NOON, "10.0.0.1")
    wait_until(lambda: partner.row(key).last_used_at is not None)
    recorder.key_used(key.api_key.id, NOON + timedelta(hours=1), "10.0.0.2")
    recorder.close()
    recorder.close()
    assert partner.row(key).last_used_at == NOON + timedelta(hours=1)


def test_uses_are_kept_while_the_store_is_away(
    partner: Partner, key: ApiKeyCreated, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable():
        raise StoreUnavailable("gone")

    with monkeypatch.context() as away:
        away.setattr(partner.store, "writing", unavailable)
        recorder.key_used(key.api_key.id, NOON, "10.0.0.1")
        assert not recorder.flush()
        recorder.key_used(key.api_key.id, NOON + timedelta(seconds=1), "10.0.0.2")
        assert not recorder.flush()
    assert recorder.flush()
    assert partner.row(key).last_used_address == "10.0.0.2"


def test_a_locked_database_is_waited_out(sqlite_url: str) -> None:
    """The thread itself goes on trying; a bug elsewhere in the writing does not end it either."""
    store = Store.open(sqlite_url)
    recorder = Recorder(store, flush_seconds=0.01)
    failing = threading.Event()
    original = store.writing

    def writing():
        if failing.is_set():
            raise RuntimeError("a bug")
        return original()

    store.writing = writing  # type: ignore[method-assign]
    failing.set()
    recorder.key_used("no such key", NOON, "10.0.0.1")
    time.sleep(0.1)
    failing.clear()
    wait_until(lambda: not recorder._batch)
    recorder.close()
    store.close()


def test_while_another_process_holds_the_write_lock_calls_are_answered(sqlite_url: str, tmp_path: Path) -> None:
    file = sqlite_url.removeprefix("sqlite:///")
    store = Store.open(sqlite_url)
    recorder = Recorder(store, flush_seconds=0.01)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    for _ in range(100):
        recorder.key_used("key", NOON, "10.0.0.1")
    assert time.monotonic() - began < 0.5
    other.execute("ROLLBACK")
    other.close()
    wait_until(lambda: not recorder._batch)
    recorder.close()
    store.close()


def test_what_is_kept_is_bounded(
    partner: Partner, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unavailable():
        raise StoreUnavailable("gone")

    monkeypatch.setattr(recorder_module, "MAX_KEPT", 10)
    with monkeypatch.context() as away:
        away.setattr(partner.store, "writing", unavailable)
        for number in range(25):
            recorder.key_used(f"key {number}", NOON + timedelta(seconds=number), "10.0.0.1")
        assert not recorder.flush()
    assert sorted(recorder._batch.api_keys) == sorted(f"key {number}" for number in range(15, 25))
    assert "given up" in caplog.text
    assert recorder.flush()
