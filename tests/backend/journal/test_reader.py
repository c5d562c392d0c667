"""Reading: beside a living writer, after a dead one, and what is damaged."""

import logging
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.journal.reader import JournalReader
from ss_admin.backend.journal.segments import HEADER, numbers_of_segments, segment_path
from ss_admin.backend.journal.writer import JournalWriter
from tests.support.journal_writers import (
    REPORT,
    JournalWriters,
    journal_writers,
    numbered_entry,
    read_all,
    reported,
    wait_for_reports,
)

SMALL = 4096
OpenReader = Callable[[Path], JournalReader]
Written = Callable[..., JournalReader]


@pytest.fixture(scope="module")
def writers() -> Iterator[JournalWriters]:
    with journal_writers() as writers:
        yield writers


def write(folder: Path, entries: list[bytes], *, segment_bytes: int = SMALL) -> None:
    """A journal whose writer is gone."""
    writer = JournalWriter(folder, segment_bytes=segment_bytes)
    for entry in entries:
        writer.append(entry)
    writer.close()


@pytest.fixture
def written(folder: Path, open_reader: OpenReader) -> Written:
    """Makes a journal of entries in `folder`, and gives its reader."""

    def make(entries: list[bytes], *, segment_bytes: int = SMALL) -> JournalReader:
        write(folder, entries, segment_bytes=segment_bytes)
        return open_reader(folder)

    return make


def change(folder: Path, segment: int, position: int, data: bytes) -> None:
    with segment_path(folder, segment).open("r+b") as file:
        file.seek(position)
        file.write(data)


class TestPlaces:
    def test_a_batch_has_as_many_entries_as_are_asked_for_and_tells_where_to_go_on(
        self, folder: Path, written: Written, open_reader: OpenReader
    ) -> None:
        entries = [b"%d" % number * 50 for number in range(100)]
        reader = written(entries)
        found, segment, position = [], 0, 0
        sizes = []
        while (batch := reader.read(segment, position, 7)).entries:
            found += batch.entries
            sizes.append(len(batch.entries))
            _, segment, position = batch
        assert found == entries
        assert max(sizes) == 7
        assert open_reader(folder).read(segment, position, 7) == ([], segment, position)

    def test_a_place_holds_for_another_reader_after_a_restart(
        self, folder: Path, written: Written, open_reader: OpenReader
    ) -> None:
        entries = [b"%d" % number * 50 for number in range(100)]
        batch = written(entries).read(0, 0, 33)
        assert batch.entries + read_all(open_reader(folder), batch.segment, batch.position) == entries

    def test_drained_segments_are_deleted_and_the_others_are_not(self, folder: Path, written: Written) -> None:
        reader = written([bytes(1000)] * 20)
        batch = reader.read(0, 0, 5)
        batch = reader.read(batch.segment, batch.position, 2)
        reader.drop_before(batch.segment)
        assert numbers_of_segments(folder)[0] == batch.segment == 1
        assert len(read_all(reader, batch.segment, batch.position)) == 20 - 6

    def test_the_start_is_at_the_oldest_segment_that_is_left(self, folder: Path, written: Written) -> None:
        reader = written([bytes(1000)] * 20)
        reader.drop_before(3)
        assert len(read_all(reader)) == 20 - 3 * 4

    def test_nothing_is_read_where_there_is_nothing(self, folder: Path, open_reader: OpenReader) -> None:
        assert open_reader(folder).read(0, 0, 10) == ([], 0, 0)
        assert open_reader(folder).read(5, 100, 10) == ([], 5, 100)

    def test_a_batch_without_room_is_a_mistake(self, folder: Path, open_reader: OpenReader) -> None:
        with pytest.raises(ValueError, match="room"):
            open_reader(folder).read(0, 0, 0)

    def test_a_batch_is_bounded_in_bytes_too(self, folder: Path, written: Written) -> None:
        reader = written([bytes(1024 * 1024)] * 40, segment_bytes=64 * 1024 * 1024)
        assert len(reader.read(0, 0, 1000).entries) <= 5
        assert len(read_all(reader)) == 40


