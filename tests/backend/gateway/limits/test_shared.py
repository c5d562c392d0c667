"""The limiter over a real Redis, one worker: what it tells, when it asks, and what counts as a Redis that is gone."""

import time
import tracemalloc
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from ss_admin.backend.gateway.limits.decisions import LimitDecision
from ss_admin.backend.gateway.limits.shared import RedisLimiter
from ss_admin.backend.propagation.watch import LiveWorkers
from ss_admin.contract.api_keys import RateLimit
from tests.support.at_once import at_once
from tests.support.redis_server import RedisServer, redis_server
from tests.support.watching import eventually

pytestmark = pytest.mark.usefixtures("no_leftovers")


def limit(max_requests: int, window_seconds: int) -> RateLimit:
    return RateLimit(max_requests=max_requests, window_seconds=window_seconds)


def scripts_called(server: RedisServer) -> int:
    return server.client().info("commandstats").get("cmdstat_evalsha", {"calls": 0})["calls"]


# With Redis


def test_calls_are_admitted_up_to_the_limit_and_told_what_is_left(server: RedisServer, limiter_at) -> None:
    window = limiter_at(server.url).window("key", limit(3, 60))
    decisions = [window.decide() for _ in range(5)]
    assert [decision[:4] for decision in decisions[:3]] == [(True, 2, 60, 0), (True, 1, 60, 0), (True, 0, 60, 0)]
    assert [decision[:4] for decision in decisions[3:]] == [(False, 0, 60, 60)] * 2


def test_workers_count_together(server: RedisServer, limiter_at) -> None:
    windows = [limiter_at(server.url, rank).window("key", limit(10, 60)) for rank in range(4)]
    decisions = [window.decide() for _ in range(5) for window in windows]
    assert sum(decision.admitted for decision in decisions) == 10


def test_a_look_tells_what_redis_said_last_and_asks_nobody(server: RedisServer, limiter_at) -> None:
    window = limiter_at(server.url).window("key", limit(2, 60))
    assert window.look()[:4] == (True, 2, 60, 0)
    window.decide()
    asked = scripts_called(server)
    assert window.look()[:4] == (True, 1, 60, 0)
    assert scripts_called(server) == asked
    window.decide()
    window.decide()
    assert window.look()[:4] == (False, 0, 60, 60)


def test_after_the_told_wait_a_call_is_admitted(server: RedisServer, limiter_at) -> None:
    window = limiter_at(server.url).window("key", limit(2, 1))
    window.decide()
    window.decide()
    refused = window.decide()
    assert refused.retry_after == 1
    time.sleep(refused.retry_after)
    assert window.decide().admitted


def test_a_refused_worker_does_not_ask_again_before_it_could_be_admitted(server: RedisServer, limiter_at) -> None:
    window = limiter_at(server.url).window("key", limit(1, 1))
    window.decide()
    before = scripts_called(server)
    refused = [window.decide() for _ in range(500)]
    assert not any(decision.admitted for decision in refused)
    assert scripts_called(server) - before <= 2
    eventually(lambda: window.decide().admitted, seconds=1.2)


def test_a_changed_limit_starts_a_fresh_window(server: RedisServer, limiter_at) -> None:
    limiter = limiter_at(server.url)
    assert [limiter.window("key", limit(1, 60)).decide().admitted for _ in range(2)] == [True, False]
    assert limiter.window("key", limit(2, 60)).decide().remaining == 1


def test_threads_at_once_are_admitted_exactly(server: RedisServer, limiter_at) -> None:
    window = limiter_at(server.url).window("key", limit(100, 60))
    works = [lambda: sum(window.decide().admitted for _ in range(10))] * 16
    assert sum(at_once(*works)) == 100


def test_a_large_limit_is_taken_in_lots(server: RedisServer, limiter_at) -> None:
    window = limiter_at(server.url).window("key", limit(1_000_000, 60))
    decisions = [window.decide() for _ in range(20_000)]
    assert all(decision.admitted for decision in decisions)
    remaining = [decision.remaining for decision in decisions]
    assert remaining == sorted(remaining, reverse=True)
    assert 975_000 <= remaining[-1] <= 980_000
    assert scripts_called(server) < 2_000


def test_what_is_left_of_a_lot_is_given_back(server: RedisServer, limiter_at) -> None:
    window = limiter_at(server.url).window("key", limit(100_000, 60))
    for _ in range(3_000):
        window.decide()
    time.sleep(0.12)  # two lives of a lot
    window.decide()
    other = limiter_at(server.url, 1).window("key", limit(100_000, 60)).decide()
    assert other.remaining >= 100_000 - 3_002


