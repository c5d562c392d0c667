"""Admitted calls over a longer time: whether the housekeeping keeps up, and what all work on one core comes to."""

import sqlite3
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bench import LOAD_CORE, SERVER_CORE, Bench, settle
from tests.benchmarks.estate_server import serve_estate
from tests.benchmarks.load import Load
from tests.benchmarks.report import Findings, Table
from tests.benchmarks.servers import EMPTY_FLASK, Served, serve_app

__all__ = ["measure_sustained"]

SECONDS = 12
_GIVE_UP_SECONDS = 180
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class _Sustained:
    """`left`: executions not yet in the database when the load ended; `drain_seconds`: until the last one was."""

    calls: int
    seconds: float
    left: int
    spooled_bytes: int
    drain_seconds: float

    def cells(self, what: str, base: float) -> tuple[str, ...]:
        during, altogether = self.calls / self.seconds, self.calls / (self.seconds + self.drain_seconds)
        return (
            what,
            f"{during:,.0f}",
            f"{during / base:.2f} ×",
            f"{self.left:,}",
            f"{self.spooled_bytes / _MEBIBYTE:,.1f} MiB",
            f"{self.drain_seconds:.1f} s",
            f"{altogether:,.0f}",
            f"{altogether / base:.2f} ×",
        )


def measure_sustained(bench: Bench) -> Findings:
    """The empty Flask route, then ours with the housekeeping beside, then with it on the worker's core."""
    with ExitStack() as servers:
        empty = servers.enter_context(serve_app(bench.folder, EMPTY_FLASK))
        backend, estate = servers.enter_context(serve_estate(bench.folder))
        keys = estate.keys["limited"]
        empty.place([SERVER_CORE], [LOAD_CORE])
        flask = Load(f"{empty.url}/", keys, bench.bodies)
        flask.run(1, core=LOAD_CORE)
        base = flask.run(SECONDS, core=LOAD_CORE).per_second
        load = Load(f"{backend.url}{estate.path}", keys, bench.bodies)
        rows = []
        for what, others in (
            (f"housekeeping on core {LOAD_CORE}, with wrk", LOAD_CORE),
            (f"housekeeping on core {SERVER_CORE}, with the worker", SERVER_CORE),
        ):
            backend.place([SERVER_CORE], [others])
            load.run(1, core=LOAD_CORE)
            settle(backend)
            rows.append(_sustain(bench.folder, backend, load).cells(what, base))
    head = (
        "admitted",
        "calls/s",
        "× empty Flask",
        "left at the end",
        "on disk",
        "drained after",
        "with that",
        "× empty",
    )
    notes = [
        f"{SECONDS} s without a pause; an empty Flask route: {base:,.0f} calls/s.",
        "Left: executions in the journal and not yet in the database; drained: until the last one was there.",
        "With that: calls over the time of load and drain together.",
    ]
    return Findings([Table(f"Sustained for {SECONDS} s", head, rows, notes)])


def _sustain(folder: Path, backend: Served, load: Load) -> _Sustained:
    with closing(sqlite3.connect(folder / "estate.db", timeout=30)) as database:
        before = _stored(database)
        measured = load.run(SECONDS, core=LOAD_CORE)
        ended = time.monotonic()
        left, spooled = measured.calls - (_stored(database) - before), _spooled_bytes(folder / "spool")
        while _stored(database) - before < measured.calls:
            time.sleep(0.02)
            if time.monotonic() - ended > _GIVE_UP_SECONDS:
                raise TimeoutError("executions of admitted calls do not come into the database")
        drained = time.monotonic() - ended
    settle(backend)
    backend.forget_log()
    return _Sustained(measured.calls, measured.microseconds / 1_000_000, max(0, left), spooled, drained)


def _stored(database: sqlite3.Connection) -> int:
    """How many executions there are: nothing is ever removed from a database as young as this one."""
    found: int | None = database.execute("SELECT max(number) FROM executions").fetchone()[0]
    return found or 0


def _spooled_bytes(folder: Path) -> int:
    """What the journals hold on disk; their files are longer than what is written in them."""
    found = 0
    for file in folder.rglob("*"):
        try:
            found += file.stat().st_blocks * 512
        except FileNotFoundError:
            continue
    return found
