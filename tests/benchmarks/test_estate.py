"""What the bench calls is real: its keys are admitted, or refused as their kind says, by the backend itself."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from ss_admin.backend.api_keys.digest import api_key_digest
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyCountRow, ApiKeyRow
from ss_admin.contract.api_key_format import find_api_key_fault
from ss_admin.contract.api_keys import RateLimit
from tests.benchmarks.estate_server import serve_estate
from tests.benchmarks.load import make_bodies
from tests.benchmarks.many_keys import known_keys, write_many_keys
from tests.support.backend import PEPPER
from tests.support.server_process import ask, execute_request

ANSWERS = {
    "limited": (200, None),
    "unlimited": (200, None),
    "busy": (200, None),
    "hot": (200, None),
    "used up": (429, "rate_limited"),
    "missing": (401, "missing_api_key"),
    "malformed": (401, "malformed_api_key"),
    "unknown": (401, "invalid_api_key"),
    "disabled": (401, "disabled_api_key"),
    "expired": (401, "expired_api_key"),
}


def test_every_kind_of_key_is_answered_as_the_bench_takes_it_to_be(tmp_path: Path) -> None:
    body, found = make_bodies(1)[0].encode(), {}
    with serve_estate(tmp_path) as (served, estate):
        rulechain_id = estate.path.split("/")[2]
        for kind, keys in estate.keys.items():
            header = [f"x-api-key: {keys[-1]}".encode()] if keys[-1] else []
            answer = ask(("127.0.0.1", served.port), execute_request(rulechain_id, body, *header))
            found[kind] = (answer.status, answer.document().get("code"))
        assert len(served.workers()) == 1
        assert served.pid in served.others()
    assert found == ANSWERS


@pytest.fixture
def many_keys(tmp_path: Path) -> Store:
    file = tmp_path / "many.db"
    write_many_keys(file, 300, RateLimit(max_requests=7, window_seconds=70))
    return Store.open(f"sqlite:///{file}")


def test_many_keys_stand_in_the_database_as_if_each_had_been_created(many_keys: Store) -> None:
    keys = list(known_keys(300))
    assert [find_api_key_fault(key) for key in keys] == [None] * 300
    digests = {api_key_digest(PEPPER.encode(), key) for key in keys}
    with many_keys.reading() as session:
        rows = session.scalars(select(ApiKeyRow).where(ApiKeyRow.digest.in_(digests))).all()
        assert {(row.rate_max_requests, row.rate_window_seconds) for row in rows} == {(7, 70)}
        assert len(rows) == 300
        assert session.scalar(select(ApiKeyCountRow.api_keys)) == session.scalar(select(func.count(ApiKeyRow.number)))
    many_keys.close()


def test_triggers_and_indexes_stand_again(many_keys: Store, tmp_path: Path) -> None:
    write_many_keys(tmp_path / "none.db", 0)
    without = Store.open(f"sqlite:///{tmp_path / 'none.db'}")
    found = []
    for store in (many_keys, without):
        with store.reading() as session:
            found.append(session.connection().exec_driver_sql("SELECT type, name, sql FROM sqlite_master").fetchall())
        store.close()
    assert sorted(map(tuple, found[0])) == sorted(map(tuple, found[1]))
    assert sum(kind == "trigger" for kind, *_ in found[0]) > 5
