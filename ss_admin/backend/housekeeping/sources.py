"""The journals that are drained: those of this server's workers, and those that servers before it have left behind."""

import contextlib
import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from ss_admin.backend.housekeeping.positions import Place, forget_position, read_positions
from ss_admin.backend.journal.reader import Batch, JournalReader
from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.store.engine import Store

__all__ = ["Reading", "Rest", "Sources"]

_log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often it is looked whether a worker or another server is gone."""

_START = Place(0, 0)
_FEWEST = 50


class Reading(NamedTuple):
    """What was read of a journal. `before`: the place in the database, None for one that it does not know yet."""

    reader: JournalReader
    before: Place | None
    batch: Batch


class Rest(NamedTuple):
    """What waits in journals."""

    entries: int = 0
    bytes: int = 0


class Sources:
    """Reads all journals a little each, in turns. One housekeeper drains a spool: it holds the spool's drain lock.

    Of one thread, but for `close`.
    """

    def __init__(self, store: Store, spool: Spool) -> None:
        self._store = store
        self._own = spool
        self._spools: list[Spool] = [spool]
        self._locks: dict[Path, FileLock] = {}
        self._places: dict[str, Place | None] = {}
        self._looked_at = float("-inf")
        self._due = False

    def read(self, limit: int) -> tuple[list[Reading], bool]:
        """About `limit` entries of all journals together, and whether that is all there is at this moment.

        Raises `StoreUnavailable` where it is not known how far a journal is written.
        """
        self._due = time.monotonic() - self._looked_at >= LOOK_SECONDS
        if self._due:
            self._looked_at = time.monotonic()
            self._spools.extend(self._own.abandoned())
        readers = [reader for spool in self._spools if self._may_drain(spool) for reader in spool.readers()]
        self._find_places(readers)
        share = max(limit // max(len(readers), 1), _FEWEST)
        readings: list[Reading] = []
        is_all = self._own.folder in self._locks
        for reader in readers:
            reading, is_end = self._read_one(reader, share)
            is_all = is_all and is_end
            if reading is not None:
                readings.append(reading)
        return readings, is_all

    def advance(self, readings: Sequence[Reading]) -> None:
        """They are written: go on behind them, and delete what no one needs any more."""
        for reader, before, batch in readings:
            self._places[reader.id] = Place(batch.segment, batch.position)
            if before is None or before.segment != batch.segment:
                reader.drop_before(batch.segment)

    def go_back(self) -> None:
        """It is not known what became of the last readings: ask the database where to read on."""
        self._places.clear()

    def sync(self) -> None:
        """Have what is not in the database written to the disk, for as long as the store is away."""
        for reader in self._known_readers():
            place = self._places.get(reader.id) or _START
            try:
                reader.sync(place.segment)
            except OSError:
                _log.exception("a journal could not be written to the disk")

    def count_rest(self, until: float) -> Rest:
        """What is not in the database; as much as was counted until that moment (monotonic), if it is a lot."""
        entries = size = 0
        for reader in self._known_readers():
            place = self._places.get(reader.id) or _START
            while time.monotonic() < until:
                batch = reader.read(*place, limit=5000)
                entries += len(batch.entries)
                size += sum(map(len, batch.entries))
                if not batch.entries:
                    break
                place = Place(batch.segment, batch.position)
        return Rest(entries, size)

    def is_written(self, journal_id: str) -> bool:
        """Whether a worker of this server lives that writes the journal."""
        return any(reader.id == journal_id and not reader.is_abandoned() for reader in self._own.readers())

    def close(self) -> None:
        """Let go of everything; what is not drained is for another to adopt. The own spool is its owner's."""
        for spool in self._spools:
            if spool is not self._own:
                spool.close()
        self._spools = [self._own]
        for reader in self._own.readers():
            reader.close()
        for folder, lock in self._locks.items():
            with contextlib.suppress(OSError):
                drain_lock_path(folder).unlink(missing_ok=True)
            lock.release()
        self._locks.clear()

    def remove_left(self) -> None:
        """Delete the journals that are drained and whose workers are gone, and spools without any."""
        for spool in self._spools[:]:
            if spool.folder not in self._locks:
                continue
            for reader in spool.readers():
                if reader.is_abandoned():
                    self._remove_if_drained(reader)
            if spool is not self._own and spool.remove():
                self._spools.remove(spool)
                self._let_go(spool)

    @property
    def is_due(self) -> bool:
        """Whether it is time for `remove_left`, after a reading that gave all there is."""
        return self._due

    def _read_one(self, reader: JournalReader, share: int) -> tuple[Reading | None, bool]:
        before = self._places[reader.id]
        try:
            batch = reader.read(*(before or _START), limit=share)
        except OSError:
            _log.exception("a journal cannot be read", extra={"journal": reader.id})
            return None, False
        if not batch.entries:
            return None, True
        is_end = len(batch.entries) < share and not reader.read(batch.segment, batch.position, 1).entries
        return Reading(reader, before, batch), is_end

    def _remove_if_drained(self, reader: JournalReader) -> None:
        place = self._places.get(reader.id) or _START
        if reader.id not in self._places or reader.read(*place, limit=1).entries:
            return
        try:
            reader.remove()
        except OSError:
            _log.warning("a drained journal cannot be deleted yet", extra={"journal": reader.id})
            return
        if self._places.pop(reader.id) is not None:
            forget_position(self._store, reader.id)

    def _find_places(self, readers: Sequence[JournalReader]) -> None:
        unknown = [reader.id for reader in readers if reader.id not in self._places]
        if unknown:
            found = read_positions(self._store, unknown)
            self._places.update((journal_id, found.get(journal_id)) for journal_id in unknown)

    def _may_drain(self, spool: Spool) -> bool:
        if spool.folder in self._locks:
            return True
        lock = FileLock(drain_lock_path(spool.folder), thread_local=False)
        try:
            lock.acquire(blocking=False)
        except (Timeout, OSError):
            return False
        self._locks[spool.folder] = lock
        return True

    def _known_readers(self) -> Iterator[JournalReader]:
        for spool in self._spools:
            if spool.folder in self._locks:
                yield from spool.readers()

    def _let_go(self, spool: Spool) -> None:
        with contextlib.suppress(OSError):
            drain_lock_path(spool.folder).unlink(missing_ok=True)
        self._locks.pop(spool.folder).release()


def drain_lock_path(folder: Path) -> Path:
    """The lock that the one who drains a spool holds: beside the spool's folder, which is deleted when it is empty."""
    return folder.with_name(folder.name + ".drain.lock")
