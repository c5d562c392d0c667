"""Redis goes and comes back while partners call: limited keys go on, within their limits all the time."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from ss_admin.contract.api_keys import RateLimit
from tests.faults.conftest import Site, spread
from tests.support.ledger import assert_stored_exactly, most_admitted
from tests.support.redis_server import RedisServer
from tests.support.server_process import ServerProcess, ask
from tests.support.traffic import next_number, traffic
from tests.support.watching import eventually

LIMIT = RateLimit(max_requests=40, window_seconds=2)
OUTAGE_SECONDS = 3.0


@contextmanager
def killed(redis: RedisServer) -> Iterator[None]:
    redis.kill()
    yield
    redis.start()


@contextmanager
def frozen(redis: RedisServer) -> Iterator[None]:
    redis.freeze()
    try:
        yield
    finally:
        redis.thaw()


def readiness(server: ServerProcess) -> tuple[int, str]:
    answer = ask(server.address, b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
    return answer.status, answer.document()["status"]


@pytest.mark.parametrize("outage", [killed, frozen])
def test_limited_keys_go_on_within_their_limits(
    site: Site, outage: Callable[[RedisServer], AbstractContextManager[None]]
) -> None:
    hammered, roomy, free = site.key(LIMIT), site.key(RateLimit(max_requests=1000, window_seconds=1)), site.key()
    with (
        site.server() as server,
        traffic([server.address], site.rulechain_id, [hammered, roomy, hammered, free], lanes=4) as calls,
    ):
        spread(calls, [server])
        calls.start()
        eventually(lambda: readiness(server) == (200, "ready"))
        calls.wait_for_calls(100)
        with outage(site.redis):
            gone = time.monotonic()
            eventually(lambda: readiness(server) == (200, "degraded"))
            time.sleep(OUTAGE_SECONDS)
            still_gone = time.monotonic()
        eventually(lambda: readiness(server) == (200, "ready"))
        recovered = time.monotonic()
        time.sleep(2 * LIMIT.window_seconds)
        ledger = calls.stop()
        assert server.stop() == (0, "")
    assert set(ledger.statuses()) == {200, 429}
    assert most_admitted(ledger.of(hammered.api_key.id), LIMIT.window_seconds) <= LIMIT.max_requests
    # Never an outage: what was admitted a window before has left, so calls were admitted during it, and after it all.
    during = ledger.of(hammered.api_key.id, since=gone + 1, until=still_gone)
    assert any(call.is_admitted for call in during)
    assert all(call.is_admitted for call in ledger.of(roomy.api_key.id))
    assert all(call.is_admitted for call in ledger.of(free.api_key.id))
    again = ledger.of(hammered.api_key.id, since=recovered)
    assert sum(call.is_admitted for call in again) >= LIMIT.max_requests
    assert max(call.ended - call.sent for call in ledger.calls) < 3
    assert_stored_exactly(ledger, site.store, expected=next_number)
