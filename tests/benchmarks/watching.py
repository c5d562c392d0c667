"""What watching costs an admitted call: events and metrics on against off, and with nobody there who takes events."""

import json
import socket
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from tests.benchmarks.bench import LOAD_CORE, SERVER_CORE, Bench, Subject, median_of
from tests.benchmarks.estate_server import serve_estate
from tests.benchmarks.load import Load, Measured
from tests.benchmarks.report import Findings, Goal, Table
from tests.benchmarks.unwatched import COMMAND as UNWATCHED
from tests.support.server_process import COMMAND

__all__ = ["measure_watching"]

OFF = "neither events nor metrics"
ON = "events on standard output, metrics"
AWAY = "the same, and an OTLP endpoint that cannot be reached"
HANGING = "the same, and an OTLP endpoint that does not answer"

_MIB = 1024 * 1024


def measure_watching(bench: Bench) -> Findings:
    """Four servers over databases of their own, in the same rounds."""
    with ExitStack() as servers:
        hanging = servers.enter_context(socket.create_server(("127.0.0.1", 0)))
        with socket.create_server(("127.0.0.1", 0)) as gone:
            away = gone.getsockname()[1]
        ways: dict[str, tuple[Sequence[str], dict[str, str]]] = {
            OFF: (UNWATCHED, {"log_level": "WARNING", "event_stream": "off"}),
            ON: (COMMAND, {}),
            AWAY: (COMMAND, {"otlp_endpoint": f"http://127.0.0.1:{away}/otlp"}),
            HANGING: (COMMAND, {"otlp_endpoint": f"http://127.0.0.1:{hanging.getsockname()[1]}/otlp"}),
        }
        subjects = {}
        for number, (name, (command, more)) in enumerate(ways.items()):
            folder = bench.folder / str(number)
            folder.mkdir()
            served, estate = servers.enter_context(serve_estate(folder, command=command, **more))
            served.place([SERVER_CORE], [LOAD_CORE])
            subjects[name] = Subject(served, Load(f"{served.url}{estate.path}", estate.keys["unlimited"], bench.bodies))
        found = bench.in_turn(subjects)
        lost = {name: _lose_events(more["otlp_endpoint"]) for name, (_, more) in list(ways.items())[2:]}
    return Findings([_table(bench, found), _lost_table(lost)], _goals(found, lost))


def _lose_events(endpoint: str) -> dict[str, float]:
    """Apart from a server, whose memory grows with its database's pages."""
    command = [sys.executable, "-m", "tests.benchmarks.lost_events", endpoint]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _ratio(found: Mapping[str, Sequence[Measured]], name: str, base: str) -> float:
    """Of each round, then the median: what disturbed a round disturbed both."""
    pairs = zip(found[name], found[base], strict=True)
    return statistics.median(one.per_second / other.per_second for one, other in pairs)


def _table(bench: Bench, found: Mapping[str, Sequence[Measured]]) -> Table:
    rows = [
        (
            name,
            f"{median_of(rounds):,.0f}",
            f"{_ratio(found, name, OFF):.2f} ×",
            f"{median_of(rounds, 'worker_us'):,.1f} µs",
        )
        for name, rounds in found.items()
    ]
    notes = [
        f"Admitted calls, keys without limit; {bench.rounds} rounds of {bench.seconds} s, ratios within each round."
    ]
    return Table("Watching", ("admitted call with", "calls/s", "× off", "worker's CPU"), rows, notes)


def _lost_table(lost: Mapping[str, Mapping[str, float]]) -> Table:
    rows = [
        (name, f"{each['each_us']:.2f} µs", f"{each['dropped']:,.0f}", f"{each['grown'] / _MIB:+.1f} MiB")
        for name, each in lost.items()
    ]
    head = ("a million events for", "each costs", "left out", "memory grew from 100,000 on")
    return Table("Events that nobody takes", head, rows)


def _goals(found: Mapping[str, Sequence[Measured]], lost: Mapping[str, Mapping[str, float]]) -> list[Goal]:
    grown = max(each["grown"] for each in lost.values()) / _MIB
    return [
        Goal("admitted call with events and metrics against without", _ratio(found, ON, OFF), 0.9),
        Goal("… with an OTLP endpoint that cannot be reached, against without one", _ratio(found, AWAY, ON), 0.95),
        Goal("… with one that does not answer, against without one", _ratio(found, HANGING, ON), 0.95),
        Goal("memory that such an endpoint makes grow", grown, 1, "MiB", at_most=True),
    ]
