"""The inventory: a line of a spreadsheet for each key of a tenant, without anything secret."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, tuple_
from sqlalchemy.orm import Session

from ss_admin.backend.store.chunks import chunks
from ss_admin.backend.store.tables import ApiKeyRow, RuleChainRow, SignalRow, UserRow
from ss_admin.contract.api_keys import ApiKeyStatus

__all__ = ["INVENTORY_HEADER", "inventory_rows"]

INVENTORY_HEADER = (
    "Name", "User", "Key", "Status", "Permissions", "Rule chains", "Allowed addresses", "Created (UTC)", "Created by",
    "Expires (UTC)", "Last used (UTC)", "Last used from", "Max requests", "Time window (s)", "Open signals", "Id",
)  # fmt: skip

_PAGE = 2000
_COLUMNS = (
    ApiKeyRow.number,
    ApiKeyRow.name_folded,
    ApiKeyRow.name,
    UserRow.name.label("user_name"),
    ApiKeyRow.masked_key,
    ApiKeyRow.status,
    ApiKeyRow.permissions,
    ApiKeyRow.allowed_addresses,
    ApiKeyRow.created_at,
    ApiKeyRow.created_by_name,
    ApiKeyRow.expires_at,
    ApiKeyRow.last_used_at,
    ApiKeyRow.last_used_address,
    ApiKeyRow.rate_max_requests,
    ApiKeyRow.rate_window_seconds,
    ApiKeyRow.id,
)


def inventory_rows(session: Session, tenant_id: str, now: datetime) -> Iterator[Sequence[object]]:
    """A row for each key, by name, under `INVENTORY_HEADER`; read page by page while it is asked for."""
    chain_names = _chain_names(session, tenant_id)
    for page in _pages(session, tenant_id):
        signals = _open_signals(session, [row.id for row in page])
        for row in page:
            yield _cells(row, chain_names, signals.get(row.id, []), now)


def _pages(session: Session, tenant_id: str) -> Iterator[Sequence[Row[Any]]]:
    query = select(*_COLUMNS).outerjoin(UserRow, UserRow.id == ApiKeyRow.user_id)
    query = query.where(ApiKeyRow.tenant_id == tenant_id).order_by(ApiKeyRow.name_folded, ApiKeyRow.number)
    after = query
    while page := session.execute(after.limit(_PAGE)).all():
        yield page
        last = tuple_(page[-1].name_folded, page[-1].number)
        after = query.where(tuple_(ApiKeyRow.name_folded, ApiKeyRow.number) > last)


def _cells(row: Row[Any], chain_names: dict[str, str], signals: Sequence[str], now: datetime) -> Sequence[object]:
    permissions = row.permissions
    chains = permissions.get("rulechains")
    return (
        row.name,
        row.user_name,
        row.masked_key,
        _status(row, now),
        ", ".join(permissions.get("entities", ())),
        "all" if chains is None else "; ".join(chain_names.get(chain, f"{chain} (deleted)") for chain in chains),
        "all" if row.allowed_addresses is None else "; ".join(row.allowed_addresses),
        _moment(row.created_at),
        row.created_by_name,
        "never" if row.expires_at is None else _moment(row.expires_at),
        "never" if row.last_used_at is None else _moment(row.last_used_at),
        row.last_used_address,
        row.rate_max_requests,
        row.rate_window_seconds,
        "; ".join(signals),
        row.id,
    )


def _status(row: Row[Any], now: datetime) -> str:
    """As calls are answered: a key that is off is off, whether or not it has expired."""
    if row.status == ApiKeyStatus.ACTIVE and row.expires_at is not None and row.expires_at <= now:
        return "expired"
    return str(row.status)


def _moment(at: datetime) -> str:
    """As spreadsheets take it for a date and a time."""
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _chain_names(session: Session, tenant_id: str) -> dict[str, str]:
    rows = session.execute(select(RuleChainRow.id, RuleChainRow.name).where(RuleChainRow.tenant_id == tenant_id))
    return {row.id: row.name for row in rows}


def _open_signals(session: Session, key_ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for some in chunks(key_ids):
        query = select(SignalRow.api_key_id, SignalRow.kind)
        query = query.where(SignalRow.api_key_id.in_(some), SignalRow.acknowledged_at.is_(None))
        for row in session.execute(query.order_by(SignalRow.kind)):
            found.setdefault(row.api_key_id, []).append(row.kind)
    return found
