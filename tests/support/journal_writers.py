"""Processes that append to a journal until they are killed, and write down what they appended.

Run as a program it forks one such process for each line of JSON it is given, says its number, waits for its end and
says that too: a fresh interpreter for each of many kills would take most of the test.
"""

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ss_admin.backend.journal.reader import JournalReader
from ss_admin.backend.journal.writer import JournalWriter

REPORT = struct.Struct("<II")


def numbered_entry(thread: int, number: int) -> bytes:
    """The entry that a thread appends as its so-and-so-manieth; of all sizes up to 2 KB."""
    return REPORT.pack(thread, number) + bytes([number % 251]) * (number * 37 % 2003)


def append_for_ever(folder: Path, reports: Path, threads: int, segment_bytes: int) -> None:
    """Append in several threads; each entry is reported, once it is durable, by a write to a file."""
    writer = JournalWriter(folder, segment_bytes=segment_bytes)
    descriptor = os.open(reports, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def run(thread: int) -> None:
        number = 0
        while True:
            writer.append(numbered_entry(thread, number))
            os.write(descriptor, REPORT.pack(thread, number))
            number += 1

    for thread in range(threads):
        threading.Thread(target=run, args=(thread,)).start()


class JournalWriters:
    """The program that forks writers, as a test sees it."""

    def __init__(self) -> None:
        self._program = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=Path(__file__).parent.parent.parent,
        )

    def start(self, folder: Path, reports: Path, *, threads: int = 1, segment_bytes: int = 64 * 1024) -> int:
        """A process that appends; its number."""
        print(json.dumps([str(folder), str(reports), threads, segment_bytes]), file=self._program.stdin)
        return int(self._program.stdout.readline())

    def kill(self, process: int) -> None:
        """kill -9, and wait until it is gone."""
        os.kill(process, signal.SIGKILL)
        assert self._program.stdout.readline() == f"{process} is gone\n"

    def close(self) -> None:
        self._program.stdin.close()
        self._program.stdout.close()
        self._program.wait(10)


@contextmanager
def journal_writers() -> Iterator[JournalWriters]:
    writers = JournalWriters()
    try:
        yield writers
    finally:
        writers.close()


def wait_until(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    """Ask again and again, thousands of times a second."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it does not come about"
        time.sleep(0.0002)


def wait_for_reports(path: Path, number: int) -> None:
    """Until so many appends have been reported."""
    wait_until(lambda: path.exists() and path.stat().st_size >= number * REPORT.size)


def reported(path: Path) -> list[tuple[int, int]]:
    """Thread and number of each append that was reported, in order."""
    data = path.read_bytes()
    return list(REPORT.iter_unpack(data[: len(data) // REPORT.size * REPORT.size]))


def read_all(reader: JournalReader, segment: int = 0, position: int = 0, *, limit: int = 1000) -> list[bytes]:
    """What there is from a place on."""
    entries: list[bytes] = []
    while (batch := reader.read(segment, position, limit)).entries:
        entries += batch.entries
        segment, position = batch.segment, batch.position
    return entries


def entries_of(folder: Path) -> list[bytes]:
    """All that a journal holds."""
    with closing(JournalReader(folder)) as reader:
        return read_all(reader)


def _serve() -> None:
    for line in sys.stdin:
        folder, reports, threads, segment_bytes = json.loads(line)
        process = os.fork()
        if process == 0:
            append_for_ever(Path(folder), Path(reports), threads, segment_bytes)
            threading.Event().wait()
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()
        os.waitpid(process, 0)
        sys.stdout.write(f"{process} is gone\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
