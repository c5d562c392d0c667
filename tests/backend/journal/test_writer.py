"""Appending: from many threads, over many files, when there is no room, and in a process that is killed."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from ss_admin.backend.journal.reader import JournalReader
from ss_admin.backend.journal.segments import numbers_of_segments
from ss_admin.backend.journal.writer import JournalFull, JournalWriter
from tests.support.at_once import at_once
from tests.support.journal_writers import entries_of, numbered_entry, read_all, wait_until

SMALL = 4096
LARGE = bytes(20_000)
OpenReader = Callable[[Path], JournalReader]


@pytest.fixture
def writer(folder: Path) -> Iterator[JournalWriter]:
    writer = JournalWriter(folder, segment_bytes=SMALL, backlog_bytes=8 * SMALL)
    wait_until(lambda: numbers_of_segments(folder) == [0, 1])
    yield writer
    writer.close()


@pytest.fixture
def often_switching() -> Iterator[None]:
    """Threads take turns every few instructions, not every 5 ms."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def fill(writer: JournalWriter, entry: bytes = bytes(500), *, expendable: bool = False) -> int:
    """Append until there is no room; how many found some."""
    for number in range(10_000):
        try:
            writer.append(entry, expendable=expendable)
        except JournalFull:
            return number
    raise AssertionError("there is no bound")


def test_entries_are_read_as_they_were_written(folder: Path) -> None:
    writer = JournalWriter(folder)
    entries = [b"a", b"\0", bytes(8), b"\xff" * 100, b"{}" * 5000]
    for entry in entries:
        writer.append(entry)
    assert entries_of(folder) == entries
    assert (writer.id, writer.given_up) == ("journal", 0)
    writer.close()
    assert entries_of(folder) == entries


def test_only_its_owner_may_read_a_journal(folder: Path, writer: JournalWriter) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.with_name("journal.lock").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("segment_bytes", [16 * 1024, 64 * 1024, 16 * 1024 * 1024])
def test_eight_threads_append_over_many_files_and_each_keeps_its_order(
    folder: Path, segment_bytes: int, often_switching: None
) -> None:
    writer = JournalWriter(folder, segment_bytes=segment_bytes, backlog_bytes=2**30)

    def run(thread: int) -> None:
        for number in range(1000):
            writer.append(numbered_entry(thread, number))
            if number % 100 == thread:
                writer.append(LARGE)

    at_once(*(partial(run, thread) for thread in range(8)))
    writer.close()
    entries = entries_of(folder)
    assert entries.count(LARGE) == 80
    entries = [entry for entry in entries if entry != LARGE]
    assert len(entries) == 8000
    for thread in range(8):
        expected = [numbered_entry(thread, number) for number in range(1000)]
        assert [entry for entry in entries if entry[:4] == expected[0][:4]] == expected


def test_an_entry_larger_than_a_file_gets_one_of_its_own(folder: Path) -> None:
    writer = JournalWriter(folder, segment_bytes=SMALL)
    entries = [b"before", bytes(range(256)) * 40, b"between" * 400, b"x" * 5000, b"y" * 5000, b"after"]
    for entry in entries:
        writer.append(entry)
    writer.close()
    assert entries_of(folder) == entries


def test_a_file_is_filled_to_its_last_byte(folder: Path, writer: JournalWriter) -> None:
    entries = [bytes([number]) * (SMALL - 8 - short) for number, short in enumerate((0, 1, 7, 8, 9, 0))]
    for entry in entries:
        writer.append(entry)
    assert entries_of(folder) == entries


def test_an_empty_entry_is_a_mistake(writer: JournalWriter) -> None:
    with pytest.raises(ValueError, match="not empty"):
        writer.append(b"")


def test_a_bound_below_three_files_is_a_mistake(folder: Path) -> None:
    with pytest.raises(ValueError, match="three segments"):
        JournalWriter(folder, segment_bytes=SMALL, backlog_bytes=2 * SMALL)
    assert not folder.exists()


