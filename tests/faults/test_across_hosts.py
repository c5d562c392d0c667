"""Two hosts whose clocks are wrong, with two workers each: limits are exact, and changes reach all of them in a second.

Between themselves and the tests the hosts share PostgreSQL and Redis, whose clocks are right, and nothing else.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest

from ss_admin.contract.api_keys import ApiKeyCreated, RateLimit
from ss_admin.contract.propagation import Propagation
from tests.faults.conftest import Site, spread
from tests.support.housekeeping import wait_until_drained
from tests.support.ledger import Call, Ledger, assert_stored_exactly, most_admitted
from tests.support.server_parts import workers_of
from tests.support.server_process import RawAnswer, ServerProcess, ask
from tests.support.traffic import Traffic, next_number, traffic
from tests.support.watching import eventually

HOSTS = {"ahead": "+1h", "behind": "-3d"}
CLOCK_ERROR = timedelta(milliseconds=50)
ROUNDS = 200
IN_TIME = 1.0
LANES = 8


@dataclass(frozen=True)
class Hosts:
    """The servers of one site. An administrator asks them in turn."""

    site: Site
    servers: list[ServerProcess]
    turns: Iterator[ServerProcess]

    @property
    def workers(self) -> set[int]:
        return {pid for server in self.servers for pid in workers_of(server)}

    @contextmanager
    def calling(
        self, *keys: ApiKeyCreated, pause: float = 0.01, lanes: int = LANES
    ) -> Iterator[tuple[Traffic, list[int]]]:
        """Traffic over all workers alike; with it, which worker holds each lane."""
        addresses = [server.address for server in self.servers]
        with traffic(addresses, self.site.rulechain_id, keys, lanes=lanes, pause=pause) as calls:
            yield calls, spread(calls, self.servers)

    def admin(self, method: str, path: str, body: Any = None) -> RawAnswer:
        """An administrator's request to one of the hosts."""
        content = b"" if body is None else json.dumps(body).encode()
        [(name, value)] = self.site.partner.admin.headers.items()
        head = f"{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\n{name}: {value}\r\nContent-Type: application/json\r\n"
        request = head.encode() + b"Content-Length: %d\r\n\r\n" % len(content) + content
        answer = ask(next(self.turns).address, request)
        assert answer.status < 300, answer.body
        return answer

    def change(self, key: ApiKeyCreated, **values: Any) -> None:
        self.admin("PATCH", f"/api-keys/{key.api_key.id}", values)

    def settle(self) -> None:
        """What was called is in the database afterwards."""
        for host in HOSTS:
            wait_until_drained(self.site.store, self.site.folder / host / "spool", 60)

    def propagation(self, key: ApiKeyCreated) -> Propagation:
        return Propagation.model_validate(self.admin("GET", f"/api-keys/{key.api_key.id}/propagation").document())


@pytest.fixture(scope="module")
def hosts(open_site: Callable[[], AbstractContextManager[Site]]) -> Iterator[Hosts]:
    with open_site() as site, ExitStack() as stack:
        servers = [stack.enter_context(site.server(host=host, clock=clock)) for host, clock in HOSTS.items()]
        yield Hosts(site, servers, itertools.cycle(servers))
        assert [server.stop() for server in servers] == [(0, "")] * 2


