"""Calls a second, one worker on one core: ours of every kind, the peers, an empty Flask route, the server's limit."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from tests.benchmarks.bench import LOAD_CORE, SERVER_CORE, Bench, Subject, median_of
from tests.benchmarks.estate import KEYS, Estate
from tests.benchmarks.estate_server import serve_estate
from tests.benchmarks.load import CONNECTIONS, Load, Measured, going_first
from tests.benchmarks.report import Findings, Goal, Table
from tests.benchmarks.servers import EMPTY_FLASK, Served, serve_app

__all__ = ["measure_calls"]

BARE = "bare WSGI callable, the limit of the server"
EMPTY = "empty Flask route"
FLASK_PEER = "peer: Flask-Limiter, SQLAlchemy look-up"
DRF_PEER = "peer: DRF, djangorestframework-api-key, throttle"
ADMITTED = "admitted, 1,000 keys with limit 100 per 1 s"
HOT = "admitted, one key with limit 1,000,000 per 10 s"
UNLIMITED = "admitted, 1,000 keys without limit"
REFUSALS = {
    "401 missing key": "missing",
    "401 malformed key": "malformed",
    "401 unknown key": "unknown",
    "401 disabled key": "disabled",
    "401 expired key": "expired",
    "429 limit reached": "used up",
}
_MODULES = {FLASK_PEER: "flask_limiter_peer", DRF_PEER: "drf_peer"}


def measure_calls(bench: Bench, *, ours: bool = True, peers: bool = True) -> Findings:
    """All of them in the same rounds."""
    with ExitStack() as servers:
        empty = servers.enter_context(serve_app(bench.folder, EMPTY_FLASK))
        backend, estate = servers.enter_context(serve_estate(bench.folder))
        subjects = {EMPTY: Subject(empty, Load(f"{empty.url}/", estate.keys["limited"], bench.bodies))}
        if ours:
            bare = servers.enter_context(serve_app(bench.folder, "tests.benchmarks.bare_wsgi:app"))
            subjects[BARE] = Subject(bare, Load(f"{bare.url}/", estate.keys["limited"], bench.bodies))
        if peers:
            subjects |= {name: _peer(bench, servers, module) for name, module in _MODULES.items()}
        subjects |= _ours(bench, backend, estate, is_whole=ours)
        for subject in subjects.values():
            subject.served.place([SERVER_CORE], [LOAD_CORE])
        found = bench.in_turn(subjects)
    return Findings([_table(bench, found)], list(_goals(found)))


def _peer(bench: Bench, servers: ExitStack, module: str) -> Subject:
    command = [sys.executable, "-m", f"tests.benchmarks.peers.{module}", str(bench.folder), str(KEYS)]
    keys = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    target = f"tests.benchmarks.peers.{module}:app"
    served = servers.enter_context(serve_app(bench.folder, target, BENCH_PEER_FOLDER=str(bench.folder)))
    return Subject(served, Load(f"{served.url}/", keys, bench.bodies))


def _ours(bench: Bench, backend: Served, estate: Estate, *, is_whole: bool) -> dict[str, Subject]:
    def load(kind: str, *, is_refused: bool = False) -> Subject:
        return Subject(backend, Load(f"{backend.url}{estate.path}", estate.keys[kind], bench.bodies, is_refused))

    subjects = {ADMITTED: load("limited")}
    if is_whole:
        subjects |= {HOT: load("hot"), UNLIMITED: load("unlimited")}
        subjects |= {name: load(kind, is_refused=True) for name, kind in REFUSALS.items()}
    return subjects


def _table(bench: Bench, found: Mapping[str, Sequence[Measured]]) -> Table:
    rates = {name: median_of(rounds) for name, rounds in found.items()}
    rows = [
        (
            name,
            f"{rate:,.0f}",
            f"{rate / rates[EMPTY]:.2f} ×",
            f"{1_000_000 / rate:,.1f} µs",
            f"{median_of(found[name], 'worker_us'):,.1f} µs",
            f"{median_of(found[name], 'load_share'):.0%}",
        )
        for name, rate in rates.items()
    ]
    notes = [
        f"Medians of {bench.rounds} rounds of {bench.seconds} s in turn; wrk, {CONNECTIONS} kept-alive connections.",
        f"{len(bench.bodies)} different bodies, all valid for the demo's chain.",
        f"One worker, alone on core {SERVER_CORE}; wrk, supervisor and our housekeeping on core {LOAD_CORE}.",
        f"There wrk goes {'first' if going_first() else 'in turn with them'}: it stands for other machines.",
        "The peers check no schema, run no chain and record nothing.",
    ]
    head = ("call", "calls/s", "× empty Flask", "each", "worker's CPU", "wrk's core")
    return Table("Calls, one worker", head, rows, notes)


def _goals(found: Mapping[str, Sequence[Measured]]) -> list[Goal]:
    rates = {name: median_of(rounds) for name, rounds in found.items()}
    goals = [Goal("admitted call against the empty Flask route", rates[ADMITTED] / rates[EMPTY], 3.0)]
    goals += [
        Goal(f"admitted call against {peer}", rates[ADMITTED] / rates[peer], 12)
        for peer in (FLASK_PEER, DRF_PEER)
        if peer in rates
    ]
    goals += [
        Goal(f"{name} against the empty Flask route", rates[name] / rates[EMPTY], 5.0)
        for name in REFUSALS
        if name in rates
    ]
    return goals
