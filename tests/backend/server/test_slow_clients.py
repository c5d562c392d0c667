"""Clients that send their bodies slowly: who has to go, and that nobody else does."""

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

import pytest

from ss_admin.backend.gateway.body_reads import BodyReads
from ss_admin.backend.server.slow_clients import Read, SlowClients, overdue_reads
from tests.support.article import sample_request
from tests.support.partner import partner_at
from tests.support.server_process import (
    RawConnection,
    ServerProcess,
    ask,
    execute_request,
    running_server,
    wait_until_known,
)
from tests.support.watching import eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a process sees its connections on Linux only")

THREADS = 100
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def reads(count: int, seconds: float, address: str | None = None) -> list[Read]:
    return [Read({"number": n}, address or f"10.0.0.{n}", seconds) for n in range(count)]


def overdue(*groups: list[Read]) -> list[Read]:
    return overdue_reads([read for group in groups for read in group], threads=THREADS, may_crowd="10.9.9.9".__eq__)


def test_a_read_may_last_ten_seconds() -> None:
    slow = reads(1, 10.0)
    assert overdue(reads(30, 9.9), slow) == slow


def test_one_address_with_many_reads_gets_a_second_for_each() -> None:
    crowd = reads(33, 1.1, "10.1.1.1")
    assert overdue(crowd, reads(10, 1.1)) == crowd
    assert overdue(reads(32, 1.1, "10.1.1.1")) == []
    assert overdue(reads(33, 0.9, "10.1.1.1")) == []


def test_a_trusted_proxy_may_have_many_clients_behind_it() -> None:
    assert overdue(reads(45, 9.0, "10.9.9.9")) == []


def test_where_most_threads_read_only_those_above_the_half_have_to_go_and_of_the_busiest_address() -> None:
    assert overdue(reads(60, 0.9)) == []
    assert len(overdue(reads(60, 1.0))) == 10
    gone = overdue(reads(30, 5.0), reads(31, 1.5, "10.9.9.9"))
    assert [read.address for read in gone] == ["10.9.9.9"] * 11


def test_where_nearly_all_threads_read_there_is_no_second_to_wait() -> None:
    assert len(overdue(reads(91, 0.1))) == 41
    assert overdue(reads(91, 0.05)) == []
    assert len(overdue(reads(60, 0.1), reads(33, 0.1, "10.1.1.1"))) == 43  # the crowd, and those above the half


def test_no_thread_reads_no_one_goes() -> None:
    assert overdue([]) == []


def test_an_address_that_holds_nearly_all_threads_is_unwelcome_for_some_seconds_and_a_trusted_proxy_never_is() -> None:
    now = 0.0
    under_way = BodyReads()
    trusted = (ip_network("192.0.2.9"),)
    watch = SlowClients(under_way, threads=20, max_body_bytes=1000, trusted=trusted, clock=lambda: now)
    senders = ["192.0.2.1"] * 9 + ["192.0.2.9"] * 8 + ["192.0.2.2"] * 2
    environs = [{"REMOTE_ADDR": sender} for sender in senders]
    under_way.under_way.update({id(environ): environ for environ in environs})
    watch.look()
    assert under_way.unwelcome == frozenset()
    now = 0.2
    watch.look()
    assert under_way.unwelcome == {"192.0.2.1"}
    under_way.under_way.clear()
    now = 10.1
    watch.look()
    assert under_way.unwelcome == {"192.0.2.1"}
    now = 10.3
    watch.look()
    assert under_way.unwelcome == frozenset()


def test_a_neighbour_who_was_silent_for_long_and_has_just_sent_a_call_is_not_taken_for_the_slow_one() -> None:
    address = "127.0.0.79"
    under_way = BodyReads()
    watch = SlowClients(under_way, threads=1, max_body_bytes=1000)
    with ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0)))

        def connect() -> tuple[socket.socket, socket.socket]:
            client = socket.create_connection(listener.getsockname(), source_address=(address, 0))
            return sockets.enter_context(client), sockets.enter_context(listener.accept()[0])

        good, serves_good = connect()
        good.sendall(b"a call")
        serves_good.sendall(b"its answer")
        time.sleep(0.3)
        slow, _ = connect()
        slow.sendall(b"a head, and no body")
        request = {"REMOTE_ADDR": address}
        under_way.under_way[id(request)] = request
        watch.look()
        time.sleep(0.4)
        good.sendall(b"another call")
        watch.look()
        time.sleep(0.15)
        watch.look()
        slow.settimeout(5)
        assert slow.recv(1) == b""
        assert good.recv(100) == b"its answer"
        serves_good.sendall(b"more")
        assert good.recv(100) == b"more"


