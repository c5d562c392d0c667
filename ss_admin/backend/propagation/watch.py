"""Watches the store for changes to keys and chains, and tells this process's caches of each, in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ss_admin.backend.propagation.changes import Change
from ss_admin.backend.store.engine import Store

__all__ = ["ChangeWatch", "LiveWorkers"]

OnChanges = Callable[[Sequence[Change]], None]
OnReset = Callable[[], None]


@dataclass(frozen=True, slots=True)
class LiveWorkers:
    """This process among those that serve partners' calls: `rank` counts from 0, `count` includes this one."""

    rank: int
    count: int


class ChangeWatch:
    """One process's view of the order of changes; safe to use from any thread.

    `worker_id`: unique to this process's life; `worker_name`: `host:pid`.
    """

    def __init__(self, store: Store, *, worker_id: str, worker_name: str) -> None:
        self._store = store
        self.worker_id = worker_id
        self.worker_name = worker_name
        self._subscribers: list[tuple[OnChanges, OnReset]] = []
        self._applied = 0

    def subscribe(self, on_changes: OnChanges, on_reset: OnReset) -> None:
        """Tell `on_changes` of each batch and `on_reset` when changes may have been missed: before the start."""
        self._subscribers.append((on_changes, on_reset))

    def start(self) -> None:
        """Begin to watch, and to be counted among the live workers. Once."""
        raise NotImplementedError

    def catch_up(self) -> None:
        """Apply all that was committed before this call; a store that is gone is passed over."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop to watch and leave the live workers. Idempotent."""

    @property
    def is_fresh(self) -> bool:
        """Whether the store was looked at within the last second, so that what was kept of it can be trusted.

        Never before `start`: a process that does not watch has nothing to trust.
        """
        return False

    @property
    def lost_at(self) -> float | None:
        """While the watch is not fresh: the monotonic moment of the last look; None while fresh or before the first."""
        return None

    @property
    def applied(self) -> int:
        """Grows with each batch of changes, and with each reset, before its subscribers are told."""
        return self._applied

    @property
    def clock_offset_us(self) -> int:
        """The store's clock minus this host's, microseconds; 0 over SQLite."""
        return 0

    @property
    def live(self) -> LiveWorkers:
        """The processes with a sign of life within 5 s; the last known when the store is gone."""
        return LiveWorkers(rank=0, count=1)
