"""A spool: the folder of the journals of one server, of which each of its workers writes one."""

from pathlib import Path

from ss_admin.backend.journal.reader import JournalReader
from ss_admin.backend.journal.writer import JournalWriter

__all__ = ["Spool"]


class Spool:
    """The journals of one server. Claimed by the server's first process, joined by its workers and its housekeeper."""

    @classmethod
    def claim(cls, base: Path) -> "Spool":
        """A spool of its own in the base folder, which others leave alone as long as this process lives."""
        raise NotImplementedError

    @classmethod
    def join(cls, folder: Path) -> "Spool":
        """The spool that another process of the same server has claimed."""
        raise NotImplementedError

    @property
    def folder(self) -> Path:
        """Where the journals are; what `join` needs."""
        raise NotImplementedError

    def new_journal(self) -> JournalWriter:
        """A journal for this process. Raises `JournalFull`."""
        raise NotImplementedError

    def readers(self) -> list[JournalReader]:
        """One for each journal there is now, those of dead workers included; the same object at each call."""
        raise NotImplementedError

    def abandoned(self) -> list["Spool"]:
        """Spools beside this one whose server is gone, claimed now by this one: to be drained and removed."""
        raise NotImplementedError

    def remove(self) -> None:
        """Delete the folder of a drained spool and let go of it. Journals that are still there are kept."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go: of a claimed spool, what is not drained will be adopted by another server. Idempotent."""
        raise NotImplementedError
