"""Whether a call takes longer where a million keys exist: each key for the first time, and when it is known already."""

import socket
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from itertools import islice
from random import Random

from tests.benchmarks.bench import LOAD_CORE, SERVER_CORE, Bench, Subject, median_of, settle
from tests.benchmarks.estate import Estate
from tests.benchmarks.estate_server import serve_many_keys
from tests.benchmarks.load import Load
from tests.benchmarks.many_keys import known_keys
from tests.benchmarks.report import Findings, Goal, Table
from tests.benchmarks.servers import Served

__all__ = ["measure_key_look_up"]

FEW, MANY = 1000, 1_000_000
SAMPLE = 1000
"""Keys that are called, in both databases."""
_WIDE_SAMPLE = 20_000


def measure_key_look_up(bench: Bench) -> Findings:
    """First one connection, call after call, the databases in turn; then the load of all connections."""
    wide = Random(7).sample(list(islice(known_keys(MANY), MANY)), _WIDE_SAMPLE)
    sampled = {FEW: list(known_keys(FEW)), MANY: wide[:SAMPLE]}
    with (
        serve_many_keys(bench.folder, FEW) as (few, few_estate),
        serve_many_keys(bench.folder, MANY) as (many, many_estate),
    ):
        sides = {FEW: (few, few_estate), MANY: (many, many_estate)}
        for served, _ in sides.values():
            served.place([SERVER_CORE], [LOAD_CORE])
            settle(served, with_workers=True)
        with ExitStack() as calls:
            callers = {
                count: calls.enter_context(closing(_Caller(served, estate, bench.bodies)))
                for count, (served, estate) in sides.items()
            }
            cold, warm = (_medians(callers, sampled) for _ in range(2))
        subjects = {
            f"{count:,} keys": Subject(served, Load(f"{served.url}{estate.path}", sampled[count], bench.bodies))
            for count, (served, estate) in sides.items()
        }
        everywhere = f"{MANY:,} keys, {_WIDE_SAMPLE:,} of them called"
        subjects[everywhere] = Subject(many, Load(f"{many.url}{many_estate.path}", wide, bench.bodies))
        rates = {name: median_of(rounds) for name, rounds in bench.in_turn(subjects).items()}
    names = {count: f"{count:,} keys" for count in (FEW, MANY)}
    rows = [
        (names[count], f"{cold[count]:,.0f} µs", f"{warm[count]:,.0f} µs", f"{rates[names[count]]:,.0f}")
        for count in (FEW, MANY)
    ]
    rows.append((everywhere, "", "", f"{rates[everywhere]:,.0f}"))
    notes = [
        f"First call and again: as a caller on one connection sees them, medians over {SAMPLE:,} keys, in turn.",
        "Calls/s: all connections, keys known.",
    ]
    table = Table("Look-up of a key", ("database", "first call", "again", "calls/s"), rows, notes)
    goals = [
        Goal("first call at 1,000,000 keys against 1,000", cold[MANY] / cold[FEW], 1.3, at_most=True),
        Goal(
            "calls with known keys, 1,000 against 1,000,000", rates[names[FEW]] / rates[names[MANY]], 1.3, at_most=True
        ),
    ]
    return Findings([table], goals)


class _Caller:
    """A partner on one connection that is as quick as can be, so that little but the server is measured."""

    def __init__(self, served: Served, estate: Estate, bodies: Sequence[str]) -> None:
        self._socket = socket.create_connection(("127.0.0.1", served.port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self._head = f"POST {estate.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        self._bodies = bodies
        self._calls = 0

    def call(self, key: str) -> float:
        """Microseconds until the answer, which must be a 200."""
        body = self._bodies[self._calls % len(self._bodies)].encode()
        self._calls += 1
        request = f"{self._head}x-api-key: {key}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        begun = time.perf_counter_ns()
        self._socket.sendall(request)
        answer = self._socket.recv(65536)
        passed = time.perf_counter_ns() - begun
        if not answer.startswith(b"HTTP/1.1 200"):
            raise ValueError(f"not admitted: {answer[:200]!r}")
        return passed / 1000

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def _medians(callers: dict[int, _Caller], keys: dict[int, list[str]]) -> dict[int, float]:
    times: dict[int, list[float]] = {count: [] for count in callers}
    for number in range(SAMPLE):
        for count, caller in callers.items():
            times[count].append(caller.call(keys[count][number]))
    return {count: statistics.median(found) for count, found in times.items()}