def test_near_the_limit_a_large_one_is_exact_to_the_call(server: RedisServer, limiter_at) -> None:
    windows = [limiter_at(server.url, rank).window("key", limit(8_000, 60)) for rank in range(4)]
    admitted = sum(window.decide().admitted for _ in range(2_100) for window in windows)
    assert 7_960 <= admitted <= 8_000


def test_idle_windows_are_swept(server: RedisServer, limiter_at) -> None:
    limiter = limiter_at(server.url)
    for number in range(100):
        limiter.window(f"key {number}", limit(1, 1)).decide()
    time.sleep(1.1)
    busy = limiter.window("busy", limit(1, 60))
    for _ in range(1_000):
        busy.decide()
    assert len(limiter) == 1


def test_a_window_kept_over_a_sweep_goes_on_counting(server: RedisServer, limiter_at) -> None:
    limiter = limiter_at(server.url)
    kept = limiter.window("key", limit(2, 1))
    kept.decide()
    time.sleep(1.1)
    for number in range(3):
        limiter.window(f"other {number}", limit(1, 60)).decide()
    assert kept.decide().remaining == 1
    assert limiter.window("key", limit(2, 1)).decide().remaining == 0


def test_a_workers_memory_for_a_limit_of_100_is_below_2_kib(server: RedisServer, limiter_at) -> None:
    limiter = limiter_at(server.url)
    limiter.window("first", limit(1, 60)).decide()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(30):
        window = limiter.window(f"{number:036d}", limit(100, 600))
        assert sum(window.decide().admitted for _ in range(101)) == 100
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert taken / 30 < 2 * 1024


def test_a_script_that_redis_forgot_is_brought_again(server: RedisServer, limiter_at) -> None:
    limiter = limiter_at(server.url)
    window = limiter.window("key", limit(5, 60))
    window.decide()
    server.client().script_flush()
    assert window.decide().remaining == 3
    assert limiter.outages == 0


def test_connections_that_redis_closed_meanwhile_are_no_outage(server: RedisServer, limiter_at) -> None:
    limiter = limiter_at(server.url)
    window = limiter.window("key", limit(5, 60))
    window.decide()
    server.client().client_kill_filter(_type="normal", skipme=True)
    assert window.decide().remaining == 3
    assert limiter.outages == 0


def test_a_redis_emptied_by_hand_is_told_what_the_worker_was_granted(server: RedisServer, limiter_at) -> None:
    window = limiter_at(server.url).window("key", limit(5, 60))
    for _ in range(3):
        window.decide()
    server.client().flushall()
    assert window.decide().remaining == 1


# Without Redis


def admitted_of(number: int, decide: Callable[[], LimitDecision]) -> int:
    return sum(decide().admitted for _ in range(number))


def test_without_redis_from_the_start_each_worker_admits_its_part(limiter_at) -> None:
    windows = [limiter_at("redis://127.0.0.1:1/0", rank).window("key", limit(10, 60)) for rank in range(4)]
    assert [admitted_of(20, window.decide) for window in windows] == [3, 3, 2, 2]
    refused = windows[0].decide()
    assert (refused.admitted, refused.remaining) == (False, 0)
    assert 59 <= refused.retry_after <= 61


def test_the_part_follows_the_number_of_live_workers() -> None:
    live = [LiveWorkers(rank=0, count=4)]
    limiter = RedisLimiter(SecretStr("redis://127.0.0.1:1/0"), "worker", lambda: live[0])
    window = limiter.window("key", limit(100, 60))
    assert admitted_of(60, window.decide) == 25
    live[0] = LiveWorkers(rank=0, count=2)
    assert admitted_of(60, window.decide) == 25
    limiter.close()


def test_after_the_loss_workers_share_what_remained(server: RedisServer, limiter_at) -> None:
    windows = [limiter_at(server.url, rank).window("key", limit(100, 60)) for rank in range(4)]
    before = sum(window.decide().admitted for _ in range(10) for window in windows)
    server.kill()
    after = [admitted_of(50, window.decide) for window in windows]
    assert before == 40
    assert before + sum(after) <= 100
    assert min(after) >= 8


def test_a_limit_used_up_before_the_loss_stays_used_up(server: RedisServer, limiter_at) -> None:
    windows = [limiter_at(server.url, rank).window("key", limit(40, 60)) for rank in range(4)]
    assert sum(window.decide().admitted for _ in range(12) for window in windows) == 40
    server.kill()
    assert sum(admitted_of(20, window.decide) for window in windows) == 0


def test_what_leaves_a_workers_own_window_is_its_own_to_use_again(server: RedisServer, limiter_at) -> None:
    windows = [limiter_at(server.url, rank).window("key", limit(8, 1)) for rank in range(4)]
    assert sum(window.decide().admitted for _ in range(3) for window in windows) == 8
    server.kill()
    time.sleep(1.1)
    assert [admitted_of(5, window.decide) for window in windows] == [2, 2, 2, 2]