class TestBesideALivingWriter:
    def test_what_another_process_appends_is_read_while_it_goes_on(
        self, tmp_path: Path, folder: Path, writers: JournalWriters, open_reader: OpenReader
    ) -> None:
        process = writers.start(folder, tmp_path / "reports", threads=2)
        wait_for_reports(tmp_path / "reports", 1)
        reader = open_reader(folder)
        found: list[bytes] = []
        segment, position = 0, 0
        while len(found) < 4_000:
            assert not reader.is_abandoned()
            entries, segment, position = reader.read(segment, position, 500)
            reader.drop_before(segment)
            found += entries
        writers.kill(process)
        assert reader.is_abandoned()
        found += read_all(reader, segment, position)
        assert segment > 20
        assert_all_there(found, reported(tmp_path / "reports"), threads=2)

    def test_a_half_written_entry_is_not_there_until_it_is_whole(self, folder: Path, open_reader: OpenReader) -> None:
        writer = JournalWriter(folder)
        writer.append(b"first")
        place = HEADER.size + len(b"first")
        writer.append(b"second")
        whole = segment_path(folder, 0).read_bytes()[place : place + HEADER.size + 6]
        reader = open_reader(folder)
        for length in range(len(whole)):
            change(folder, 0, place, whole[:length] + bytes(len(whole) - length))
            assert reader.read(0, 0, 10) == ([b"first"], 0, place)
            assert reader.read(0, place, 10) == ([], 0, place)
        change(folder, 0, place, whole)
        assert reader.read(0, place, 10).entries == [b"second"]
        writer.close()


class TestKilled:
    def test_everything_that_was_reported_before_a_kill_is_read_in_order_and_once(
        self, tmp_path: Path, writers: JournalWriters, open_reader: OpenReader
    ) -> None:
        chance = random.Random(4)
        for number in range(60):
            folder, reports = tmp_path / f"journal{number}", tmp_path / f"reports{number}"
            threads = chance.choice((1, 4))
            process = writers.start(folder, reports, threads=threads)
            wait_for_reports(reports, chance.randrange(1, 600))
            writers.kill(process)
            reader = open_reader(folder)
            assert reader.is_abandoned()
            assert_all_there(read_all(reader), reported(reports), threads=threads)
            reader.remove()
            assert not folder.exists()

    def test_an_abandoned_journal_is_removed_and_a_living_one_is_not(
        self, folder: Path, open_reader: OpenReader
    ) -> None:
        writer = JournalWriter(folder)
        reader = open_reader(folder)
        assert not reader.is_abandoned()
        with pytest.raises(RuntimeError, match="writer lives"):
            reader.remove()
        writer.close()
        assert reader.is_abandoned()
        reader.remove()
        assert list(folder.parent.iterdir()) == []


