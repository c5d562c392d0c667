"""Four workers, each a process, on one key in one Redis: exact with any clocks, and while Redis comes and goes."""

import time

import pytest

from ss_admin.contract.api_keys import RateLimit
from tests.support.limiting_worker import Call, LimitingWorker, limiting_workers, most_in_any_window
from tests.support.redis_server import RedisServer
from tests.support.windows import SECOND, assert_exact

# An hour ahead, three days behind, one that runs a thousandth too fast, and one that is right.
SKEWED = ("+1h", "-3d", "+0 x1.001", None)


def collected(workers: list[LimitingWorker]) -> list[Call]:
    for worker in workers:
        worker.process.stdin.close()
        worker.process.stdin = None
    return [call for worker in workers for call in worker.stop()]


def admissions(calls: list[Call]) -> list[Call]:
    return sorted((call for call in calls if call.admitted), key=lambda call: call.instant_ns)


def test_workers_with_skewed_clocks_are_admitted_exactly(server: RedisServer) -> None:
    with limiting_workers(server.url, RateLimit(max_requests=100, window_seconds=2), clocks=SKEWED) as workers:
        for worker in workers:
            worker.begin()
        time.sleep(7)
        calls = collected(workers)
    admitted = admissions(calls)
    assert_exact(admitted, 100, 2)
    # Nothing was left unused under a load that never ceased: where a window's worth had left, all of it came again.
    assert len(admitted) >= 100 * 3
    assert len(calls) > 3 * len(admitted)
    gaps = [later.instant_ns - earlier.instant_ns for earlier, later in zip(admitted, admitted[100:], strict=False)]
    assert sorted(gaps)[len(gaps) // 2] < 2.05 * SECOND


def test_a_burst_of_60_calls_at_each_of_four_workers_admits_exactly_100(server: RedisServer) -> None:
    limit = RateLimit(max_requests=100, window_seconds=60)
    with limiting_workers(server.url, limit, clocks=SKEWED, most_calls=15, pause=0, threads=4) as workers:
        for worker in workers:
            worker.begin()
        calls = collected(workers)
    assert len(calls) == 240
    assert sum(call.admitted for call in calls) == 100


def test_a_large_limit_in_lots_is_never_passed_and_hardly_missed(server: RedisServer) -> None:
    limit = RateLimit(max_requests=10_000, window_seconds=2)
    with limiting_workers(server.url, limit, pause=0, threads=2) as workers:
        for worker in workers:
            worker.begin()
        time.sleep(5)
        calls = collected(workers)
    assert most_in_any_window(calls, 2) <= 10_000
    first = min(call.began_ns for call in calls)
    early = sum(call.admitted for call in calls if call.ended_ns < first + 2 * SECOND)
    assert early >= 9_900


@pytest.mark.parametrize("back_after", [0.05, 2.5])
def test_redis_killed_and_started_empty_never_lets_too_many_through(server: RedisServer, back_after: float) -> None:
    with limiting_workers(server.url, RateLimit(max_requests=100, window_seconds=3)) as workers:
        for worker in workers:
            worker.begin()
        time.sleep(1.0)
        server.kill()
        time.sleep(back_after)
        server.start()
        back = time.monotonic_ns()
        time.sleep(6)
        calls = collected(workers)
    assert most_in_any_window(calls, 3) <= 100
    assert max(call.ended_ns - call.began_ns for call in calls) < SECOND
    settled = back + 2 * SECOND
    assert sum(call.admitted for call in calls if call.began_ns > settled) >= 100


def test_a_redis_gone_for_good_leaves_each_worker_its_part(server: RedisServer) -> None:
    with limiting_workers(server.url, RateLimit(max_requests=100, window_seconds=2)) as workers:
        for worker in workers:
            worker.begin()
        time.sleep(1)
        server.kill()
        gone = time.monotonic_ns()
        time.sleep(6)
        calls = collected(workers)
    assert most_in_any_window(calls, 2) <= 100
    # From one window after the loss on, each has its whole part.
    later = [call for call in calls if call.admitted and call.began_ns > gone + 3 * SECOND]
    assert len(later) >= 100


def test_a_frozen_redis_holds_up_only_the_first_calls(server: RedisServer) -> None:
    with limiting_workers(server.url, RateLimit(max_requests=400, window_seconds=2), threads=4) as workers:
        for worker in workers:
            worker.begin()
        time.sleep(1)
        server.freeze()
        frozen = time.monotonic_ns()
        time.sleep(4)
        server.thaw()
        time.sleep(4)
        calls = collected(workers)
    assert most_in_any_window(calls, 2) <= 400
    # Each of the 16 threads waits once, a quarter of a second. A busy machine may add to it, and hold some up before.
    held_up = [call for call in calls if call.ended_ns - call.began_ns > 0.24 * SECOND and call.ended_ns > frozen]
    assert len(held_up) <= 16
    assert all(call.ended_ns - call.began_ns < SECOND for call in held_up)
    assert all(call.began_ns < frozen + 0.6 * SECOND for call in held_up)


def test_one_more_restart_while_workers_still_tell_is_survived(server: RedisServer) -> None:
    with limiting_workers(server.url, RateLimit(max_requests=100, window_seconds=3)) as workers:
        for worker in workers:
            worker.begin()
        for pause in (1.0, 0.7, 0.3):
            time.sleep(pause)
            server.kill()
            server.start()
        time.sleep(5)
        calls = collected(workers)
    assert most_in_any_window(calls, 3) <= 100
    assert sum(call.admitted for call in calls if call.began_ns > calls[0].began_ns + 4 * SECOND) >= 50