def test_redis_learns_what_was_admitted_without_it(server: RedisServer, limiter_at) -> None:
    limiter = limiter_at(server.url, count=2)
    window = limiter.window("key", limit(100, 60))
    assert admitted_of(10, window.decide) == 10
    server.kill()
    assert admitted_of(20, window.decide) == 20
    assert limiter.is_degraded
    server.start()
    eventually(lambda: not limiter.is_degraded, seconds=2.5)
    assert limiter_at(server.url, 1).window("key", limit(100, 60)).decide().remaining == 69


def test_a_copy_that_is_older_gets_what_it_lacks(limiter_at) -> None:
    with redis_server() as server:
        limiter = limiter_at(server.url, count=1)
        window = limiter.window("key", limit(100, 60))
        admitted_of(10, window.decide)
        time.sleep(0.1)  # Redis' clock is known to some milliseconds: admissions so near the copy count twice
        server.client().save()
        admitted_of(5, window.decide)
        server.kill()
        admitted_of(5, window.decide)
        server.start()
        eventually(lambda: not limiter.is_degraded, seconds=2.5)
        assert 77 <= window.decide().remaining <= 79


def test_a_restart_between_two_calls_is_noticed(server: RedisServer, limiter_at) -> None:
    limiter = limiter_at(server.url, count=1)
    window = limiter.window("key", limit(20, 60))
    admitted_of(10, window.decide)
    server.kill()
    server.start()
    assert window.decide().remaining == 9
    eventually(lambda: not limiter.is_degraded, seconds=2.5)
    assert window.decide().remaining == 8


def test_an_idle_worker_says_by_itself_that_redis_is_gone(server: RedisServer, limiter_at) -> None:
    limiter = limiter_at(server.url)
    assert not limiter.is_degraded
    server.kill()
    eventually(lambda: limiter.is_degraded, seconds=2)
    server.start()
    eventually(lambda: not limiter.is_degraded, seconds=2.5)


def test_a_frozen_redis_holds_up_one_call_for_a_quarter_of_a_second(server: RedisServer, limiter_at) -> None:
    limiter = limiter_at(server.url)
    window = limiter.window("key", limit(400, 60))
    window.decide()
    server.freeze()
    took = []
    for _ in range(50):
        began = time.monotonic()
        window.decide()
        took.append(time.monotonic() - began)
    server.thaw()
    assert 0.2 < took[0] < 0.4
    assert max(took[1:]) < 0.1


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ({"maxmemory": "1mb"}, {"maxmemory": "0"}),
        ({"replicaof": "127.0.0.1 1"}, {"replicaof": "no one"}),
        ({"min-replicas-to-write": "1"}, {"min-replicas-to-write": "0"}),
    ],
    ids=["out of memory", "read only", "without replicas"],
)
def test_a_redis_that_refuses_to_write_is_gone_until_it_does_again(
    server: RedisServer, limiter_at, broken: dict[str, str], mended: dict[str, str]
) -> None:
    def set_up(options: dict[str, str]) -> None:
        for name, value in options.items():
            if name == "replicaof":
                server.client().replicaof(*value.split())
            else:
                server.client().config_set(name, value)

    limiter = limiter_at(server.url)
    window = limiter.window("key", limit(100, 60))
    window.decide()
    set_up(broken)
    assert window.decide().admitted
    assert limiter.is_degraded
    time.sleep(0.6)  # a probe or two
    assert limiter.is_degraded
    set_up(mended)
    eventually(lambda: not limiter.is_degraded, seconds=2.5)
    assert limiter.outages == 1


def test_a_wrong_password_is_an_outage_and_named_nowhere(limiter_at, caplog: pytest.LogCaptureFixture) -> None:
    with redis_server("--requirepass", "right") as server:
        limiter = limiter_at(server.url.replace("redis://", "redis://:wr0ngpass@"))
        assert limiter.window("key", limit(4, 60)).decide().admitted
        assert limiter.is_degraded
    assert "AuthenticationError" in caplog.text
    assert "wr0ngpass" not in caplog.text


def test_a_password_and_a_unix_socket_work_from_the_url(limiter_at, tmp_path) -> None:
    with redis_server("--requirepass", "right", "--unixsocket", str(tmp_path / "redis")) as server:
        for url in (server.url.replace("redis://", "redis://:right@"), f"unix://:right@{tmp_path / 'redis'}?db=0"):
            limiter = limiter_at(url)
            assert limiter.window("key", limit(4, 60)).decide().admitted
            assert not limiter.is_degraded


def test_an_url_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="scheme"):
        RedisLimiter(SecretStr("memcached://somewhere"), "worker", lambda: LiveWorkers(rank=0, count=1))
