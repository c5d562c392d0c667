"""Everything that one process of a server does for all of its workers, besides answering."""

from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.settings import Settings
from ss_admin.backend.store.engine import Store

__all__ = ["Housekeeping", "create_housekeeping"]


class Housekeeping:
    """Journals into the database, webhooks to their receivers, and what is too old away."""

    def start(self) -> None:
        """Begin, in threads of its own. Once."""
        raise NotImplementedError

    def settle(self, timeout: float = 10) -> None:
        """Return when all that was journaled before this call is in the database. Raises `TimeoutError` (seconds)."""
        raise NotImplementedError

    def close(self, timeout: float = 10) -> int:
        """Write what is journaled, then stop; how many entries stay on disk for the next start. Idempotent.

        It takes about `timeout` seconds at most, also where the store is away, and raises nothing.
        """
        raise NotImplementedError


def create_housekeeping(settings: Settings, *, store: Store | None = None, spool: Spool) -> Housekeeping:
    """The housekeeping of the server whose spool this is. `store`: its own, unless a test gives one."""
    raise NotImplementedError
