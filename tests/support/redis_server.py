"""Redis servers of the tests' own: real, private to this process, and gone with it."""

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import redis

START_SECONDS = 30


class RedisServer:
    """A server on a free loopback port; it can be killed, frozen, and started again on the same port."""

    def __init__(self, *options: str) -> None:
        self._program = find_program()
        self._options = options
        self._folder = Path(tempfile.mkdtemp(prefix="ss-redis-", dir="/tmp"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """Its URL, as SS_REDIS_URL has it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> redis.Redis:
        """A client of its own, for looking inside."""
        return redis.Redis(port=self.port, socket_timeout=START_SECONDS)

    def start(self, *options: str) -> None:
        """Start it (again), empty unless its folder holds a dump, and wait until it answers."""
        settings = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--protected-mode", "no"]
        command = [self._program, "--port", str(self.port), "--dir", str(self._folder), *settings]
        prefix = ["setpriv", "--pdeathsig=KILL", "--"] if shutil.which("setpriv") else []
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*prefix, *command, *self._options, *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            stopped = self._process.poll() is not None or time.monotonic() > deadline
            assert not stopped, f"Redis does not start:\n{(self._folder / 'server.log').read_text()}"
            time.sleep(0.01)

    def kill(self) -> None:
        """End it at once; what it held in memory is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(START_SECONDS)
            self._process = None

    def freeze(self) -> None:
        """Stop it where it stands: connections stay open, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End it and remove its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _answers(self) -> bool:
        with contextlib.closing(self.client()) as client:
            try:
                return bool(client.ping())
            except redis.AuthenticationError:
                return True
            except redis.ConnectionError:  # also while it loads
                return False


@contextlib.contextmanager
def redis_server(*options: str) -> Iterator[RedisServer]:
    """A server for one block."""
    server = RedisServer(*options)
    try:
        yield server
    finally:
        server.close()


def find_program() -> str:
    """Redis' server program; a clear failure where it is not installed."""
    program = shutil.which("redis-server")
    assert program, "Redis is not installed; the tests need it. Run: make test (it installs the package)"
    return program
