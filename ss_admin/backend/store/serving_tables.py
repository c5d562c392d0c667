"""The tables behind the partners' calls: the order of changes, the workers, their journals, the history of use."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ss_admin.backend.store.table_base import NUMBER, Table
from ss_admin.backend.store.types import Instant

__all__ = [
    "AddressRefusalRow",
    "ApiKeyAddressRow",
    "ApiKeyMinuteRow",
    "ChangeRow",
    "JournalRow",
    "SightingRow",
    "WorkerRow",
]


class ChangeRow(Table):
    """A change to a key or a chain that calls must take notice of, written by triggers; a use of a key is none.

    Revisions grow in the order in which the changes become visible: on PostgreSQL their transactions take turns.
    `digest`: of an API key; null for a rule chain.
    """

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_object", "object_id", "revision"), {"sqlite_autoincrement": True})

    revision: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(10))
    object_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    at: Mapped[datetime] = mapped_column(Instant)


class WorkerRow(Table):
    """A process that serves partners' calls, as long as it lives: `seen_at` is its last sign of life.

    `revision`: the last change that it acts on. Both moments are the database's.
    """

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(NUMBER)


class SightingRow(Table):
    """When a worker began to act on all changes up to a revision, by the database's clock."""

    __tablename__ = "sightings"
    __table_args__ = (Index("ix_sightings_revision", "revision"),)

    worker_id: Mapped[str] = mapped_column(ForeignKey("workers.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)


class JournalRow(Table):
    """How far a worker's journal has been written into this database: kept in the transaction that writes."""

    __tablename__ = "journals"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    segment: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(NUMBER)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class ApiKeyMinuteRow(Table):
    """Calls with a key in a minute, by how they ended: `succeeded` or a problem's code. `minute`: since 1970, UTC."""

    __tablename__ = "api_key_minutes"
    __table_args__ = (Index("ix_api_key_minutes_minute", "minute"),)

    api_key_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    minute: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    calls: Mapped[int] = mapped_column(Integer)


class ApiKeyAddressRow(Table):
    """An address that a key was used from in the last 90 days; of more than 200 the ones seen last."""

    __tablename__ = "api_key_addresses"

    api_key_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    address: Mapped[str] = mapped_column(String(45), primary_key=True)
    first_seen_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    calls: Mapped[int] = mapped_column(NUMBER)


class AddressRefusalRow(Table):
    """Calls from an address in a minute that no known key came with, by code; the rest of a flood under one name."""

    __tablename__ = "address_refusals"

    minute: Mapped[int] = mapped_column(Integer, primary_key=True)
    address: Mapped[str] = mapped_column(String(45), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    calls: Mapped[int] = mapped_column(Integer)
