"""The store's own clock, by which all that several processes tell each other is measured."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import text
from sqlalchemy.orm import Session

from ss_admin.backend.store.types import from_microseconds

__all__ = ["STORE_CLOCK", "store_now"]

STORE_CLOCK: Mapping[str, str] = MappingProxyType(
    {
        "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
        "postgresql": "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
    }
)
"""By dialect, an SQL expression: microseconds since 1970, UTC, while the statement runs. SQLite counts milliseconds."""


def store_now(session: Session) -> datetime:
    """The moment, by the clock of the session's store."""
    clock = STORE_CLOCK[session.connection().dialect.name]
    return from_microseconds(session.execute(text(f"SELECT {clock}")).scalar_one())
