"""A real `ss-backend serve` process over a real socket, and raw requests to it, byte for byte."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tests.support.backend import PEPPER, spool_dir_for

COMMAND = (sys.executable, "-c", "from ss_admin.backend.cli import main; main()")
READY_SECONDS = 60
STOP_SECONDS = 45


class ServerProcess:
    """A backend that has said that it is ready. Its log, `complaints`, and its `events` are kept, line by line."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            env={**clean_environment(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.complaints: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        watchdog = threading.Timer(READY_SECONDS, self._kill_all)  # a worker that is left keeps the output open
        watchdog.start()
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        watchdog.cancel()
        if not self.url:
            self.kill()
            raise AssertionError("the backend did not start:\n" + "".join(self.complaints))
        parts = urlsplit(self.url)
        self.address = (parts.hostname or "", parts.port or 0)
        self.events: list[dict[str, Any]] = []
        self._rest: list[str] = []
        self._reader = threading.Thread(target=self._read_events, daemon=True)
        self._reader.start()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to stop; the exit status and what it said on standard output besides its URL and events."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        """Wait for the end that it was asked for; the exit status, and what else than events it said."""
        status = self.process.wait(STOP_SECONDS)
        self._close()
        return status, "".join(self._rest)

    def kill(self) -> None:
        """SIGKILL to all of its processes at once."""
        self._kill_all()
        self.process.wait(STOP_SECONDS)
        self._close()

    def _kill_all(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _close(self) -> None:
        self._listener.join(STOP_SECONDS)
        if self.url:
            self._reader.join(STOP_SECONDS)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def _read_events(self) -> None:
        assert self.process.stdout is not None
        with suppress(ValueError):
            for line in self.process.stdout:
                try:
                    self.events.append(json.loads(line))
                except json.JSONDecodeError:
                    self._rest.append(line)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        with suppress(ValueError):
            self.complaints.extend(self.process.stderr)


@contextmanager
def running_server(
    folder: Path, *arguments: str, command: Sequence[str] = COMMAND, **settings: str
) -> Iterator[ServerProcess]:
    """A backend on an SQLite database in `folder` and a free port; settings by their names without `SS_`."""
    environment = {
        "SS_DATABASE_URL": f"sqlite:///{folder / 'signalsync.db'}",
        "SS_KEY_PEPPER": PEPPER,
        **{f"SS_{name.upper()}": value for name, value in settings.items()},
    }
    spools = spool_dir_for(environment["SS_DATABASE_URL"])
    if spools is not None:
        environment.setdefault("SS_SPOOL_DIR", str(spools))
    server = ServerProcess([*command, "serve", "--port", "0", *arguments], environment)
    try:
        yield server
    finally:
        server.kill()


@dataclass(frozen=True)
class RawAnswer:
    """An HTTP answer as it came over the socket. `closed`: the server closes the connection behind it."""

    status: int
    headers: dict[str, str]
    body: bytes
    closed: bool

    def document(self) -> dict[str, Any]:
        """The body as JSON."""
        document: dict[str, Any] = json.loads(self.body)
        return document


class RawConnection:
    """A connection on which a test sends whatever bytes it likes. `source`: the address that it comes from."""

    def __init__(self, address: tuple[str, int], timeout: float = 20, source: str | None = None) -> None:
        self.socket = socket.create_connection(address, timeout, None if source is None else (source, 0))
        self._received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def answer(self, data: bytes = b"") -> RawAnswer:
        """Send, then read one answer."""
        if data:
            self.send(data)
        while b"\r\n\r\n" not in self._received:
            self._receive()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._received) < length:
            self._receive()
        body, self._received = self._received[:length], self._received[length:]
        return RawAnswer(int(first.split()[1]), headers, body, headers.get("connection") == "close")

    def _receive(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError(f"closed after {self._received!r}")
        self._received += data


def ask(address: tuple[str, int], data: bytes, source: str | None = None) -> RawAnswer:
    """One request on a connection of its own, which comes from `source`."""
    with RawConnection(address, source=source) as connection:
        return connection.answer(data)


def wait_until_known(address: tuple[str, int], request: bytes, seconds: float = 5) -> None:
    """Until a key that was made by another process is admitted: by every worker, as far as 20 connections tell."""
    deadline = time.monotonic() + seconds
    while not all(ask(address, request).status != 401 for _ in range(20)):
        assert time.monotonic() < deadline, "the key is still unknown"
        time.sleep(0.02)


def execute_request(
    rulechain_id: str, body: bytes, *header_lines: bytes, length: int | None = None, query: str = ""
) -> bytes:
    """`POST …/execute` with header lines as they are given, a JSON body, and its length unless told otherwise."""
    lines = [
        f"POST /rulechains/{rulechain_id}/execute{query} HTTP/1.1".encode(),
        b"Host: localhost",
        b"Content-Type: application/json",
        b"Content-Length: %d" % (len(body) if length is None else length),
        *header_lines,
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def clean_environment() -> dict[str, str]:
    """This process's environment without settings of the backend."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SS_")}
