"""How long a partner waits who calls on one connection, one call after the other: the slowest in a hundred."""

from contextlib import ExitStack

from tests.benchmarks.bench import LOAD_CORE, SERVER_CORE, Bench, Subject, median_of, settle
from tests.benchmarks.estate_server import serve_estate
from tests.benchmarks.load import Load
from tests.benchmarks.processes import held_still
from tests.benchmarks.report import Findings, Goal, Table
from tests.benchmarks.servers import EMPTY_FLASK, serve_app

__all__ = ["measure_latency"]

EMPTY, ADMITTED = "empty Flask route", "admitted, limited key"
ALONE = "admitted, limited key, housekeeping held still"


def measure_latency(bench: Bench) -> Findings:
    """One connection, both in turn."""
    with ExitStack() as servers:
        empty = servers.enter_context(serve_app(bench.folder, EMPTY_FLASK))
        backend, estate = servers.enter_context(serve_estate(bench.folder))
        keys = estate.keys["limited"]
        subjects = {
            EMPTY: Subject(empty, Load(f"{empty.url}/", keys, bench.bodies)),
            ADMITTED: Subject(backend, Load(f"{backend.url}{estate.path}", keys, bench.bodies)),
        }
        for subject in subjects.values():
            subject.served.place([SERVER_CORE], [LOAD_CORE])
        found = bench.in_turn(subjects, connections=1)
        found[ALONE] = []
        for _ in range(bench.rounds):
            with held_still(backend.others()):
                found[ALONE].append(subjects[ADMITTED].load.run(bench.seconds, connections=1, core=LOAD_CORE))
            settle(backend)
    p99 = {name: median_of(rounds, "p99_us") for name, rounds in found.items()}
    rows = [
        (name, *(f"{median_of(rounds, what):,.0f} µs" for what in ("p50_us", "p99_us", "max_us")))
        for name, rounds in found.items()
    ]
    notes = [
        f"Medians of {bench.rounds} rounds of {bench.seconds} s in turn; cores as above.",
        "Our housekeeping works on the load's core, and the load waits for it; the empty route has none.",
    ]
    table = Table("One connection", ("call", "p50", "p99", "slowest"), rows, notes)
    goal = "p99 of an admitted call against the empty Flask route's"
    goals = [
        Goal(goal, p99[ADMITTED] / p99[EMPTY], 1.0, at_most=True),
        Goal(f"{goal}, housekeeping held still", p99[ALONE] / p99[EMPTY], 1.0, at_most=True),
    ]
    return Findings([table], goals)
