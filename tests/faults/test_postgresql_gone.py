"""PostgreSQL goes and comes back while partners call: the keys that are known go on, and nothing answered is lost."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import ApiKeyCreated, RateLimit
from tests.faults.conftest import Site, paused, spread, stopped
from tests.support.ledger import are_stored, assert_stored_exactly, most_admitted
from tests.support.postgresql import PostgresqlServer
from tests.support.server_process import RawConnection, ServerProcess
from tests.support.traffic import call_once, next_number, traffic
from tests.support.watching import eventually

Outage = Callable[[PostgresqlServer], AbstractContextManager[None]]

LIMIT = RateLimit(max_requests=40, window_seconds=2)
OUTAGE_SECONDS = 6.0


def assert_told_to_come_back(server: ServerProcess, site: Site, key: ApiKeyCreated) -> None:
    """At each worker, within the time that a call may wait for the store."""
    for _ in range(4):
        with RawConnection(server.address) as connection:
            call, _ = call_once(connection, site.rulechain_id, key, 0)
        assert (call.status, call.code) == (503, "unavailable")
        assert int(call.headers["retry-after"]) > 0
        assert call.ended - call.sent < 4


@pytest.mark.parametrize("outage", [stopped, paused])
def test_known_keys_go_on_and_all_their_runs_are_written_afterwards(site: Site, outage: Outage) -> None:
    limited, free = site.key(LIMIT), site.key()
    idle, never_made = site.key(), free.model_copy(update={"secret": new_api_key()})
    with (
        site.server() as server,
        traffic([server.address], site.rulechain_id, [limited, free], lanes=4) as calls,
    ):
        spread(calls, [server])
        calls.start()
        calls.wait_for_calls(50)
        with outage(site.postgresql):
            gone = time.monotonic()
            time.sleep(OUTAGE_SECONDS / 2)
            assert_told_to_come_back(server, site, idle)
            assert_told_to_come_back(server, site, never_made)
            time.sleep(max(0.0, gone + OUTAGE_SECONDS - time.monotonic()))
            still_gone = time.monotonic()
        calls.wait_for_calls(50)
        ledger = calls.stop()
        eventually(lambda: are_stored(ledger, site.store), seconds=60)
        with RawConnection(server.address) as connection:
            assert call_once(connection, site.rulechain_id, never_made, 0)[0].code == "invalid_api_key"
            # A worker that has found the database away asks it again within a second.
            eventually(
                lambda: (
                    ledger.calls.append(call_once(connection, site.rulechain_id, idle, 0)[0])
                    or ledger.calls[-1].status == 200
                ),
                seconds=5,
            )
        assert server.stop() == (0, "")
    in_traffic = [*ledger.of(limited.api_key.id), *ledger.of(free.api_key.id)]
    assert {call.status for call in in_traffic} == {200, 429}
    assert ledger.statuses(since=gone + 1, until=still_gone)[200] > 50
    assert most_admitted(ledger.of(limited.api_key.id), LIMIT.window_seconds) <= LIMIT.max_requests
    assert all(call.is_admitted for call in ledger.of(free.api_key.id))
    assert_stored_exactly(ledger, site.store, expected=next_number)


def test_a_server_killed_during_the_outage_leaves_its_runs_to_the_next_one(site: Site) -> None:
    keys = site.keys(3)
    with site.server() as server, traffic([server.address], site.rulechain_id, keys) as calls:
        spread(calls, [server])
        calls.start()
        calls.wait_for_calls(20)
        with stopped(site.postgresql):
            gone = time.monotonic()
            calls.wait_for_calls(50)
            server.kill()
            ledger = calls.stop()
            assert ledger.statuses(since=gone)[200] > 50
    with site.server() as server:
        eventually(lambda: are_stored(ledger, site.store), seconds=60)
        assert server.stop() == (0, "")
    assert set(ledger.statuses()) <= {200, 0}
    assert_stored_exactly(ledger, site.store, expected=next_number)
