"""The load: Debian's `wrk` with a script that sends other bodies and other keys with every call."""

import json
import resource
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from ss_admin.backend.demo.sample_payloads import make_payload

__all__ = ["BODIES", "CONNECTIONS", "Load", "LoadFailed", "Measured", "going_first", "make_bodies", "parse_result"]

CONNECTIONS = 32
"""Kept alive, for throughput."""

BODIES = 997
"""Different bodies. A prime: with any number of keys it takes long until a key sends the same body again."""

_SCRIPT = Path(__file__).with_name("post.lua")


class LoadFailed(Exception):
    """The load could not be made, or came back with other answers than were expected."""


@dataclass(frozen=True)
class Measured:
    """What one round of load found. `refused`: answers of 400 and above; `broken`: calls without an answer.

    `load_seconds`: processor time that the load itself took; near the round's length it is what was measured.
    `worker_seconds`: processor time of the workers.
    """

    calls: int
    microseconds: int
    refused: int
    broken: int
    p50_us: float
    p99_us: float
    max_us: float
    load_seconds: float = 0.0
    worker_seconds: float = 0.0

    @property
    def worker_us(self) -> float:
        """Processor time of a worker for one call, in microseconds."""
        return self.worker_seconds * 1_000_000 / self.calls

    @property
    def load_share(self) -> float:
        """How much of its core the load took up, from 0 to 1."""
        return self.load_seconds * 1_000_000 / self.microseconds

    @property
    def per_second(self) -> float:
        """Calls a second."""
        return self.calls * 1_000_000 / self.microseconds


@dataclass(frozen=True)
class Load:
    """Calls to one address. `keys`: taken in turn, an empty one sends no header.

    `is_refused`: what is to come back; None: either.
    """

    url: str
    keys: Sequence[str] = ("",)
    bodies: Sequence[str] = ("{}",)
    is_refused: bool | None = False

    def run(self, seconds: int, *, connections: int = CONNECTIONS, core: int | None = None) -> Measured:
        """Calls without a pause. `core`: the only one the load may use, where it goes first. Raises `LoadFailed`."""
        prefix = [] if core is None else ["taskset", "--cpu-list", str(core), *going_first()]
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [*prefix, *self._command(seconds, connections)],
            input=self._lines(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LoadFailed(f"wrk failed: {done.stdout}{done.stderr}")
        found = parse_result(done.stdout, _seconds_since(used))
        expected = {None: found.refused, True: found.calls, False: 0}[self.is_refused]
        if found.broken or found.refused != expected:
            raise LoadFailed(f"{self.url}: {found.refused} of {found.calls} refused, {found.broken} broken")
        return found

    @contextmanager
    def beside(self, seconds: int, *, connections: int, prefix: Sequence[str] = ()) -> Iterator[None]:
        """The same calls beside whatever the block does; what comes of them is not asked. `prefix`: of the command."""
        with subprocess.Popen(
            [*prefix, *self._command(seconds, connections)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdin is not None
            process.stdin.write(self._lines())
            process.stdin.close()
            yield
            process.terminate()

    def _command(self, seconds: int, connections: int) -> list[str]:
        if shutil.which("wrk") is None:
            raise LoadFailed("wrk is not installed. Run: make bench (it installs the package)")
        settings = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(_SCRIPT)]
        return ["wrk", *settings, self.url]

    def _lines(self) -> str:
        return "\n".join([*(f"K {key}" for key in self.keys), *(f"B {body}" for body in self.bodies)])


@cache
def going_first() -> Sequence[str]:
    """Before a command that stands for another machine: it waits for nothing that the server does on its core.

    Otherwise, whenever our housekeeping works there, the load waits milliseconds for its turn, and tells that as ours.
    Empty where this user may not ask for it.
    """
    prefix = ("chrt", "--fifo", "1")
    try:
        allowed = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return ()
    return prefix if allowed else ()


def parse_result(output: str, load_seconds: float = 0.0) -> Measured:
    """What the script printed at its end. Raises `LoadFailed` where there is nothing of it."""
    for line in output.splitlines():
        if line.startswith("RESULT "):
            return Measured(**json.loads(line.removeprefix("RESULT ")), load_seconds=load_seconds)
    raise LoadFailed(f"wrk told no result:\n{output}")


def make_bodies(count: int = BODIES) -> list[str]:
    """Different payloads, all valid for the demo's chain, the same ones in every run."""
    random = Random(1967)
    bodies = []
    for number in range(count):
        payload = make_payload("Building Alarm", random)
        payload["_description"] += f" Report {number}."
        bodies.append(json.dumps(payload, ensure_ascii=False))
    return bodies


def _seconds_since(used: resource.struct_rusage) -> float:
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
