"""Starts what is measured: the backend as its operator does, and any other WSGI app on the same server."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.processes import cpu_seconds, descendants, pin, workers_among
from tests.support.server_process import COMMAND, clean_environment

__all__ = ["EMPTY_FLASK", "Served", "serve_app", "serve_backend"]

EMPTY_FLASK = "tests.benchmarks.empty_flask:app"

_START_SECONDS = 60
_STOP_SECONDS = 60


@dataclass(frozen=True)
class Served:
    """A server that answers. `log`: where its log lines go."""

    url: str
    pid: int
    log: Path

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return urlsplit(self.url).port or 0

    def workers(self) -> list[int]:
        """The processes that answer calls."""
        return workers_among(descendants(self.pid))

    def others(self) -> list[int]:
        """Everything else of it: the supervisor, the housekeeping, processes in which heavy chains run."""
        workers = self.workers()
        return [pid for pid in (self.pid, *descendants(self.pid)) if pid not in workers]

    def place(self, workers: Sequence[int], others: Sequence[int]) -> None:
        """Worker after worker onto the cores given, one each, and all else onto those that it may use."""
        for pid in self.others():
            pin(pid, others)
        for number, pid in enumerate(self.workers()):
            pin(pid, [workers[number % len(workers)]])

    def worker_seconds(self) -> float:
        """Processor time used so far by the workers."""
        return sum(map(cpu_seconds, self.workers()))

    def other_seconds(self) -> float:
        """Processor time used so far by all but the workers."""
        return sum(map(cpu_seconds, self.others()))

    def forget_log(self) -> None:
        """Empty the log's file, which grows with every call."""
        os.truncate(self.log, 0)


@contextmanager
def serve_app(folder: Path, target: str, *, workers: int = 1, **environment: str) -> Iterator[Served]:
    """`module:app` on granian, set up as the backend is."""
    log = folder / f"{target.partition(':')[0].rpartition('.')[2]}-{workers}.log"
    with log.open("ab") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.serve_target", target, str(workers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env={**os.environ, **environment},
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline() or "0")
        assert port, log.read_text()
        served = Served(f"http://127.0.0.1:{port}", process.pid, log)
        _wait_until_answering(served, workers)
        yield served
    finally:
        process.stdin.close()
        process.wait(_STOP_SECONDS)
        process.stdout.close()


@contextmanager
def serve_backend(
    folder: Path, settings: Mapping[str, str], *, workers: int = 1, command: Sequence[str] = COMMAND
) -> Iterator[Served]:
    """`ss-backend serve` with settings by their names without `SS_`, its log in a file in `folder`.

    Its events are read by a process of its own, as an operator has them read.
    """
    environment = {**clean_environment(), **{f"SS_{name.upper()}": value for name, value in settings.items()}}
    log = folder / "backend.log"
    with log.open("ab") as stderr:
        process = subprocess.Popen(
            [*command, "serve", "--port", "0", "--workers", str(workers)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=environment,
        )
    assert process.stdout is not None
    with process.stdout, ExitStack() as readers:
        try:
            url = process.stdout.readline().strip()
            assert url, f"the backend did not start:\n{log.read_text()}"
            reader = ["cat"]  # ends with the events; its end is waited for
            readers.enter_context(subprocess.Popen(reader, stdin=process.stdout, stdout=subprocess.DEVNULL))
            served = Served(url, process.pid, log)
            _wait_until_answering(served, workers)
            yield served
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)


def _wait_until_answering(served: Served, workers: int) -> None:
    """Every worker is there and the port answers, with whatever status."""
    give_up_at = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up_at:
        if len(served.workers()) == workers:
            with suppress(OSError, HTTPException):
                connection = HTTPConnection("127.0.0.1", served.port, timeout=5)
                connection.request("POST", "/", b"{}", {"Content-Type": "application/json"})
                connection.getresponse().read()
                connection.close()
                return
        time.sleep(0.05)
    raise TimeoutError(f"{served.url} does not answer:\n{served.log.read_text()}")
