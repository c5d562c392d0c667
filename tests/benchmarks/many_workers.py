"""Two workers over PostgreSQL and Redis, beside two workers of the empty Flask route, all on the same two cores."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from tests.benchmarks.bench import LOAD_CORE, SERVER_CORE, Bench, Subject, median_of
from tests.benchmarks.estate_server import serve_estate
from tests.benchmarks.load import CONNECTIONS, Load
from tests.benchmarks.report import Findings, Goal, Table
from tests.benchmarks.servers import EMPTY_FLASK, serve_app
from tests.support.postgresql import PostgresqlServer
from tests.support.redis_server import RedisServer

__all__ = ["measure_many_workers"]

WORKERS = 2
EMPTY = "empty Flask route"
_KINDS = {
    "admitted, 32 keys with limit 1,000,000 per 10 s": ("busy", False),
    "admitted, 1,000 keys with limit 100 per 1 s": ("limited", False),
    "admitted, one key with limit 1,000,000 per 10 s": ("hot", False),
    "admitted, 1,000 keys without limit": ("unlimited", False),
    "429 limit reached": ("used up", True),
    "401 unknown key": ("unknown", True),
}


def measure_many_workers(bench: Bench) -> Findings:
    """All in turn, with the same load, which shares the cores with everything else."""
    with ExitStack() as servers:
        postgresql = servers.enter_context(_durable_postgresql())
        redis = servers.enter_context(closing(RedisServer()))
        empty = servers.enter_context(serve_app(bench.folder, EMPTY_FLASK, workers=WORKERS))
        backend, estate = servers.enter_context(
            serve_estate(
                bench.folder,
                database_url=postgresql.url(postgresql.create_database()),
                redis_url=redis.url,
                workers=WORKERS,
            )
        )
        subjects = {EMPTY: Subject(empty, Load(f"{empty.url}/", estate.keys["limited"], bench.bodies))}
        url = f"{backend.url}{estate.path}"
        for name, (kind, is_refused) in _KINDS.items():
            subjects[name] = Subject(backend, Load(url, estate.keys[kind], bench.bodies, is_refused))
        for subject in subjects.values():
            subject.served.place([SERVER_CORE, LOAD_CORE], [SERVER_CORE, LOAD_CORE])
        found = bench.in_turn(subjects, core=None)
    rates = {name: median_of(rounds) for name, rounds in found.items()}
    rows = [
        (name, f"{rate:,.0f}", f"{rate / WORKERS:,.0f}", f"{rate / rates[EMPTY]:.2f} ×") for name, rate in rates.items()
    ]
    notes = [
        f"Medians of {bench.rounds} rounds of {bench.seconds} s in turn; wrk, {CONNECTIONS} kept-alive connections.",
        "Each worker on a core of its own, and on the same two cores: wrk, PostgreSQL, Redis and our housekeeping.",
    ]
    head = ("call", "calls/s", "a worker", "× empty Flask")
    table = Table(f"{WORKERS} workers, PostgreSQL and Redis", head, rows, notes)
    goals = [
        Goal(f"{WORKERS} workers, {name}, per worker", rates[name] / rates[EMPTY], 1.0)
        for name in _KINDS
        if name.startswith("admitted")
    ]
    return Findings([table], goals)


@contextmanager
def _durable_postgresql() -> Iterator[PostgresqlServer]:
    """As an operator has it: what is committed is on the disk."""
    settings = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
    with closing(PostgresqlServer({**settings, "shared_buffers": "256MB"})) as server:
        yield server
