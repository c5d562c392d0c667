"""Processes of a server, told apart and pinned to cores."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.processes import anonymous_bytes, cpu_seconds, descendants, held_still, pin, workers_among
from tests.support.watching import eventually

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


def test_who_is_held_still_uses_no_time_and_goes_on_afterwards() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            eventually(lambda: cpu_seconds(busy.pid) > 0.1)
            with held_still([busy.pid]):
                eventually(lambda: "T" in Path(f"/proc/{busy.pid}/stat").read_text().split()[2])
                used = cpu_seconds(busy.pid)
                time.sleep(0.3)
                assert cpu_seconds(busy.pid) == used
            eventually(lambda: cpu_seconds(busy.pid) > used + 0.1)
        finally:
            busy.kill()
