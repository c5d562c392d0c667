"""Everything that one process of a server does for all of its workers, besides answering."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from ss_admin.backend.housekeeping.access_log import AccessLog
from ss_admin.backend.housekeeping.batches import BatchWriter
from ss_admin.backend.housekeeping.counting import HousekeeperCounting
from ss_admin.backend.housekeeping.dead_letters import DeadLetters
from ss_admin.backend.housekeeping.drain import Drain
from ss_admin.backend.housekeeping.sources import Sources
from ss_admin.backend.housekeeping.trimming import HistoryTrimmer
from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.rule_chains.executions.trimming import Trimmer
from ss_admin.backend.rule_chains.outbox.destinations import DestinationRules
from ss_admin.backend.rule_chains.outbox.outbox import Outbox
from ss_admin.backend.rule_chains.outbox.sender import Sender
from ss_admin.backend.settings import Settings, resolve_pepper
from ss_admin.backend.signals.evaluation import SignalWatch
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.recurring import RecurringWork
from ss_admin.backend.telemetry.events import Events
from ss_admin.backend.telemetry.own_numbers import OwnNumbers

__all__ = ["Housekeeping", "create_housekeeping"]

_log = logging.getLogger(__name__)

_GRACE_SECONDS = 3.0
"""Of the time for the end, what is left where the database does not answer: to count what stays on disk."""


class Housekeeping:
    """Journals into the database, webhooks to their receivers, and what is too old away.

    `store` is closed at the end if `owns_store`.
    """

    def __init__(
        self,
        store: Store,
        *,
        drain: Drain,
        outbox: Outbox,
        recurring: Sequence[RecurringWork],
        numbers: OwnNumbers,
        owns_store: bool,
    ) -> None:
        self.outbox = outbox
        self._store = store
        self._drain = drain
        self._recurring = recurring
        self._numbers = numbers
        self._owns_store = owns_store

    def start(self) -> None:
        """Begin, in threads of its own; the database need not be there yet. Once."""
        self._drain.start()
        self._numbers.start()
        self.outbox.start()
        for work in self._recurring:
            work.start()

    def settle(self, timeout: float = 10) -> None:
        """Return when all that was journaled before this call is in the database. Raises `TimeoutError` (seconds)."""
        self._drain.settle(timeout)

    def close(self, timeout: float = 10) -> int:
        """Write what is journaled, then stop; how many entries stay on disk for the next start. Idempotent.

        It takes about `timeout` seconds at most, also where the store is away, and raises nothing.
        """
        until = time.monotonic() + timeout
        ends = [self.outbox.close, *(work.close for work in self._recurring)]
        endings = [threading.Thread(target=_end, args=[end], daemon=True) for end in ends]
        for ending in endings:
            ending.start()
        left = self._drain.close(max(timeout - _GRACE_SECONDS, 0))
        for ending in endings:
            ending.join(max(until - time.monotonic(), 0))
        self._numbers.close()
        if self._owns_store:
            self._store.close()
        return left


def create_housekeeping(
    settings: Settings, *, store: Store | None = None, spool: Spool, events: Events | None = None
) -> Housekeeping:
    """The housekeeping of the server whose spool this is. `store`: its own, unless a test gives one.

    `events`: where the lines of partners' calls go; without it there are none.

    Raises `ConfigurationError`, and `StoreUnavailable` where the embedded database cannot be opened.
    """
    owns_store = store is None
    store = store or Store.open(settings.database_url)
    outbox = Outbox(
        store,
        resolve_pepper(settings),
        Sender(DestinationRules(settings.webhook_allowed_networks), ca_file=settings.webhook_ca_file),
        first_pause=settings.webhook_retry_seconds,
        longest_pause=settings.webhook_retry_max_seconds,
    )
    dead_letters = DeadLetters(spool.folder.parent)
    writer = BatchWriter(
        store,
        access_log=AccessLog(None if events is None else events.put),
        dead_letters=dead_letters,
        deliveries_written=outbox.wake,
    )
    sources = Sources(store, spool)
    counting = HousekeeperCounting(spool.folder, sources, outbox, dead_letters, events)
    drain = Drain(sources, writer, each_second=counting.look)
    counting.follow(drain)
    recurring = (Trimmer(store, settings.execution_days), HistoryTrimmer(store), SignalWatch(store))
    return Housekeeping(
        store, drain=drain, outbox=outbox, recurring=recurring, numbers=counting.numbers, owns_store=owns_store
    )


def _end(end: Callable[[], object]) -> None:
    try:
        end()
    except Exception:  # noqa: BLE001 - the rest is ended all the same
        _log.exception("a part of the housekeeping could not be ended in order")
