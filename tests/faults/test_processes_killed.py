"""Processes of a server are killed while partners call: another takes the call, a new one comes, nothing is lost."""

import os
import signal
import time

from ss_admin.contract.api_keys import RateLimit
from tests.faults.conftest import Site, spread
from tests.support.ledger import are_stored, assert_stored_exactly, most_admitted
from tests.support.server_parts import housekeeper_of, is_running, workers_of
from tests.support.traffic import next_number, traffic
from tests.support.watching import eventually

LIMIT = RateLimit(max_requests=40, window_seconds=2)
PATIENCE = 60  # seconds, on a busy machine


def test_a_worker_is_killed_another_takes_its_calls_and_a_new_one_comes(site: Site) -> None:
    limited, free = site.key(LIMIT), site.key()
    with (
        site.server() as server,
        traffic([server.address], site.rulechain_id, [limited, free], repeats=True) as calls,
    ):
        spread(calls, [server])
        calls.start()
        calls.wait_for_calls(50)
        killed, left = workers_of(server)
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: len({left, *workers_of(server)} - {killed}) == 2, seconds=PATIENCE)
        calls.wait_for_calls(100)
        ledger = calls.stop()
        eventually(lambda: are_stored(ledger, site.store), seconds=PATIENCE)
        assert not is_running(killed)
        assert is_running(left)
        assert server.stop() == (0, "")
    assert set(ledger.statuses()) <= {200, 429, 0}
    repeated = [call for call in ledger.calls if call.is_repeated]
    assert sum(call.is_broken for call in ledger.calls) == len(repeated) <= 2  # the lanes that the worker held
    assert not any(call.is_broken for call in repeated)
    assert most_admitted(ledger.of(limited.api_key.id), LIMIT.window_seconds) <= LIMIT.max_requests
    assert_stored_exactly(ledger, site.store, expected=next_number)


def test_the_housekeeper_is_killed_and_no_call_notices(site: Site) -> None:
    with site.server() as server, traffic([server.address], site.rulechain_id, site.keys(3)) as calls:
        spread(calls, [server])
        calls.start()
        calls.wait_for_calls(30)
        for _ in range(3):
            killed = housekeeper_of(server)
            os.kill(killed, signal.SIGKILL)
            eventually(lambda gone=killed: housekeeper_of(server) not in (None, gone), seconds=PATIENCE)
            calls.wait_for_calls(10)
        eventually(lambda: are_stored(calls.ledger, site.store), seconds=PATIENCE)
        ledger = calls.stop()
        assert server.stop() == (0, "")
    assert set(ledger.statuses()) == {200}
    assert assert_stored_exactly(ledger, site.store, expected=next_number) == 0


def test_all_is_killed_at_once_and_what_was_answered_is_there_after_the_next_start(site: Site) -> None:
    limited, free = site.key(LIMIT), site.key()
    with site.server() as first, traffic([first.address], site.rulechain_id, [limited, free]) as calls:
        spread(calls, [first])
        calls.start()
        calls.wait_for_calls(50)
        first.kill()
        with site.server(port=first.address[1]) as second:
            serves_again = time.monotonic()
            calls.wait_for_calls(50)
            ledger = calls.stop()
            eventually(lambda: are_stored(ledger, site.store), seconds=PATIENCE)
            assert second.stop() == (0, "")
    assert set(ledger.statuses()) <= {200, 429, 0}
    assert ledger.statuses(since=serves_again)[0] == 0
    assert most_admitted(ledger.of(limited.api_key.id), LIMIT.window_seconds) <= LIMIT.max_requests
    assert_stored_exactly(ledger, site.store, expected=next_number)


def test_the_supervisor_alone_is_killed_and_its_workers_and_housekeeper_end_in_order(site: Site) -> None:
    with site.server() as server, traffic([server.address], site.rulechain_id, site.keys(3)) as calls:
        spread(calls, [server])
        calls.start()
        calls.wait_for_calls(30)
        others = [*workers_of(server), housekeeper_of(server)]
        os.kill(server.process.pid, signal.SIGKILL)
        eventually(lambda: not any(is_running(pid) for pid in others), seconds=PATIENCE)
        ledger = calls.stop()
    assert set(ledger.statuses()) <= {200, 0}
    assert assert_stored_exactly(ledger, site.store, expected=next_number) == 0
