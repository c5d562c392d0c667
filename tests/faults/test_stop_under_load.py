"""A server is told to stop while partners call: calls in flight are answered, and all that was answered is stored."""

import signal

from tests.faults.conftest import Site, spread
from tests.support.ledger import assert_stored_exactly
from tests.support.server_parts import connection_to, workers_of
from tests.support.traffic import begin_call, next_number, traffic
from tests.support.watching import eventually


def test_calls_in_flight_are_answered_and_no_answer_is_lost(site: Site) -> None:
    keys = site.keys(3)
    with site.server() as server, traffic([server.address], site.rulechain_id, keys, lanes=6, pause=0) as calls:
        spread(calls, [server])
        calls.start()
        calls.wait_for_calls(50)
        workers = workers_of(server)
        in_flight = [
            begin_call(connection_to(server.address, worker, workers), site.rulechain_id, keys[0], -worker)
            for worker in workers
        ]
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: all(connection is None for connection in calls.connections))
        ledger = calls.stop()
        for begun in in_flight:
            ended, _ = begun.finish()
            assert ended.status == 200
            ledger.calls.append(ended)
            begun.connection.socket.close()
        assert server.ended() == (0, "")
    assert set(ledger.statuses()) <= {200, 0}
    # A request that met a connection just closed was not read; none was run without an answer.
    assert assert_stored_exactly(ledger, site.store, expected=next_number) == 0
