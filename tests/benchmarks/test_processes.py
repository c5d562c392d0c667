"""Processes of a server, told apart and pinned to cores."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.processes import anonymous_bytes, cpu_seconds, descendants, pin, workers_among

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the bench reads /proc")

PROGRAM = """
import threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
held = bytearray(b"x") * (64 << 20)
print("ready", flush=True)
input()
"""


@pytest.fixture
def child() -> Iterator[int]:
    """A process with two threads that holds 64 MiB."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process.pid
        process.communicate(b"\n")


def test_a_child_is_found_with_its_memory_and_its_time(child: int) -> None:
    assert child in descendants(os.getpid())
    assert 64 << 20 < anonymous_bytes(child) < 128 << 20
    assert cpu_seconds(child) > 0
    assert workers_among([child]) == []


def test_all_threads_are_pinned(child: int) -> None:
    core = min(os.sched_getaffinity(child))
    pin(child, [core])
    threads = [int(folder.name) for folder in Path(f"/proc/{child}/task").iterdir()]
    assert len(threads) == 2
    assert all(os.sched_getaffinity(thread) == {core} for thread in threads)
