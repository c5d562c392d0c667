"""A spool: the folder of the journals of one server, of which each of its workers writes one.

    base/<spool>.lock            held by the server's first process as long as it lives
    base/<spool>/<journal>.lock  held by the worker that writes the journal
    base/<spool>/<journal>/00000000.segment …
    base/…, base/<spool>/…       files of the housekeeping; those in a spool are deleted with it

The kernel lets go of a lock when its holder dies, however it dies. So a free lock says that a worker or a whole server
is gone, and what it left is drained by the housekeeping of its own server, or of the next one with the same base.
Every lock is there and held before its folder is made, and deleted after it.
"""

import re
from pathlib import Path

from filelock import FileLock

from ss_admin.backend.journal.reader import JournalReader
from ss_admin.backend.journal.segments import fresh_id, give_lock_back, take_lock
from ss_admin.backend.journal.writer import JournalWriter

__all__ = ["Spool"]

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LOCK_SECONDS = 5.0


class Spool:
    """The journals of one server: claimed by its first process, joined by its workers and its housekeeping.

    One thread at a time, but for `new_journal`.
    """

    def __init__(self, folder: Path, lock: FileLock | None) -> None:
        """Of `claim`, `join` and `abandoned` alone."""
        self._folder = folder
        self._lock = lock
        self._readers: dict[str, JournalReader] = {}

    @classmethod
    def claim(cls, base: Path) -> "Spool":
        """A spool of its own in the base folder, which others leave alone as long as this process lives.

        Raises `OSError` if the folder cannot be made.
        """
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = base / fresh_id()
        lock = take_lock(folder, wait_seconds=_LOCK_SECONDS)
        if lock is None:
            raise OSError("another process holds the lock of a folder that was not there")
        try:
            folder.mkdir(mode=0o700)
        except OSError:
            give_lock_back(folder, lock)
            raise
        return cls(folder, lock)

    @classmethod
    def join(cls, folder: Path) -> "Spool":
        """The spool that another process of the same server has claimed."""
        return cls(folder, None)

    @property
    def folder(self) -> Path:
        """Where the journals are; what `join` needs."""
        return self._folder

    def new_journal(self) -> JournalWriter:
        """A journal for this process. Raises `JournalFull` if the disk is full or closed to us."""
        return JournalWriter(self._folder / fresh_id())

    def readers(self) -> list[JournalReader]:
        """One for each journal there is now, those of dead workers included; the same objects at each call."""
        ids = _ids_in(self._folder)
        for gone in self._readers.keys() - ids:
            self._readers.pop(gone).close()
        for new in ids - self._readers.keys():
            self._readers[new] = JournalReader(self._folder / new)
        return [self._readers[journal_id] for journal_id in sorted(ids)]

    def abandoned(self) -> list["Spool"]:
        """Spools beside this one whose server is gone: each is given once, and claimed by who has it from here.

        A worker may have outlived its server: its journal is then still written, and `remove` leaves it.
        """
        base = self._folder.parent
        found = []
        for name in sorted(_ids_in(base, locks=True) - {self._folder.name}):
            lock = _lock_if_free(base / name)
            if lock is not None:
                found.append(Spool(base / name, lock))
        return found

    def remove(self) -> bool:
        """Delete the folder of a claimed spool, if no journal is left in it, and let go of it then.

        False if there is still one, or if the folder cannot be deleted now; to be called again then.
        """
        if self._lock is None:
            raise RuntimeError("a spool is deleted by who has claimed it")
        for name in _ids_in(self._folder, locks=True):
            lock = _lock_if_free(self._folder / name)
            if lock is not None:
                lock.release()
        if _ids_in(self._folder, locks=True):
            return False
        try:
            for path in self._folder.iterdir():
                path.unlink()
            self._folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return False
        give_lock_back(self._folder, self._lock)
        self._lock = None
        return True

    def close(self) -> None:
        """Let go of it. What is not drained of a claimed spool is for another server to adopt. Idempotent."""
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()
        if self._lock is not None and not self.remove():
            self._lock.release()
            self._lock = None


def _ids_in(folder: Path, *, locks: bool = False) -> set[str]:
    """Of the spools of a base folder, or the journals of a spool; with `locks`, of those that only have a lock too."""
    try:
        names = {path.stem if locks and path.suffix == ".lock" else path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return set()
    return {name for name in names if _ID.fullmatch(name)}


def _lock_if_free(folder: Path) -> FileLock | None:
    """The lock of a folder whose holder is gone. None if it is held; a lock that has lost its folder is deleted."""
    try:
        lock = take_lock(folder)
    except OSError:
        return None
    if lock is not None and not folder.is_dir():
        give_lock_back(folder, lock)
        return None
    return lock