def told_offsets(server: ServerProcess) -> list[timedelta]:
    """How far off its host takes the time of day to be, by each event that it has told since a fresh request."""
    known = len(server.events)
    asked_at = datetime.now(UTC)
    assert ask(server.address, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status == 200
    eventually(lambda: len(server.events) > known)
    return [datetime.fromisoformat(event["time"]) - asked_at for event in server.events[known:]]


def with_code(code: str, *, key: ApiKeyCreated) -> Callable[[Call], bool]:
    """Calls with a key that ended so."""
    return lambda call: call.code == code and call.api_key_id == key.api_key.id


def test_the_hosts_clocks_are_wrong_all_over(hosts: Hosts) -> None:
    for server, expected in zip(hosts.servers, (timedelta(hours=1), timedelta(days=-3)), strict=True):
        offsets = told_offsets(server)
        assert all(abs(offset - expected) < timedelta(seconds=30) for offset in offsets), server.events


def test_a_limit_is_exact_over_all_workers(hosts: Hosts) -> None:
    burst = hosts.site.key(RateLimit(max_requests=100, window_seconds=600))
    steady = hosts.site.key(RateLimit(max_requests=100, window_seconds=2))
    with hosts.calling(burst, steady, pause=0) as (calls, holders):
        calls.start()
        time.sleep(6)
        ledger = calls.stop()
    assert set(ledger.statuses()) == {200, 429}
    in_burst, in_turn = ledger.of(burst.api_key.id), ledger.of(steady.api_key.id)
    assert sum(call.is_admitted for call in in_burst) == 100
    assert {holders[call.lane] for call in in_burst} == hosts.workers
    assert {holders[call.lane] for call in in_turn if call.is_admitted} == hosts.workers
    assert most_admitted(in_turn, 2) <= 100
    assert sum(call.is_admitted for call in in_turn) >= 200
    hosts.settle()
    assert assert_stored_exactly(ledger, hosts.site.store, expected=next_number) == 0


@dataclass(frozen=True)
class Round:
    """A key was disabled. `propagation` was answered when it was so everywhere, at `known_at`, monotonic."""

    key: ApiKeyCreated
    known_at: float
    propagation: Propagation

    @property
    def seconds_said(self) -> float:
        return self.propagation.after_ms / 1000


def disable_in_turn(hosts: Hosts, calls: Traffic, keys: Sequence[ApiKeyCreated]) -> Iterator[Round]:
    """Each when all lanes are admitted with it, until all are refused and the answer says that it is so everywhere."""
    told: list[Propagation] = []
    for key in keys:
        calls.keys = [key]
        calls.wait_for_calls(1, is_counted=with_code("succeeded", key=key))
        hosts.change(key, status="disabled")
        eventually(lambda key=key: told.append(hosts.propagation(key)) or told[-1].complete)
        known_at = time.monotonic()
        calls.wait_for_calls(1, is_counted=with_code("disabled_api_key", key=key))
        yield Round(key, known_at, told[-1])


def seconds_late(ledger: Ledger, round_: Round) -> float:
    """From the change to the last call that was admitted anywhere, which is no later than was said."""
    admitted = [call for call in ledger.of(round_.key.api_key.id) if call.is_admitted]
    assert not any(call.sent > round_.known_at for call in admitted)
    late = max(ledger.at(call.sent) for call in admitted) - round_.propagation.changed_at
    assert late.total_seconds() <= round_.seconds_said + CLOCK_ERROR.total_seconds()
    return max(0.0, late.total_seconds())


@pytest.mark.timeout(400)
def test_a_key_that_is_disabled_is_refused_everywhere_in_time_and_the_answer_about_it_is_true(hosts: Hosts) -> None:
    keys = hosts.site.keys(ROUNDS)
    with hosts.calling(keys[0], pause=0.02) as (calls, holders):
        calls.start()
        rounds = list(disable_in_turn(hosts, calls, keys))
        ledger = calls.stop()
    assert set(holders) == hosts.workers
    lates = [seconds_late(ledger, round_) for round_ in rounds]
    assert max(lates) < IN_TIME, f"median {median(lates):.3f} s, the latest {sorted(lates)[-5:]}"
    for round_ in rounds:
        told = round_.propagation
        assert {worker.worker.rpartition(":")[2] for worker in told.workers} == set(map(str, hosts.workers))
        assert round_.seconds_said == max(worker.after_ms for worker in told.workers) / 1000
    hosts.settle()
    assert assert_stored_exactly(ledger, hosts.site.store, expected=next_number) == 0


def test_a_deletion_and_a_new_limit_reach_all_workers_in_time(hosts: Hosts) -> None:
    deleted, limited = hosts.site.key(), hosts.site.key()
    with hosts.calling(deleted, limited) as (calls, _):
        calls.start()
        calls.wait_for_calls(4)
        hosts.admin("DELETE", f"/api-keys/{deleted.api_key.id}")
        hosts.change(limited, rate_limit={"max_requests": 1, "window_seconds": 600})
        late = time.monotonic() + IN_TIME
        eventually(lambda: hosts.propagation(deleted).complete and hosts.propagation(limited).complete)
        calls.wait_for_calls(1, is_counted=with_code("invalid_api_key", key=deleted))
        calls.wait_for_calls(1, is_counted=with_code("rate_limited", key=limited))
        calls.wait_for_calls(4, is_counted=lambda call: call.sent > late)
        ledger = calls.stop()
    assert {call.code for call in ledger.of(deleted.api_key.id, since=late)} <= {"invalid_api_key"}
    # The calls before were not limited, and count for nothing: the new window admits its one.
    assert sum(call.is_admitted for call in ledger.of(limited.api_key.id, since=late)) <= 1
    hosts.settle()
    assert assert_stored_exactly(ledger, hosts.site.store, expected=next_number) == 0


def test_a_key_expires_at_its_instant_whatever_a_hosts_clock_says(hosts: Hosts) -> None:
    key = hosts.site.key()
    with hosts.calling(key) as (calls, holders):
        calls.start()
        calls.wait_for_calls(1)
        expires_at = datetime.now(UTC) + timedelta(seconds=2)
        hosts.site.partner.expire_at(key, expires_at)
        calls.wait_for_calls(2, is_counted=lambda call: call.code == "expired_api_key")
        ledger = calls.stop()
    assert {call.code for call in ledger.calls} == {"succeeded", "expired_api_key"}
    admitted = [call for call in ledger.calls if call.is_admitted]
    refused = [call for call in ledger.calls if not call.is_admitted]
    assert ledger.at(max(call.sent for call in admitted)) < expires_at + CLOCK_ERROR
    assert ledger.at(min(call.ended for call in refused)) > expires_at - CLOCK_ERROR
    assert {holders[call.lane] for call in refused} == hosts.workers
    hosts.settle()
    assert assert_stored_exactly(ledger, hosts.site.store, expected=next_number) == 0