class TestFull:
    def test_too_much_that_is_not_drained_is_refused_and_nothing_is_lost(
        self, folder: Path, writer: JournalWriter
    ) -> None:
        kept = fill(writer)
        with pytest.raises(JournalFull, match="Too much waits"):
            writer.append(bytes(500))
        assert len(entries_of(folder)) == kept
        assert sum(path.stat().st_size for path in folder.iterdir()) == 8 * SMALL

    def test_there_is_room_again_when_some_is_drained(
        self, folder: Path, writer: JournalWriter, open_reader: OpenReader
    ) -> None:
        kept = fill(writer)
        reader = open_reader(folder)
        batch = reader.read(0, 0, kept // 2)
        reader.drop_before(batch.segment)
        wait_until(lambda: appended(writer, b"after"))
        assert read_all(reader, batch.segment, batch.position)[-1] == b"after"

    def test_a_large_entry_that_passes_the_bound_is_refused_and_small_ones_go_on(
        self, folder: Path, writer: JournalWriter
    ) -> None:
        with pytest.raises(JournalFull, match="Too much waits"):
            writer.append(bytes(8 * SMALL))
        writer.append(b"small")
        assert entries_of(folder) == [b"small"]

    def test_there_is_room_again_for_entries_of_almost_a_file(
        self, folder: Path, writer: JournalWriter, open_reader: OpenReader
    ) -> None:
        entry = bytes(SMALL - 8)
        kept = fill(writer, entry)
        reader = open_reader(folder)
        reader.drop_before(kept - 1)
        wait_until(lambda: appended(writer, entry))
        assert len(read_all(reader)) == 2

    def test_expendable_entries_are_given_up_beyond_half_of_the_bound(
        self, folder: Path, writer: JournalWriter
    ) -> None:
        for _ in range(1000):
            writer.append(bytes(500), expendable=True)
        kept = len(entries_of(folder))
        assert 4 * SMALL // 508 <= kept <= 6 * SMALL // 508
        assert writer.given_up == 1000 - kept
        assert fill(writer) > 0, "there is room for what is not expendable"
        writer.append(bytes(500), expendable=True)
        assert writer.given_up == 1001 - kept

    def test_expendable_entries_are_kept_again_when_it_is_drained(
        self, folder: Path, writer: JournalWriter, open_reader: OpenReader
    ) -> None:
        fill(writer)
        writer.append(b"refusal", expendable=True)
        assert writer.given_up == 1
        reader = open_reader(folder)
        segment, position = 0, 0
        while (batch := reader.read(segment, position, 1000)).entries:
            _, segment, position = batch
        reader.drop_before(segment)

        def is_kept() -> bool:
            given_up = writer.given_up
            writer.append(b"refusal", expendable=True)
            return writer.given_up == given_up

        wait_until(is_kept)

    def test_a_full_disk_is_told_and_calls_are_kept_again_once_there_is_room(self, tmp_path: Path) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root mounts a file system of its own")
        disk = tmp_path / "disk"
        disk.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)], capture_output=True, check=False
        )
        if mounted.returncode:
            pytest.skip("this machine mounts nothing")
        try:
            ballast = disk / "ballast"
            ballast.write_bytes(bytes(700 * 1024))
            writer = JournalWriter(disk / "journal", segment_bytes=64 * 1024)
            kept = fill(writer, bytes(1000))
            with pytest.raises(JournalFull, match="takes nothing: No space left on device"):
                writer.append(bytes(1000))
            ballast.unlink()
            wait_until(lambda: appended(writer, b"after"))
            writer.close()
            entries = entries_of(disk / "journal")
            assert (len(entries), entries[-1]) == (kept + 1, b"after")
        finally:
            subprocess.run(["umount", str(disk)], check=True)

    def test_a_limit_of_the_system_is_told_like_a_full_disk(self, tmp_path: Path) -> None:
        script = (
            "import pathlib, resource, sys\n"
            "from ss_admin.backend.journal.writer import JournalFull, JournalWriter\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, resource.RLIM_INFINITY))\n"
            "try:\n    JournalWriter(pathlib.Path(sys.argv[1]))\n"
            "except JournalFull as fault:\n    print(fault)\n"
        )
        said = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "journal")], capture_output=True, text=True, check=True
        )
        assert "takes nothing: File too large." in said.stdout
        assert [path for path in (tmp_path / "journal").iterdir() if path.stat().st_size] == []

    def test_a_folder_that_is_gone_is_told(self, folder: Path, writer: JournalWriter) -> None:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        fill(writer)
        with pytest.raises(JournalFull, match="takes nothing: No such file or directory"):
            writer.append(bytes(500))

    def test_a_journal_is_not_made_twice(self, folder: Path, writer: JournalWriter) -> None:
        folder.with_name("journal.lock").unlink()
        with pytest.raises(JournalFull, match="File exists"):
            JournalWriter(folder)


class TestEnd:
    def test_a_closed_journal_takes_nothing(self, folder: Path, writer: JournalWriter) -> None:
        writer.append(b"before")
        writer.close()
        writer.close()
        with pytest.raises(JournalFull, match="closed"):
            writer.append(b"after")
        assert entries_of(folder) == [b"before"]

    def test_a_forked_process_cannot_append_and_its_end_does_not_end_the_journal(self, tmp_path: Path) -> None:
        script = (
            "import os, pathlib, sys\n"
            "from ss_admin.backend.journal.reader import JournalReader\n"
            "from ss_admin.backend.journal.writer import JournalWriter\n"
            "folder = pathlib.Path(sys.argv[1])\n"
            "writer = JournalWriter(folder)\n"
            "writer.append(b'of the parent')\n"
            "child = os.fork()\n"
            "if not child:\n"
            "    try:\n        writer.append(b'of the child')\n"
            "    except RuntimeError as fault:\n        print(fault, flush=True)\n"
            "    writer.close()\n"
            "    sys.exit()\n"
            "os.waitpid(child, 0)\n"
            "writer.append(b'after')\n"
            "reader = JournalReader(folder)\n"
            "print(reader.is_abandoned(), reader.read(0, 0, 9).entries)\n"
        )
        said = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "journal")],
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout.splitlines() == [
            "a forked process makes a journal of its own",
            "False [b'of the parent', b'after']",
        ]


def test_a_writer_has_only_the_files_open_that_it_writes(folder: Path, writer: JournalWriter) -> None:
    """Windows deletes no file that is mapped: all that is drained must be let go of."""
    for _ in range(30):
        writer.append(bytes(500))
    mapped = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if str(folder) in line}
    newest = numbers_of_segments(folder)[-2:]
    assert mapped <= {str(folder / f"{number:08d}.segment") for number in newest}


def appended(writer: JournalWriter, entry: bytes) -> bool:
    try:
        writer.append(entry)
    except JournalFull:
        return False
    return True
