"""A watch's own connection to the store: waits until something may have changed, and gives up on a store that hangs.

It is apart from the store's pool, so that a pool that is exhausted, or waits for a server that is gone, keeps no change
from being seen in time.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from ss_admin.backend.propagation.postgresql_lookout import PostgresqlLookout
from ss_admin.backend.propagation.sqlite_lookout import SqliteLookout
from ss_admin.backend.store.engine import Store

__all__ = ["Lookout", "lookout_over"]


class Lookout(Protocol):
    """Used by one thread; `wake` by any. It connects by itself, at the first use and after `drop`."""

    now: str
    """An SQL expression: the store's clock in microseconds since 1970, UTC, while the statement runs."""

    is_elsewhere: bool
    """Whether the store may be on another host, with another clock."""

    def execute(self, statement: str, *values: int | str) -> Sequence[Any]:
        """As `Execute`, each statement a transaction of its own. Raises `StoreUnavailable` and `StoreBusy`."""

    def wait(self) -> None:
        """Return when something may have changed, or it is time to look all the same, or somebody called `wake`."""

    def wake(self) -> None:
        """End the wait that is under way, or the next one."""

    def drop(self) -> None:
        """Give the connection up, whatever state it is in."""

    def close(self) -> None:
        """Give up all that it holds. Once."""


def lookout_over(store: Store) -> Lookout:
    """The lookout that fits the store; it connects later."""
    return SqliteLookout(store) if store.dialect == "sqlite" else PostgresqlLookout(store)