@dataclass(frozen=True)
class Served:
    """A server that knows a key, and a chain that the key may call."""

    server: ServerProcess
    chain: str
    secret: str = field(repr=False)

    @property
    def request(self) -> bytes:
        """A call that is answered 200."""
        return sample_request(self.chain, self.secret)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("slow")
    with running_server(folder) as server, partner_at(f"sqlite:///{folder / 'signalsync.db'}") as partner:
        chain, key = partner.chain(), partner.key()
        wait_until_known(server.address, sample_request(chain, key.secret))
        yield Served(server, chain, key.secret)


@pytest.fixture(scope="module")
def few_threads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same with a worker of so few threads that an attack needs few connections."""
    folder = tmp_path_factory.mktemp("few")
    program = (
        "from ss_admin.backend.server import serving, slow_clients, supervisor\n"
        f"serving.BLOCKING_THREADS = supervisor.BLOCKING_THREADS = {THREADS}\n"
        "slow_clients.UNWELCOME_SECONDS = 2.0\n"
        "from ss_admin.backend.cli import main; main()"
    )
    with (
        running_server(folder, command=(sys.executable, "-c", program)) as server,
        partner_at(f"sqlite:///{folder / 'signalsync.db'}") as partner,
    ):
        chain, key = partner.chain(), partner.key()
        wait_until_known(server.address, sample_request(chain, key.secret))
        yield Served(server, chain, key.secret)


def unfinished(server: ServerProcess, head: bytes, source: str) -> RawConnection:
    connection = RawConnection(server.address, timeout=30, source=source)
    connection.send(head)
    return connection


def body_without_end(extra: bytes = b"Content-Length: 1000") -> bytes:
    lines = [b"POST /rulechains/x/execute HTTP/1.1", b"Host: x", b"Content-Type: application/json", extra, b"", b""]
    return b"\r\n".join(lines)


def seconds_until_cut(connection: RawConnection, drip: bytes) -> float:
    began = time.monotonic()
    connection.socket.settimeout(0.2)
    while time.monotonic() < began + 25:
        with suppress(TimeoutError):
            try:
                connection.send(drip)
                if connection.socket.recv(1000) == b"":
                    break
            except ConnectionError:
                break
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("head", "drip"),
    [
        (body_without_end(), b""),
        (body_without_end(), b" "),
        (body_without_end(b"Transfer-Encoding: chunked"), b"1\r\n \r\n"),
    ],
)
def test_a_body_that_does_not_come_is_cut_off_and_a_quiet_neighbour_of_the_same_address_is_not(
    served: Served, head: bytes, drip: bytes
) -> None:
    server = served.server
    with (
        RawConnection(server.address, source="127.0.0.51") as neighbour,
        unfinished(server, head, "127.0.0.51") as slow,
    ):
        assert neighbour.answer(served.request).status == 200
        assert 9 < seconds_until_cut(slow, drip) < 14
        assert neighbour.answer(served.request).status == 200


def test_who_hides_a_slow_body_behind_an_answered_request_is_cut_off_a_little_later(
    served: Served,
) -> None:
    server = served.server
    with RawConnection(server.address, source="127.0.0.52") as sly:
        assert sly.answer(HEALTH + body_without_end()).status == 200
        assert 9 < seconds_until_cut(sly, b"") < 20


def test_a_large_body_that_keeps_coming_may_take_longer(served: Served) -> None:
    server = served.server
    body = b'{"a": "' + b"x" * 300_000 + b'"}'
    header = b"x-api-key: " + served.secret.encode()
    with RawConnection(server.address, source="127.0.0.53") as steady:
        steady.send(execute_request(served.chain, b"", header, length=len(body)))
        began = time.monotonic()
        for start in range(0, len(body), 5_000):
            steady.send(body[start : start + 5_000])
            time.sleep(0.2)
        assert time.monotonic() - began > 11
        assert steady.answer().status == 422


def test_five_hundred_slow_bodies_hold_no_good_partner_up_and_every_thread_comes_back(
    few_threads: Served,
) -> None:
    server = few_threads.server
    request = few_threads.request
    stop = threading.Event()
    with ExitStack() as open_connections, RawConnection(server.address) as good:

        def attack() -> None:
            for _ in range(500):
                head = body_without_end()
                connection = open_connections.enter_context(RawConnection(server.address, source="127.0.0.54"))
                with suppress(OSError):  # refused at once, and closed
                    connection.send(head)
            stop.set()

        attacker = threading.Thread(target=attack)
        attacker.start()
        answered, longest = 0, 0.0
        until = time.monotonic() + 5
        while time.monotonic() < until:
            began = time.monotonic()
            assert good.answer(request).status == 200
            longest = max(longest, time.monotonic() - began)
            answered += 1
        attacker.join()
        assert stop.is_set()
        assert answered > 100
        assert longest < 3
    with ExitStack() as others:  # more at once than there would be threads if any were still held
        for _ in range(2 * THREADS):
            others.enter_context(RawConnection(server.address)).send(request)
    assert ask(server.address, request).status == 200


def test_who_holds_nearly_all_threads_is_told_so_before_the_body_is_read_and_is_welcome_again_later(
    few_threads: Served,
) -> None:
    server, request = few_threads.server, few_threads.request

    def asked_from_there(sent: bytes) -> int:
        with RawConnection(server.address, source="127.0.0.56") as connection:
            return connection.answer(sent).status

    with ExitStack() as open_connections, RawConnection(server.address) as good:
        for _ in range(2 * THREADS):
            connection = open_connections.enter_context(RawConnection(server.address, source="127.0.0.56"))
            with suppress(OSError):
                connection.send(body_without_end())
        eventually(lambda: asked_from_there(request) == 503)
        with RawConnection(server.address, source="127.0.0.56") as one_more:
            refused = one_more.answer(body_without_end())
            assert refused.document()["code"] == "unavailable"
            assert refused.headers["retry-after"] == "10"
        assert asked_from_there(b"POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}") == 503
        assert asked_from_there(HEALTH) == 200
        assert good.answer(request).status == 200
    eventually(lambda: asked_from_there(request) == 200)


def test_one_line_tells_of_a_whole_burst(served: Served) -> None:
    server = served.server
    with ExitStack() as open_connections:
        connections = [
            open_connections.enter_context(unfinished(server, body_without_end(), "127.0.0.55")) for _ in range(40)
        ]
        for connection in connections:
            assert connection.socket.recv(1000) == b""
    told: list[str] = []
    deadline = time.monotonic() + 15
    while not told and time.monotonic() < deadline:
        told = [line for line in server.complaints if "sent their bodies too slowly" in line and "127.0.0.55" in line]
        time.sleep(0.1)
    assert len(told) == 1


class TestHead:
    """A head that does not come holds no thread, and its connection is ended all the same."""

    def test_a_head_without_end_is_refused(self, served: Served) -> None:
        server = served.server
        with RawConnection(server.address) as flood:
            flood.send(b"GET / HTTP/1.1\r\n")
            with suppress(OSError):
                for _ in range(3_000):
                    flood.send(b"X-Filler: " + b"a" * 1000 + b"\r\n")
            with suppress(OSError):
                assert flood.answer().status == 431
        assert ask(server.address, HEALTH).status == 200

    def test_five_hundred_slow_heads_hold_nobody_up(self, served: Served) -> None:
        server = served.server
        with ExitStack() as open_connections:
            for _ in range(500):
                connection = open_connections.enter_context(RawConnection(server.address))
                connection.send(b"GET /healthz HTTP/1.1\r\nX-")
            began = time.monotonic()
            for _ in range(20):
                assert ask(server.address, HEALTH).status == 200
            assert time.monotonic() - began < 10

    def test_a_connection_on_which_nothing_comes_is_ended(self, tmp_path: Path) -> None:
        program = (
            "import ss_admin.backend.server.supervisor as supervisor\nsupervisor.HEADER_SECONDS = 1\n"
            "from ss_admin.backend.cli import main; main()"
        )
        with running_server(tmp_path, command=(sys.executable, "-c", program)) as server:
            silent = socket.create_connection(server.address, 20)
            idle = RawConnection(server.address)
            with silent, idle:
                assert idle.answer(HEALTH).status == 200
                assert silent.recv(1) == b""
                assert idle.socket.recv(1) == b""
