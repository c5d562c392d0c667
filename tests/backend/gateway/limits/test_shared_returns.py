"""The limiter over a Redis that goes and returns: what two workers admit meanwhile is told, and never more than due."""

from collections.abc import Callable

import pytest

from ss_admin.backend.gateway.limits.decisions import LimitDecision
from ss_admin.backend.gateway.limits.shared import RedisLimiter
from ss_admin.contract.api_keys import RateLimit
from tests.support.redis_server import RedisServer
from tests.support.watching import eventually

pytestmark = pytest.mark.usefixtures("no_leftovers")


def limit(max_requests: int, window_seconds: int) -> RateLimit:
    return RateLimit(max_requests=max_requests, window_seconds=window_seconds)


def admitted_of(number: int, decide: Callable[[], LimitDecision]) -> int:
    return sum(decide().admitted for _ in range(number))


@pytest.fixture
def two_workers(server: RedisServer, limiter_at) -> list[RedisLimiter]:
    return [limiter_at(server.url, rank, 2) for rank in range(2)]


def test_a_window_that_ran_out_at_a_frozen_redis_is_told_before_anybody_asks_for_it(
    server: RedisServer, two_workers: list[RedisLimiter]
) -> None:
    windows = [limiter.window("key", limit(40, 60)) for limiter in two_workers]
    before = sum(window.decide().admitted for window in windows)
    # As Redis does by itself a second after the last admission has left, here while it is frozen.
    server.client().pexpire("ss:limit:{key:40:60}", 50)
    server.freeze()
    during = sum(admitted_of(30, window.decide) for window in windows)
    server.thaw()
    assert during > 30
    eventually(lambda: not any(limiter.is_degraded for limiter in two_workers), seconds=3)
    after = sum(admitted_of(30, window.decide) for window in windows)
    assert before + during + after == 40


def test_what_is_admitted_while_redis_is_told_is_told_at_once_as_well(server: RedisServer, limiter_at) -> None:
    limiter = limiter_at(server.url, 0, 2)
    contact, window = limiter._contact, limiter.window("key", limit(40, 60))
    tell_all, admitted = contact._tell_all, []

    def tell_and_admit(everything: bool) -> None:
        tell_all(everything)
        admitted.append(0 if contact.outage.is_back else admitted_of(30, window.decide))

    contact._tell_all = tell_and_admit
    server.freeze()
    assert limiter.is_degraded
    server.thaw()
    eventually(lambda: len(admitted) == 2, seconds=1)  # the others may ask Redis alone 1.2 s after the return
    assert admitted == [20, 0]
    assert limiter_at(server.url, 1, 2).window("key", limit(40, 60)).decide().remaining == 19


def test_threads_whose_redis_goes_again_keep_to_the_workers_part(server: RedisServer, limiter_at) -> None:
    limiter = limiter_at(server.url, 0, 2)
    window = limiter.window("key", limit(2, 60))
    server.freeze()
    assert limiter.is_degraded
    server.thaw()
    eventually(lambda: limiter._contact.outage.is_back, seconds=2)
    server.freeze()
    lost, other = limiter._contact.lost, []

    def lose_and_admit(gone) -> object:
        outage = lost(gone)
        limiter._contact.lost = lost
        other.append(window.decide().admitted)  # as another thread does that sees it first
        return outage

    limiter._contact.lost = lose_and_admit
    decision = window.decide()
    server.thaw()
    assert (decision.admitted, other) == (False, [True])


def test_one_loss_after_another_gives_a_part_of_what_remained_only_once(
    server: RedisServer, two_workers: list[RedisLimiter]
) -> None:
    busy, calm = (limiter.window("key", limit(100, 60)) for limiter in two_workers)
    assert admitted_of(60, busy.decide) + calm.decide().admitted == 61
    admitted = []
    for _ in range(2):
        server.freeze()
        admitted.append(admitted_of(60, calm.decide))
        server.thaw()
        eventually(lambda: not two_workers[1].is_degraded, seconds=3)
    server.kill()
    admitted.append(admitted_of(60, calm.decide))
    assert admitted == [18, 0, 0]


def test_a_window_that_others_used_up_before_the_loss_is_not_forgotten_by_the_sweep(
    server: RedisServer, two_workers: list[RedisLimiter]
) -> None:
    ours, theirs = two_workers
    assert admitted_of(4, theirs.window("key", limit(4, 60)).decide) == 4
    assert not ours.window("key", limit(4, 60)).decide().admitted
    server.kill()
    eventually(lambda: ours.is_degraded, seconds=2)
    assert not ours.window("key", limit(4, 60)).decide().admitted
    for number in range(20):
        ours.window(f"other {number}", limit(4, 60)).decide()
    assert not ours.window("key", limit(4, 60)).decide().admitted
