"""The folder of a server's journals: whose it is, and what the next server finds in it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.journal.writer import JournalFull
from tests.support.journal_writers import read_all

SERVER = """
import pathlib, sys, time
from ss_admin.backend.journal.spool import Spool
spool = Spool.{how}(pathlib.Path(sys.argv[1]))
journal = spool.new_journal()
journal.append(b"kept")
print(spool.folder, journal.id, flush=True)
{then}
sys.stdin.read()
"""


@contextmanager
def process_with(path: Path, *, how: str, then: str = "") -> Iterator[tuple[subprocess.Popen[str], Path, str]]:
    """A process that claims or joins a spool and keeps one entry: with the spool's folder and the journal's id."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER.format(how=how, then=then), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            folder, journal = process.stdout.readline().split()
            yield process, Path(folder), journal
        finally:
            process.kill()


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(10)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def spool(base: Path) -> Iterator[Spool]:
    spool = Spool.claim(base)
    yield spool
    spool.close()


def test_a_claimed_spool_is_a_folder_of_its_own_that_only_its_owner_may_read(base: Path, spool: Spool) -> None:
    assert spool.folder.parent == base
    assert [path.stat().st_mode & 0o777 for path in (base, spool.folder)] == [0o700, 0o700]
    other = Spool.claim(base)
    assert other.folder != spool.folder
    other.close()
    assert not other.folder.exists()


def test_each_journal_has_a_reader_that_stays_the_same(spool: Spool) -> None:
    journals = [spool.new_journal(), spool.new_journal()]
    readers = spool.readers()
    assert {reader.id for reader in readers} == {journal.id for journal in journals}
    assert all(len(journal.id) == 36 for journal in journals)
    again = spool.readers()
    assert all(first is second for first, second in zip(readers, again, strict=True))
    for journal in journals:
        journal.close()


def test_a_removed_journal_has_no_reader(spool: Spool) -> None:
    journal = spool.new_journal()
    journal.close()
    (reader,) = spool.readers()
    assert reader.is_abandoned()
    reader.remove()
    assert spool.readers() == []


def test_a_closed_spool_that_is_drained_leaves_nothing(base: Path) -> None:
    spool = Spool.claim(base)
    journal = spool.new_journal()
    journal.close()
    (reader,) = spool.readers()
    reader.remove()
    spool.close()
    spool.close()
    assert list(base.iterdir()) == []


def test_a_closed_spool_that_is_not_drained_is_adopted(base: Path, spool: Spool) -> None:
    before = Spool.claim(base)
    journal = before.new_journal()
    journal.append(b"kept")
    journal.close()
    before.close()
    (adopted,) = spool.abandoned()
    assert adopted.folder == before.folder
    assert [read_all(reader) for reader in adopted.readers()] == [[b"kept"]]
    adopted.close()


def test_a_journal_in_a_spool_that_is_gone_is_refused(base: Path) -> None:
    spool = Spool.claim(base)
    spool.close()
    with pytest.raises(JournalFull):
        Spool.join(spool.folder).new_journal()


class TestProcesses:
    def test_a_worker_that_is_killed_leaves_its_journal_to_its_own_server(self, spool: Spool) -> None:
        with process_with(spool.folder, how="join") as (worker, folder, journal):
            assert folder == spool.folder
            (reader,) = spool.readers()
            assert (reader.id, reader.is_abandoned()) == (journal, False)
            kill(worker)
            assert reader.is_abandoned()
            assert read_all(reader) == [b"kept"]
            reader.remove()
        assert list(folder.iterdir()) == []

    def test_a_server_that_lives_is_never_adopted_and_one_that_is_killed_is(self, base: Path, spool: Spool) -> None:
        with process_with(base, how="claim") as (server, folder, _):
            for _ in range(3):
                assert spool.abandoned() == []
            kill(server)
            (adopted,) = spool.abandoned()
            assert adopted.folder == folder
            assert spool.abandoned() == [], "each is given once"
            (reader,) = adopted.readers()
            assert reader.is_abandoned()
            assert read_all(reader) == [b"kept"]
            assert not adopted.remove(), "a journal is left"
            reader.remove()
            assert adopted.remove()
        assert {path.stem for path in base.iterdir()} == {spool.folder.name}

    def test_a_spool_is_adopted_by_one_of_several_servers(self, base: Path, spool: Spool) -> None:
        with process_with(base, how="claim") as (server, _, _):
            kill(server)
        other = Spool.claim(base)
        (adopted,) = spool.abandoned()
        assert other.abandoned() == []
        adopted.close()
        (adopted,) = other.abandoned()
        adopted.close()
        other.close()

    def test_a_worker_that_outlives_its_server_goes_on_and_loses_nothing(self, base: Path, spool: Spool) -> None:
        with (
            process_with(base, how="claim") as (server, folder, _),
            process_with(folder, how="join") as (worker, _, journal),
        ):
            kill(server)
            (adopted,) = spool.abandoned()
            living = {reader.id: reader.is_abandoned() for reader in adopted.readers()}
            assert living.pop(journal) is False
            assert list(living.values()) == [True]
            for reader in adopted.readers():
                if reader.id != journal:
                    reader.remove()
            assert not adopted.remove()
            kill(worker)
            (reader,) = adopted.readers()
            assert reader.is_abandoned()
            assert read_all(reader) == [b"kept"]
            reader.remove()
            assert adopted.remove()

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
    def test_a_forked_worker_holds_neither_its_servers_lock_nor_its_journal(self, base: Path, spool: Spool) -> None:
        forking = "import os\nif not os.fork():\n    print('forked', flush=True)"
        with process_with(base, how="claim", then=forking) as (server, folder, journal):
            assert server.stdout.readline() == "forked\n"
            assert spool.abandoned() == [], "the child does not take the lock from its parent"
            kill(server)
            (adopted,) = spool.abandoned()
            assert adopted.folder == folder
            (reader,) = adopted.readers()
            assert (reader.id, reader.is_abandoned()) == (journal, True)
            adopted.close()

    def test_what_a_server_leaves_in_the_middle_of_a_beginning_or_an_end_is_cleaned(
        self, base: Path, spool: Spool
    ) -> None:
        lost = base / "00000000-0000-4000-8000-000000000000.lock"
        lost.touch()
        assert spool.abandoned() == []
        assert not lost.exists()
        half = base / "00000000-0000-4000-8000-000000000001"
        half.mkdir()
        (half / lost.name).touch()
        (half / "left by the housekeeping").touch()
        (base / "kept by the housekeeping").touch()
        (adopted,) = spool.abandoned()
        assert adopted.readers() == []
        assert adopted.remove()
        assert {path.stem for path in base.iterdir()} == {spool.folder.name, "kept by the housekeeping"}