class TestDamaged:
    def test_a_damaged_entry_is_skipped_and_told(
        self, folder: Path, caplog: pytest.LogCaptureFixture, written: Written
    ) -> None:
        reader = written([b"first", b"second", b"third"])
        change(folder, 0, 2 * HEADER.size + 5 + 2, b"!")
        assert read_all(reader) == [b"first", b"third"]
        assert read_all(reader) == [b"first", b"third"]
        assert [(record.levelname, record.message) for record in caplog.records] == [
            ("ERROR", "an entry of a journal is damaged and was skipped")
        ]

    def test_a_damaged_entry_before_the_seal_is_skipped(self, folder: Path, written: Written) -> None:
        entries = [b"%d" % number * 1000 for number in range(8)]
        reader = written(entries)
        last = 3 * (1000 + HEADER.size)
        change(folder, 0, last + HEADER.size + 7, b"!")
        assert read_all(reader) == entries[:3] + entries[4:]

    def test_a_damaged_length_costs_the_rest_of_its_segment(
        self, folder: Path, caplog: pytest.LogCaptureFixture, written: Written
    ) -> None:
        entries = [b"%d" % number * 1000 for number in range(8)]
        reader = written(entries)
        change(folder, 0, 1000 + HEADER.size, b"\0\0\0\0")
        assert read_all(reader) == entries[:1] + entries[4:]
        assert [record.message for record in caplog.records] == [
            "the rest of a journal's segment cannot be read and was skipped"
        ]

    def test_an_end_that_is_no_whole_entry_is_told_without_alarm(
        self, folder: Path, caplog: pytest.LogCaptureFixture, written: Written
    ) -> None:
        caplog.set_level(logging.INFO)
        reader = written([b"first", b"second"])
        change(folder, 0, 2 * HEADER.size + 5, b"!")
        assert reader.is_abandoned()
        assert read_all(reader) == [b"first"]
        assert read_all(reader) == [b"first"]
        assert [record.levelname for record in caplog.records] == ["INFO"]

    def test_an_entry_within_an_entry_is_never_taken_for_one(
        self, folder: Path, tmp_path: Path, written: Written
    ) -> None:
        forged = tmp_path / "forged"
        write(forged, [b"never written here"])
        inner = segment_path(forged, 0).read_bytes()[:100]
        reader = written([inner, b"second"])
        change(folder, 0, 0, HEADER.pack(4, 0))
        assert read_all(reader) == []

    def test_a_segment_that_was_cut_off_is_passed_over(self, folder: Path, written: Written) -> None:
        entries = [b"%d" % number * 1000 for number in range(8)]
        reader = written(entries)
        with segment_path(folder, 0).open("r+b") as file:
            file.truncate(1500)
        with segment_path(folder, 1).open("r+b") as file:
            file.truncate(0)
        assert read_all(reader) == entries[:1]

    def test_a_segment_that_is_cut_off_while_it_is_open_ends_nothing(self, folder: Path, written: Written) -> None:
        entries = [b"%d" % number * 40_000 for number in range(8)]
        reader = written(entries, segment_bytes=128 * 1024)
        batch = reader.read(0, 0, 1)
        for length in (60_000, 40_012, 40_010):
            with segment_path(folder, 0).open("r+b") as file:
                file.truncate(length)
            assert read_all(reader, batch.segment, batch.position) == entries[3:]

    @given(
        changes=st.lists(
            st.tuples(st.integers(0, 3), st.integers(0, SMALL - 1), st.binary(min_size=1, max_size=40)),
            min_size=1,
            max_size=4,
        ),
        sizes=st.lists(st.integers(1, 1500), min_size=1, max_size=20),
        limit=st.integers(1, 30),
    )
    def test_no_damage_ends_a_reader_or_gives_what_was_not_written(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        changes: list[tuple[int, int, bytes]],
        sizes: list[int],
        limit: int,
    ) -> None:
        folder = tmp_path_factory.mktemp("damaged") / "journal"
        entries = [bytes([number]) * size for number, size in enumerate(sizes)]
        write(folder, entries)
        reader = JournalReader(folder)
        untouched = set(numbers_of_segments(folder)) - {segment for segment, _, _ in changes}
        for segment, position, data in changes:
            if segment_path(folder, segment).exists():
                change(folder, segment, position, data[: SMALL - position])
        assert reader.is_abandoned()
        found = read_all(reader, limit=limit)
        remaining = iter(entries)
        assert all(entry in remaining for entry in found), "in the order of writing, none twice, none invented"
        if untouched == set(numbers_of_segments(folder)):
            assert found == entries
        reader.remove()
        reader.close()


def test_what_is_synced_goes_on_being_readable(folder: Path, open_reader: OpenReader) -> None:
    writer = JournalWriter(folder, segment_bytes=SMALL)
    reader = open_reader(folder)
    for number in range(20):
        writer.append(b"%d" % number * 300)
        reader.sync(0)
    assert len(read_all(reader)) == 20
    writer.close()


def assert_all_there(found: list[bytes], reports: list[tuple[int, int]], *, threads: int) -> None:
    """Each thread's entries are there from its first on without a gap, and at least those that it reported."""
    by_thread: dict[int, list[bytes]] = {thread: [] for thread in range(threads)}
    for entry in found:
        by_thread[REPORT.unpack_from(entry)[0]].append(entry)
    for thread, entries in by_thread.items():
        assert entries == [numbered_entry(thread, number) for number in range(len(entries))]
        reported_numbers = [number for which, number in reports if which == thread]
        assert reported_numbers == list(range(len(reported_numbers)))
        assert len(reported_numbers) <= len(entries) <= len(reported_numbers) + 1
