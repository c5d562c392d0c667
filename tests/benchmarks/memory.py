"""What an active key with a limit takes up: its full window in a worker and in Redis, and all of it in a worker."""

import json
import statistics
import subprocess
import sys
from contextlib import closing

from ss_admin.contract.api_keys import RateLimit
from tests.benchmarks.bench import LOAD_CORE, SERVER_CORE, Bench
from tests.benchmarks.estate_server import serve_many_keys
from tests.benchmarks.load import Load
from tests.benchmarks.many_keys import known_keys
from tests.benchmarks.processes import anonymous_bytes
from tests.benchmarks.report import Findings, Goal, Table
from tests.support.redis_server import RedisServer, redis_server

__all__ = ["measure_memory"]

SMALL, LARGE = 100, 1_000_000
BOUND, LARGE_BOUND = 2048, 64 * 1024
_ACTIVE_KEYS = 2500
_MORE_THAN_ENOUGH_SECONDS = 300
_ROUND_SECONDS = 3


def measure_memory(bench: Bench) -> Findings:
    """Every window is full when it is measured."""
    whole = _in_a_worker(bench)
    small, large = _in_process(20_000, SMALL), _in_process(4, LARGE)
    with redis_server() as server:
        beside_redis, small_in_redis = _in_process(1000, SMALL, server.url), _in_redis(server)
        large_beside_redis, large_in_redis = _in_process(2, LARGE, server.url), _in_redis(server)
    with_redis = whole - small + beside_redis
    rows = [
        (
            f"limit {SMALL}, the key and its window in a real worker",
            _bytes(whole),
            f"growth over {_ACTIVE_KEYS:,} keys",
        ),
        (f"limit {SMALL}, the same, counted in Redis", _bytes(with_redis), "with the windows' difference below"),
        (f"limit {SMALL}, the window", _bytes(small), "20,000 keys, traced"),
        (f"limit {LARGE:,}, the window", _bytes(large), "4 keys, traced"),
        (f"limit {SMALL}, counted in Redis: in Redis", _bytes(small_in_redis), "1,000 keys, MEMORY USAGE"),
        (f"limit {SMALL}, counted in Redis: in the worker", _bytes(beside_redis), "1,000 keys, traced"),
        (f"limit {LARGE:,}, counted in Redis: in Redis", _bytes(large_in_redis), "2 keys, MEMORY USAGE"),
        (f"limit {LARGE:,}, counted in Redis: in the worker", _bytes(large_beside_redis), "2 keys, traced"),
    ]
    goals = [
        _goal(f"memory of an active key, limit {SMALL}", whole, BOUND),
        _goal(f"memory of an active key counted in Redis, limit {SMALL}", with_redis, BOUND),
        _goal(f"memory of an active key in Redis, limit {SMALL}", small_in_redis, BOUND),
        _goal(f"memory of a window, limit {LARGE:,}", large, LARGE_BOUND),
        _goal(f"memory of a window in Redis, limit {LARGE:,}", large_in_redis, LARGE_BOUND),
    ]
    return Findings(
        [Table("Memory of an active limited key, its window full", ("key", "each", "found as"), rows)], goals
    )


def _in_a_worker(bench: Bench) -> float:
    """The worker's growth from when as many other keys are at their limit to when these are."""
    limit = RateLimit(max_requests=SMALL, window_seconds=86_400)
    with serve_many_keys(bench.folder, 2 * _ACTIVE_KEYS, limit) as (served, estate):
        served.place([SERVER_CORE], [LOAD_CORE])
        url, (worker,) = f"{served.url}{estate.path}", served.workers()
        keys, held = list(known_keys(2 * _ACTIVE_KEYS)), []
        for begin in (0, _ACTIVE_KEYS):
            chosen = keys[begin : begin + _ACTIVE_KEYS]
            _use_up(Load(url, chosen, bench.bodies, is_refused=None))
            held.append(anonymous_bytes(worker))
        return (held[1] - held[0]) / _ACTIVE_KEYS


def _use_up(load: Load) -> None:
    for _ in range(_MORE_THAN_ENOUGH_SECONDS // _ROUND_SECONDS):
        found = load.run(_ROUND_SECONDS, core=LOAD_CORE)
        if found.refused == found.calls:
            return
    raise TimeoutError("the keys did not come to their limit")


def _in_process(keys: int, limit: int, redis_url: str = "") -> float:
    command = [sys.executable, "-m", "tests.benchmarks.window_memory", str(keys), str(limit)]
    command += [redis_url] if redis_url else []
    found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    traced: float = found["traced"]
    return traced


def _in_redis(server: RedisServer) -> float:
    """The largest window there; everything else of the limiter's is left out by taking the median above its half."""
    with closing(server.client()) as redis:
        sizes = [int(redis.memory_usage(name, samples=0) or 0) for name in redis.scan_iter(count=1000)]
        redis.flushall()
    most = max(sizes)
    return statistics.median(size for size in sizes if size > most / 2)


def _bytes(size: float) -> str:
    return f"{size:,.0f} bytes"


def _goal(what: str, measured: float, bound: int) -> Goal:
    return Goal(what, measured, bound, "bytes", at_most=True)
