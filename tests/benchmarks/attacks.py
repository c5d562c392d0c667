"""What a good partner notices of hostile clients: its slowest calls in a hundred, in quiet and under each attack."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

from tests.benchmarks.attackers import KINDS
from tests.benchmarks.bench import LOAD_CORE, SERVER_CORE, Bench, median_of, settle
from tests.benchmarks.estate import Estate
from tests.benchmarks.estate_server import serve_estate
from tests.benchmarks.load import Load, Measured
from tests.benchmarks.report import Findings, Goal, Table
from tests.benchmarks.servers import Served

__all__ = ["measure_attacks"]

QUIET = "quiet"
NAMES = {
    "idle": f"{KINDS['idle'].connections:,} idle connections",
    "bodies": f"{KINDS['bodies'].connections} bodies that never end",
    "headers": f"{KINDS['headers'].connections} heads that never end",
    "keys": "a flood of wrong keys, 16 connections without a pause",
}
_FLOOD_CONNECTIONS = 16
_NICENESS = 10
"""Attackers give way to the good partner on their common core: it is the server that is measured."""

_BEGIN_SECONDS = 60
_Attack = Callable[[], AbstractContextManager[None]]


def measure_attacks(bench: Bench) -> Findings:
    """Quiet and each attack in turn, in every round."""
    with serve_estate(bench.folder) as (served, estate):
        served.place([SERVER_CORE], [LOAD_CORE])
        found = _in_turn(bench, served, estate)
    p99 = {name: median_of(rounds, "p99_us") for name, rounds in found.items()}
    rows = [
        (
            name,
            f"{median_of(rounds, 'p50_us'):,.0f} µs",
            f"{p99[name]:,.0f} µs",
            f"{p99[name] / p99[QUIET]:.2f} ×",
            f"{median_of(rounds, 'max_us'):,.0f} µs",
        )
        for name, rounds in found.items()
    ]
    notes = [
        f"Medians of {bench.rounds} rounds of {bench.seconds} s in turn, the good partner on one connection.",
        f"The worker alone on core {SERVER_CORE}; partner, attackers and housekeeping on core {LOAD_CORE}.",
    ]
    goals = [
        Goal(f"good partner's p99 under {name}", p99[name] / p99[QUIET], 3.0, at_most=True) for name in NAMES.values()
    ]
    return Findings([Table("Abuse", ("attack", "p50", "p99", "× quiet", "slowest"), rows, notes)], goals)


def _in_turn(bench: Bench, served: Served, estate: Estate) -> Mapping[str, list[Measured]]:
    url = f"{served.url}{estate.path}"
    partner = Load(url, estate.keys["limited"], bench.bodies)
    attacks: dict[str, _Attack] = {QUIET: nullcontext}
    attacks |= {NAMES[kind]: partial(_attackers, kind, served.port, estate.path) for kind in KINDS}
    attacks[NAMES["keys"]] = partial(_flood, Load(url, estate.keys["unknown"], bench.bodies), bench.seconds)
    partner.run(1, connections=1, core=LOAD_CORE)
    found: dict[str, list[Measured]] = {name: [] for name in attacks}
    for _ in range(bench.rounds):
        for name, attack in attacks.items():
            with attack():
                found[name].append(partner.run(bench.seconds, connections=1, core=LOAD_CORE))
            settle(served, with_workers=True)
    return found


@contextmanager
def _attackers(kind: str, port: int, path: str) -> Iterator[None]:
    process = subprocess.Popen(
        [*_polite(), sys.executable, "-m", "tests.benchmarks.attackers", kind, str(port), path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == b"ready\n"
        yield
        process.stdin.close()
        process.wait(_BEGIN_SECONDS)


@contextmanager
def _flood(load: Load, seconds: int) -> Iterator[None]:
    """A little longer than the partner calls, so that it is under attack all the time."""
    with load.beside(seconds + 2, connections=_FLOOD_CONNECTIONS, prefix=_polite()):
        time.sleep(0.5)
        yield


def _polite() -> list[str]:
    return ["nice", "-n", str(_NICENESS), "taskset", "--cpu-list", str(LOAD_CORE)]
