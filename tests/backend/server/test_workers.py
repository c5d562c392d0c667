"""Several workers and their housekeeper as real processes: shared work, deaths, and the order of the end."""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ExecutionRow
from tests.support.article import SAMPLE_BODY, sample_request
from tests.support.backend import PEPPER, PostgresqlSource
from tests.support.partner import Partner, partner_at
from tests.support.postgresql import PostgresqlServer
from tests.support.redis_server import RedisServer, redis_server
from tests.support.server_process import (
    COMMAND,
    RawConnection,
    ServerProcess,
    ask,
    clean_environment,
    execute_request,
    running_server,
    wait_until_known,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
HOUSEKEEPER = b"housekeeping.process"


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


def children(server: ServerProcess) -> dict[int, bytes]:
    pid = server.process.pid
    numbers = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return {number: Path(f"/proc/{number}/cmdline").read_bytes() for number in numbers}


def housekeeper(server: ServerProcess) -> int:
    [number] = [number for number, command in children(server).items() if HOUSEKEEPER in command]
    return number


def workers(server: ServerProcess) -> list[int]:
    return [number for number, command in children(server).items() if HOUSEKEEPER not in command]


def spools(folder: Path) -> list[Path]:
    return [path for path in (folder / "signalsync.db.spool").iterdir() if path.is_dir()]


def eventually(holds: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with suppress(OSError, ValueError):
            if holds():
                return
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def served(folder: Path, redis: RedisServer, count: int = 2, **more: str) -> Iterator[tuple[ServerProcess, Partner]]:
    settings = {"redis_url": redis.url, **more}
    url = settings.get("database_url", f"sqlite:///{folder / 'signalsync.db'}")
    with running_server(folder, "--workers", str(count), **settings) as server, partner_at(url) as partner:
        yield server, partner


def test_a_call_reaches_each_worker_and_all_of_them_count_one_limit(tmp_path: Path, redis: RedisServer) -> None:
    with served(tmp_path, redis) as (server, partner):
        chain, key = partner.chain(), partner.key(rate_limit={"max_requests": 40, "window_seconds": 60})
        request = sample_request(chain, key.secret)
        eventually(lambda: ask(server.address, request).status == 200)
        statuses = Counter(ask(server.address, request).status for _ in range(99))
        assert statuses.keys() <= {200, 401, 429}
        assert statuses[200] == 39
        assert len(workers(server)) == 2
        with RawConnection(server.address) as connection:
            assert connection.answer(request).status == 429
        assert server.stop() == (0, "")


class Caller(threading.Thread):
    """Calls without pause on connections that it makes anew when they break, and then tries a call once more."""

    def __init__(self, address: tuple[str, int], request: bytes, stop: threading.Event) -> None:
        super().__init__()
        self.address, self.request, self.stop = address, request, stop
        self.answered: list[str] = []
        self.retried = 0
        self.lost = 0

    def run(self) -> None:
        connection = RawConnection(self.address)
        while not self.stop.is_set():
            for attempt in range(2):
                try:
                    answer = connection.answer(self.request)
                    assert answer.status == 200, answer
                    self.answered.append(answer.document()["execution_id"])
                    break
                except OSError:
                    self.retried += attempt == 0
                    self.lost += attempt == 1
                    connection.socket.close()
                    time.sleep(0.05)  # a client that repeats within a millisecond may still meet the dying worker
                    connection = self._connected(connection)
        connection.socket.close()

    def _connected(self, broken: RawConnection) -> RawConnection:
        try:
            return RawConnection(self.address)
        except OSError:
            return broken


def test_with_a_worker_killed_again_and_again_one_retry_is_enough_and_nothing_answered_is_lost(
    tmp_path: Path, redis: RedisServer
) -> None:
    with served(tmp_path, redis, log_level="WARNING") as (server, partner):
        chain, key = partner.chain(), partner.key()
        request = sample_request(chain, key.secret)
        wait_until_known(server.address, request)
        stop = threading.Event()
        callers = [Caller(server.address, request, stop) for _ in range(4)]
        for caller in callers:
            caller.start()
        survivor = workers(server)[0]
        for _ in range(3):
            time.sleep(0.3)
            victims = [number for number in workers(server) if number != survivor]
            os.kill(victims[0], signal.SIGKILL)
            eventually(lambda gone=victims[0]: len(workers(server)) == 2 and gone not in workers(server))
        time.sleep(0.5)
        stop.set()
        for caller in callers:
            caller.join()
        assert survivor in workers(server)
        assert server.stop() == (0, "")
        answered = list(itertools.chain.from_iterable(caller.answered for caller in callers))
        assert len(answered) > 20
        assert sum(caller.retried for caller in callers) >= 1
        assert sum(caller.lost for caller in callers) == 0
        stored = {row.id for row in partner.executions(chain)}
        assert set(answered) <= stored
        told = [json.loads(line) for line in server.complaints if "a worker ended unexpectedly" in line]
        assert len(told) == 3


def test_a_single_worker_that_dies_twice_within_a_second_is_back_all_the_same(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        for _ in range(3):
            [worker] = workers(server)
            os.kill(worker, signal.SIGKILL)
            eventually(lambda gone=worker: workers(server) and gone not in workers(server))
        eventually(lambda: ask(server.address, HEALTH).status == 200)
        assert server.stop()[0] == 0


def test_workers_of_which_not_one_comes_up_end_the_server_with_one_clear_line(tmp_path: Path) -> None:
    program = (
        "import ss_admin.backend.server.worker as worker\n"
        "def fail(*_, **__): raise SystemExit(3)\n"
        "worker.create_app = fail\n"
        "from ss_admin.backend.cli import main; main()"
    )
    environment = {**clean_environment(), "SS_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}", "SS_KEY_PEPPER": PEPPER}
    ended = subprocess.run(
        [sys.executable, "-c", program, "serve", "--port", "0"],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (1, "")
    told = "ss-backend: the workers end before they can answer; why stands in the lines above"
    assert ended.stderr.splitlines()[-1] == told


@pytest.mark.parametrize("whole_group", [False, True])
def test_calls_in_flight_at_every_worker_are_answered_and_written_before_the_end(
    tmp_path: Path, redis: RedisServer, whole_group: bool
) -> None:
    """A service manager signals one process or all; the housekeeper is the last in either case."""
    with running_server(tmp_path, "--workers", "2", redis_url=redis.url) as server, ExitStack() as partners:
        eventually(lambda: len(spools(tmp_path)) == 1)  # what the check at the start left has been taken over
        [spool] = spools(tmp_path)
        partner = partners.enter_context(partner_at(f"sqlite:///{tmp_path / 'signalsync.db'}"))
        chain, key = partner.chain(), partner.key()
        request = sample_request(chain, key.secret)
        wait_until_known(server.address, request)
        connections = [RawConnection(server.address) for _ in range(12)]
        for connection in connections:
            connection.send(request[:-40])
        idle = RawConnection(server.address)
        assert idle.answer(HEALTH).status == 200
        time.sleep(0.2)
        if whole_group:
            os.killpg(server.process.pid, signal.SIGTERM)
        else:
            server.process.send_signal(signal.SIGTERM)
        assert idle.socket.recv(1) == b""
        answered = set()
        for connection in (*connections, idle):
            if connection is not idle:
                answer = connection.answer(request[-40:])
                assert answer.status == 200
                answered.add(answer.document()["execution_id"])
            connection.socket.close()
        assert server.ended() == (0, "")
        assert answered <= {row.id for row in partner.executions(chain)}
        assert not spool.exists()


def test_a_killed_housekeeper_is_started_again_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with running_server(tmp_path) as server, partner_at(f"sqlite:///{tmp_path / 'signalsync.db'}") as partner:
        chain, key = partner.chain(), partner.key()
        request = sample_request(chain, key.secret)
        wait_until_known(server.address, request)
        answered = set()
        for _ in range(2):
            killed = housekeeper(server)
            os.kill(killed, signal.SIGKILL)
            began = time.monotonic()
            answered |= {ask(server.address, request).document()["execution_id"] for _ in range(20)}
            eventually(lambda gone=killed: housekeeper(server) != gone)
            assert time.monotonic() - began < 10
        eventually(lambda: answered <= {row.id for row in partner.executions(chain)})
        assert len(partner.executions(chain)) == len({row.id for row in partner.executions(chain)})
        assert server.stop() == (0, "")


def test_with_the_supervisor_killed_the_workers_end_and_the_housekeeper_after_them(
    tmp_path: Path, redis: RedisServer
) -> None:
    with served(tmp_path, redis) as (server, partner):
        chain, key = partner.chain(), partner.key()
        request = sample_request(chain, key.secret)
        wait_until_known(server.address, request)
        processes = list(children(server))
        with RawConnection(server.address) as in_flight:
            in_flight.send(request[:-40])
            time.sleep(0.2)
            server.process.kill()
            time.sleep(0.5)
            execution = in_flight.answer(request[-40:]).document()["execution_id"]
        eventually(lambda: not any(Path(f"/proc/{number}").exists() for number in processes))
        assert execution in {row.id for row in partner.executions(chain)}


def test_no_secret_stands_on_a_command_line(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        for command in children(server).values():
            assert PEPPER.encode() not in command


def stored_executions(store: Store) -> set[str]:
    with store.reading() as session:
        return set(session.scalars(select(ExecutionRow.id)))


def test_with_the_database_gone_the_end_is_told_in_one_line_and_the_calls_are_written_at_the_next_start(
    tmp_path: Path, redis: RedisServer
) -> None:
    postgresql = PostgresqlServer()
    try:
        source = PostgresqlSource(postgresql)
        with source.url() as url:
            settings = {"database_url": url, "spool_dir": str(tmp_path / "spool"), "log_level": "WARNING"}
            with served(tmp_path, redis, **settings) as (server, partner):
                chain, key = partner.chain(), partner.key()
                request = sample_request(chain, key.secret)
                wait_until_known(server.address, request)
                postgresql.stop()
                answers = [ask(server.address, request) for _ in range(10)]
                answered = {answer.document()["execution_id"] for answer in answers if answer.status == 200}
                began = time.monotonic()
                assert server.stop() == (0, "")
                assert time.monotonic() - began < 40
                [line] = [line for line in server.complaints if "kept on disk" in line]
                assert json.loads(line)["calls"] >= len(answered)
                postgresql.start()
            store = Store.open(url)
            with running_server(tmp_path, "--workers", "2", redis_url=redis.url, **settings):
                eventually(lambda: answered <= stored_executions(store))
            store.close()
    finally:
        postgresql.close()


@pytest.mark.parametrize(
    ("redis_url", "status", "told"),
    [
        ("redis://:{secret}@127.0.0.1:port/0", 2, "SS_REDIS_URL must be redis://"),
        ("http://:{secret}@127.0.0.1", 2, "SS_REDIS_URL must be redis://"),
        ("{redis}?password={secret}", 1, "Redis does not accept the user or password of SS_REDIS_URL"),
    ],
)
def test_a_redis_that_can_never_be_used_is_one_line_without_its_password(
    tmp_path: Path, redis_url: str, status: int, told: str
) -> None:
    with redis_server("--requirepass", "another-word") as guarded:
        address = f"redis://127.0.0.1:{guarded.port}/0"
        environment = {
            **clean_environment(),
            "SS_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}",
            "SS_REDIS_URL": redis_url.format(secret="some-word", redis=address),
        }
        ended = subprocess.run(
            [*COMMAND, "serve", "--port", "0", "--workers", "2"],
            env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (status, "")
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"ss-backend: {told}")
    assert "some-word" not in line


def test_a_redis_that_is_not_there_yet_is_a_warning_and_limits_hold(tmp_path: Path) -> None:
    settings = {"redis_url": "redis://127.0.0.1:1/0", "log_level": "WARNING"}
    with (
        running_server(tmp_path, "--workers", "2", **settings) as server,
        partner_at(f"sqlite:///{tmp_path / 'signalsync.db'}") as partner,
    ):
        [line] = [line for line in server.complaints if "Redis cannot be reached" in line]
        assert json.loads(line)["level"] == "WARNING"
        chain, key = partner.chain(), partner.key(rate_limit={"max_requests": 10, "window_seconds": 60})
        request = sample_request(chain, key.secret)
        wait_until_known(server.address, execute_request("x", SAMPLE_BODY, b"x-api-key: " + key.secret.encode()))
        statuses = Counter(ask(server.address, request).status for _ in range(60))
        assert statuses.keys() <= {200, 429}
        assert statuses[200] <= 10
        assert server.stop()[0] == 0
