"""The tables that keys are watched by: calls per hour, the nearest to the limit, refusals one by one, and signals."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ss_admin.backend.store.table_base import Table
from ss_admin.backend.store.types import Instant

__all__ = ["ApiKeyHourRow", "ApiKeyPeakRow", "RefusalRow", "SignalRow"]


class ApiKeyHourRow(Table):
    """Calls with a key in an hour, by how they ended, as in `api_key_minutes`. `hour`: since 1970, UTC."""

    __tablename__ = "api_key_hours"
    __table_args__ = (Index("ix_api_key_hours_hour", "hour"),)

    api_key_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    hour: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    calls: Mapped[int] = mapped_column(Integer)


class ApiKeyPeakRow(Table):
    """The nearest that a key's calls came to its limit in an hour: `used` of `max_requests` within one window."""

    __tablename__ = "api_key_peaks"
    __table_args__ = (Index("ix_api_key_peaks_hour", "hour"),)

    api_key_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    hour: Mapped[int] = mapped_column(Integer, primary_key=True)
    used: Mapped[int] = mapped_column(Integer)
    max_requests: Mapped[int] = mapped_column(Integer)
    window_seconds: Mapped[int] = mapped_column(Integer)


class RefusalRow(Table):
    """One refused call, kept for seven days. `api_key_id` null: no key came, or one that never was.

    `detail`: what the partner was told, with anything like a key masked. Of a flood some are kept and all are counted.
    """

    __tablename__ = "refusals"
    __table_args__ = (
        Index("ix_refusals_at", "at"),
        Index("ix_refusals_key", "api_key_id", "at"),
    )

    request_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    status: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(String(45))
    api_key_id: Mapped[str | None] = mapped_column(String(36))
    rulechain_id: Mapped[str | None] = mapped_column(String(36))


class SignalRow(Table):
    """A signal of a key, as long as its cause lasts. `evidence_key` tells one piece of evidence from another.

    Acknowledged where `acknowledged_at` is set; new evidence unsets it. The key may be deleted.
    """

    __tablename__ = "signals"
    __table_args__ = (
        Index("ix_signals_key", "api_key_id", "kind", unique=True),
        Index("ix_signals_tenant", "tenant_id", "acknowledged_at", "kind"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    api_key_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(30))
    severity: Mapped[str] = mapped_column(String(10))
    evidence_key: Mapped[str] = mapped_column(String(100))
    evidence: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    since: Mapped[datetime] = mapped_column(Instant)
    evidence_at: Mapped[datetime] = mapped_column(Instant)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)
    acknowledged_by_id: Mapped[str | None] = mapped_column(String(36))
    acknowledged_by_name: Mapped[str | None] = mapped_column(String(100))
    acknowledged_note: Mapped[str | None] = mapped_column(Text)
