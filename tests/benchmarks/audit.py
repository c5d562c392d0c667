"""What the audit trail costs: a change of a key with its entry and without, bulk orders, and verifying the chain."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from flask.testing import FlaskClient

from ss_admin.backend.activity.verification import export_lines, verify_file, verify_store
from ss_admin.backend.api_keys import service
from ss_admin.backend.app import create_app
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.migrate import upgrade
from ss_admin.contract.documents import ObjectRef
from tests.benchmarks.bench import Bench
from tests.benchmarks.report import Findings, Goal, Table
from tests.support.api_keys import Seed, plant
from tests.support.backend import Town, cheap_passwords, test_settings
from tests.support.postgresql import PostgresqlServer

__all__ = ["measure_audit"]

CHANGES_PER_ROUND = 100
BULK = 10_000
KEYS = "/api/v1/api-keys"


def measure_audit(bench: Bench) -> Findings:
    """Both databases, with entries and without in turn."""
    rows, goals = [], []
    for kind, url in _databases(bench.folder):
        with _office(url) as (store, client, ids):
            changes = _in_turn(bench.rounds, lambda: _change_often(client, ids[0]))
            bulk = _in_turn(bench.rounds, lambda: _switch_all(client, ids))
            verified = _rows_per_second(lambda: sum(chain.end.sequence for chain in verify_store(store)))
            lines = list(export_lines(store))
            from_file = _rows_per_second(lambda: sum(chain.end.sequence for chain in verify_file(lines)))  # noqa: B023
        for what, (with_entries, without) in (("PATCH of a key", changes), (f"{BULK:,} keys switched", bulk)):
            ratio = with_entries / without
            rows.append((f"{kind}: {what}", f"{with_entries:.2f} ms", f"{without:.2f} ms", f"{ratio:.2f} ×"))
        rows.append((f"{kind}: entries verified per second", f"{verified:,.0f}", f"{from_file:,.0f} from a file", ""))
        goals.append(
            Goal(f"PATCH of a key with its entry against without, {kind}", changes[0] / changes[1], 2.0, at_most=True)
        )
    head = ("audit trail", "with entries", "without", "ratio")
    notes = ["Through the admin API in one process; “without” writes no entry, and is no mode of the product."]
    return Findings([Table("What the audit trail costs", head, rows, notes)], goals)


def _databases(folder: Path) -> Iterator[tuple[str, str]]:
    yield "SQLite", f"sqlite:///{folder}/audit.db"
    server = PostgresqlServer({"fsync": "on"})
    try:
        yield "PostgreSQL", server.url(server.create_database())
    finally:
        server.close()


@contextmanager
def _office(url: str) -> Iterator[tuple[Store, FlaskClient, list[str]]]:
    """An administrator of a tenant with many keys."""
    store = Store.open(url)
    upgrade(store)
    app = create_app(test_settings(url), store=store, passwords=cheap_passwords())
    town = Town(app, store)
    tenant = town.tenant()
    admin = town.person(tenant, "ada.admin")
    ids = plant(store, tenant, ObjectRef(id=admin.user_id, name=admin.name), [Seed()] * BULK)
    yield store, town.client(admin), list(ids)
    app.extensions["ss_backend"].close()
    store.close()


def _in_turn(rounds: int, work: Callable[[], float]) -> tuple[float, float]:
    """The medians of the work's milliseconds with entries and without."""
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(1 + rounds):
        measured = work()
        with patch.object(service, "record"), patch.object(service, "record_many"):
            unrecorded = work()
        if number:
            found[0].append(measured)
            found[1].append(unrecorded)
    return statistics.median(found[0]), statistics.median(found[1])


def _change_often(client: FlaskClient, key_id: str) -> float:
    times = []
    for number in range(CHANGES_PER_ROUND):
        begun = time.perf_counter()
        answer = client.patch(f"{KEYS}/{key_id}", json={"name": f"Lift {number}"})
        times.append(time.perf_counter() - begun)
        assert answer.status_code == 200, answer.text
    return statistics.median(times) * 1000


def _switch_all(client: FlaskClient, ids: list[str]) -> float:
    begun = time.perf_counter()
    for status in ("disabled", "active"):
        answer = client.post(f"{KEYS}/bulk-status", json={"ids": ids, "status": status})
        assert answer.json["changed"] == len(ids), answer.text
    return (time.perf_counter() - begun) * 1000 / 2


def _rows_per_second(verify: Callable[[], int]) -> float:
    begun = time.perf_counter()
    return verify() / (time.perf_counter() - begun)
