"""`ss-backend serve` as a real process: start, refusals, TLS, drain, stop, and kill -9."""

import itertools
import json
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from ss_admin.backend.server import serve
from ss_admin.backend.server.checks import check_app
from ss_admin.backend.store.engine import Store
from tests.support.article import SAMPLE_BODY, sample_request
from tests.support.backend import PEPPER, Person, test_settings
from tests.support.certificates import make_certificate
from tests.support.outbox import Post
from tests.support.partner import partner_at
from tests.support.server_process import (
    COMMAND,
    RawConnection,
    ServerProcess,
    ask,
    clean_environment,
    execute_request,
    running_server,
)
from tests.support.webhook_receiver import Reply, WebhookReceiver

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def database_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'signalsync.db'}"


def test_the_first_line_on_standard_output_is_the_url_and_all_others_are_events(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        assert server.url == f"http://127.0.0.1:{server.address[1]}"
        assert ask(server.address, HEALTH).status == 200
        status, rest = server.stop()
    assert (status, rest) == (0, "")
    for line in server.complaints:
        assert json.loads(line)["level"] == "INFO"


def test_the_embedded_database_is_made_by_itself_and_private(tmp_path: Path) -> None:
    with running_server(tmp_path / "new" / "folder") as server:
        assert ask(server.address, b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").status == 200
        for file in (tmp_path / "new" / "folder").iterdir():
            assert file.stat().st_mode & 0o077 == 0, file
        server.stop()


def test_a_port_in_use_is_one_clear_line_even_if_its_owner_would_share_it(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        port = str(server.address[1])
        environment = {**clean_environment(), "SS_DATABASE_URL": database_url(tmp_path), "SS_KEY_PEPPER": PEPPER}
        second = subprocess.run(
            [*COMMAND, "serve", "--port", port],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        told = f"ss-backend: cannot listen on 127.0.0.1 port {port}: Address already in use\n"
        assert (second.returncode, second.stdout, second.stderr) == (1, "", told)
        assert ask(server.address, HEALTH).status == 200


@pytest.mark.parametrize(
    ("arguments", "changes", "refusal"),
    [
        ({"workers": 2}, {}, (2, "needs SS_REDIS_URL")),
        ({"workers": 2}, {"redis_url": "http://user:secret-word@localhost"}, (2, "SS_REDIS_URL must be redis://")),
        ({}, {"redis_url": "redis://localhost:port"}, (2, "SS_REDIS_URL must be redis://")),
        ({"workers": 0}, {}, (2, "--workers must be at least 1")),
        ({"port": 65536}, {}, (2, "--port must be from 0 to 65535")),
        ({"host": "no such host"}, {}, (1, "no address called no such host")),
        ({"host": "203.0.113.1"}, {}, (1, "cannot listen on 203.0.113.1")),
        ({"tls_cert": Path(__file__)}, {}, (2, "belong together")),
        ({"tls_cert": Path(__file__), "tls_key": Path(__file__)}, {}, (1, "not a matching pair")),
        ({"tls_cert": Path("missing"), "tls_key": Path("missing")}, {}, (1, "No such file")),
        ({}, {"database_url": "sqlite:////proc/nowhere/x.db"}, (1, "cannot be opened")),
    ],
)
def test_what_cannot_start_says_why_in_one_line(
    sqlite_url: str,
    capsys: pytest.CaptureFixture[str],
    arguments: dict[str, Any],
    changes: dict[str, str],
    refusal: tuple[int, str],
) -> None:
    status, told = refusal
    settings = test_settings(sqlite_url, **changes)
    assert serve(settings, **{"port": 0, **arguments}) == status
    out, err = capsys.readouterr()
    [line] = err.splitlines()
    assert (out, line.startswith("ss-backend: ")) == ("", True)
    assert told in line


def test_tls_is_served_with_the_given_certificate(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    arguments = ("--tls-cert", str(made.certificate_file), "--tls-key", str(made.key_file))
    with running_server(tmp_path, *arguments) as server:
        assert server.url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(made.ca_file))
        with (
            socket.create_connection(server.address, 10) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
        ):
            assert secure.version() in {"TLSv1.2", "TLSv1.3"}
            secure.sendall(HEALTH)
            assert secure.recv(100).startswith(b"HTTP/1.1 200")
        assert server.stop()[0] == 0


FORKING_LATE = """
import os, time
from ss_admin.backend.cli import main
from ss_admin.backend.server.announcer import Announcer

asked, connection, fork = [], Announcer._connection, os.fork

def ask(announcer):
    asked.append(True)
    return connection(announcer)

def fork_late():
    time.sleep(0.5)
    if asked:
        os._exit(9)
    return fork()

Announcer._connection, os.fork = ask, fork_late
main()
"""


def test_no_lock_of_tls_can_be_held_while_the_worker_is_forked(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    arguments = ("--tls-cert", str(made.certificate_file), "--tls-key", str(made.key_file))
    with running_server(tmp_path, *arguments, command=(sys.executable, "-c", FORKING_LATE)) as server:
        assert server.url.startswith("https://")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_call_in_flight_at_the_stop_gets_its_answer_and_its_use_is_kept(tmp_path: Path, number: int) -> None:
    with running_server(tmp_path) as server, partner_at(database_url(tmp_path)) as partner:
        chain, key = partner.chain(), partner.key()
        request = sample_request(chain, key.secret)
        with RawConnection(server.address) as in_flight, RawConnection(server.address) as idle:
            assert idle.answer(HEALTH).status == 200
            began = datetime.now(UTC)
            in_flight.send(request[:-40])
            time.sleep(0.2)
            server.process.send_signal(number)
            assert idle.socket.recv(1) == b""  # the drain has begun: idle connections are closed
            answer = in_flight.answer(request[-40:])
            assert answer.status == 200
        status, rest = server.ended()
        assert (status, rest) == (0, "")
        assert partner.row(key).last_used_at >= began
        assert partner.row(key).last_used_address == "127.0.0.1"


SLOW_TO_LOAD = """
import multiprocessing, os, pathlib, time
from ss_admin.backend import cli
from ss_admin.backend.server import worker
create_app = worker.create_app
def slowly(settings, **more):
    if multiprocessing.parent_process() is not None:
        pathlib.Path(os.environ["LOADING"]).touch()
        time.sleep(60)
    return create_app(settings, **more)
worker.create_app = slowly
cli.main()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_while_the_worker_is_still_loading_is_not_lost(tmp_path: Path, number: int) -> None:
    loading = tmp_path / "loading"
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_TO_LOAD, "serve", "--port", "0"],
        env={**clean_environment(), "SS_DATABASE_URL": database_url(tmp_path), "LOADING": str(loading)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_until(loading.exists)
        process.send_signal(number)
        out, err = process.communicate(timeout=15)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert (process.returncode, out, err) == (0, "", "")


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="the claim on the database is Linux's")
def test_a_second_backend_on_the_same_embedded_database_is_refused_since_limits_would_not_be_exact(
    tmp_path: Path,
) -> None:
    environment = {**clean_environment(), "SS_DATABASE_URL": database_url(tmp_path), "SS_KEY_PEPPER": PEPPER}
    with running_server(tmp_path) as server:
        second = subprocess.run(
            [*COMMAND, "serve", "--port", "0"], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert (second.returncode, second.stdout) == (1, "")
        assert second.stderr.splitlines()[-1].startswith("ss-backend: another backend serves this database already")
        server.kill()
        with running_server(tmp_path) as third:
            assert ask(third.address, HEALTH).status == 200


def test_an_interrupt_of_the_whole_terminal_stops_it_cleanly(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        os.killpg(server.process.pid, signal.SIGINT)
        assert server.ended() == (0, "")
        assert "Traceback" not in "".join(server.complaints)


@pytest.mark.parametrize("_attempt", range(3))
def test_two_stop_signals_that_come_together_are_not_lost(tmp_path: Path, _attempt: int) -> None:
    with running_server(tmp_path) as server:
        server.process.send_signal(signal.SIGINT)
        server.process.send_signal(signal.SIGTERM)
        assert server.ended() == (0, "")


def test_a_killed_supervisor_takes_its_worker_along(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.process.kill()
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(server.address, 1).close()
            except OSError:
                break
            time.sleep(0.02)
        else:
            pytest.fail("the port is still held")


def test_secrets_of_the_environment_are_not_laid_under_requests(tmp_path: Path) -> None:
    program = (
        "import ss_admin.backend.server.worker as worker\n"
        "original = worker.create_app\n"
        "class Leak:\n"
        "    def __init__(self, inner): self.inner = inner\n"
        "    def __call__(self, environ, start):\n"
        "        names = [n for n in environ if n.startswith(('SS_', 'HTTP_X_API'))]\n"
        "        start('200 OK', [('Content-Length', str(len(str(names))))])\n"
        "        return [str(names).encode()]\n"
        "def create(settings, **more):\n"
        "    app = original(settings, **more)\n"
        "    app.wsgi_app = Leak(app.wsgi_app)\n"
        "    return app\n"
        "worker.create_app = create\n"
        "from ss_admin.backend.cli import main; main()\n"
    )
    command = (sys.executable, "-c", program)
    environment = {
        "SS_DATABASE_URL": database_url(tmp_path), "SS_KEY_PEPPER": PEPPER, "HTTP_X_API_KEY": "from the environment",
    }  # fmt: skip
    server = ServerProcess([*command, "serve", "--port", "0"], environment)
    try:
        assert ask(server.address, HEALTH).body == b"[]"
    finally:
        server.kill()


class Creator(threading.Thread):
    """Creates keys over the admin API until the server is gone; keeps every secret that was answered 201."""

    def __init__(self, address: tuple[str, int], admin: Person, numbers: "itertools.count[int]") -> None:
        super().__init__()
        self.address = address
        self.admin = admin
        self.numbers = numbers
        self.answered: list[tuple[str, str]] = []

    def run(self) -> None:
        connection = HTTPConnection(*self.address, timeout=20)
        headers = {**self.admin.headers, "Content-Type": "application/json"}
        try:
            while (number := next(self.numbers)) < 1000:
                order = {"name": f"Key {number}", "user_id": self.admin.user_id, "rate_limit": None}
                connection.request("POST", "/api/v1/api-keys", json.dumps(order), headers)
                answer = connection.getresponse()
                document = json.loads(answer.read())
                assert answer.status == 201
                self.answered.append((document["api_key"]["id"], document["secret"]))
        except (OSError, ValueError, EOFError):
            return
        finally:
            connection.close()


def test_every_key_answered_201_survives_kill_9_and_none_is_half_there(tmp_path: Path) -> None:
    with running_server(tmp_path) as server, partner_at(database_url(tmp_path)) as partner:
        chain = partner.chain()
        numbers = itertools.count()
        creators = [Creator(server.address, partner.admin, numbers) for _ in range(4)]
        for creator in creators:
            creator.start()
        while sum(len(creator.answered) for creator in creators) < 300:
            assert any(creator.is_alive() for creator in creators)
            time.sleep(0.005)
        server.kill()
        for creator in creators:
            creator.join()
    answered = dict(itertools.chain.from_iterable(creator.answered for creator in creators))
    assert 300 <= len(answered) < 1000

    with running_server(tmp_path) as server:
        with RawConnection(server.address) as connection:
            for secret in answered.values():
                assert connection.answer(sample_request(chain, secret)).status == 200
        assert server.stop()[0] == 0
    with closing(sqlite3.connect(tmp_path / "signalsync.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        database.execute("INSERT INTO api_key_search(api_key_search) VALUES('integrity-check')")
        stored = {row[0] for row in database.execute("SELECT id FROM api_keys")}
        told = {row[0] for row in database.execute("SELECT object_id FROM activity WHERE action='api_key.created'")}
        used = {row[0] for row in database.execute("SELECT id FROM api_keys WHERE last_used_at > 0")}
    assert set(answered) <= stored
    assert stored == told
    assert len(stored) <= len(answered) + len(creators)
    assert used == set(answered)


def test_a_stuck_client_delays_the_stop_no_longer_than_the_drain_lasts(tmp_path: Path) -> None:
    program = (
        "import ss_admin.backend.server.supervisor as supervisor\nsupervisor.DRAIN_SECONDS = 1\n"
        "from ss_admin.backend.cli import main; main()"
    )
    with (
        running_server(tmp_path, command=(sys.executable, "-c", program)) as server,
        partner_at(database_url(tmp_path)) as partner,
    ):
        chain, key = partner.chain(), partner.key()
        with RawConnection(server.address) as stuck:
            assert stuck.answer(sample_request(chain, key.secret)).status == 200
            stuck.send(execute_request(chain, SAMPLE_BODY[:-1], length=len(SAMPLE_BODY)))
            time.sleep(0.1)
            began = time.monotonic()
            status, _ = server.stop()
            assert time.monotonic() - began < 10
        assert status == 0
        assert partner.row(key).last_used_at is not None


def test_the_app_that_is_made_for_a_check_sends_nothing(sqlite_url: str, tmp_path: Path) -> None:
    store = Store.open(sqlite_url)
    certificate = make_certificate(tmp_path)
    with WebhookReceiver(certificate) as receiver:
        post = Post(store)
        [delivery_id] = post.put(receiver.url("127.0.0.1"))
        settings = test_settings(sqlite_url, webhook_allowed_networks="127.0.0.1", webhook_ca_file=certificate.ca_file)
        before = set(threading.enumerate())
        check_app(settings)
        assert set(threading.enumerate()) <= before
    assert post.row(delivery_id).attempts == 0
    store.close()


def test_a_stop_in_the_middle_of_a_delivery_is_clean_and_the_next_start_sends_it_again(
    sqlite_url: str, tmp_path: Path
) -> None:
    store = Store.open(sqlite_url)
    post = Post(store)
    certificate = make_certificate(tmp_path)
    settings = {
        "database_url": sqlite_url,
        "webhook_allowed_networks": "127.0.0.1",
        "webhook_ca_file": str(certificate.ca_file),
    }
    with WebhookReceiver(certificate) as receiver:
        receiver.answer = lambda _: receiver.keep_silent
        [delivery_id] = post.put(receiver.url("127.0.0.1"))
        with running_server(tmp_path, **settings) as server:
            receiver.wait_for(1)
            began = time.monotonic()
            assert server.stop() == (0, "")
            assert time.monotonic() - began < 20
        row = post.row(delivery_id)
        assert (row.status, row.leased_until) == ("pending", None)
        assert "The server was stopped during the attempt" in (row.last_error or "")
        receiver.answer = lambda _: Reply()
        with running_server(tmp_path, **settings):
            assert post.ended(delivery_id).status == "delivered"
        assert receiver.times_taken() == {delivery_id: 2}
    store.close()
