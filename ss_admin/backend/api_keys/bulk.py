"""Locking, deleting and switching any number of keys, inside the caller's transaction.

Rows are always locked in the order of their ids: so two administrators' bulk orders, and the housekeeping's last uses,
wait for each other in turn and never crosswise.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.orm import Session

from ss_admin.backend.activity.service import Actor
from ss_admin.backend.api_keys.rows import is_well_formed_id, select_api_keys, to_api_key
from ss_admin.backend.store.chunks import chunks
from ss_admin.backend.store.tables import ApiKeyRow, TombstoneRow
from ss_admin.backend.store.types import Instant
from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus

__all__ = ["delete_keys", "lock_keys", "set_status"]


def lock_keys(session: Session, tenant_id: str, ids: Iterable[str]) -> dict[int, ApiKey]:
    """The tenant's keys among `ids`, by their numbers; nobody else changes them before the transaction ends."""
    wanted = sorted({key_id for key_id in ids if is_well_formed_id(key_id)})
    found = {}
    # Wrapped, the tenant is no use to an index: SQLite would rather walk all of the tenant's keys than look up ids.
    of_tenant = ApiKeyRow.tenant_id.concat("") == tenant_id
    for chunk in chunks(wanted):
        query = select_api_keys().where(of_tenant, ApiKeyRow.id.in_(chunk))
        for row in session.execute(query.order_by(ApiKeyRow.id).with_for_update(of=ApiKeyRow)):
            found[row.number] = to_api_key(row)
    return found


def delete_keys(session: Session, actor: Actor, keys: Mapping[int, ApiKey], now: datetime) -> None:
    """Delete locked keys and leave a tombstone for each; the digest moves inside the database."""
    for chunk in chunks(list(keys)):
        buried = select(
            ApiKeyRow.digest,
            ApiKeyRow.id,
            ApiKeyRow.tenant_id,
            ApiKeyRow.name,
            ApiKeyRow.masked_key,
            literal(actor.user_id),
            literal(actor.name),
            literal(now, Instant),
        ).where(ApiKeyRow.number.in_(chunk))
        session.execute(insert(TombstoneRow).from_select(_TOMBSTONE_COLUMNS, buried))
        gone = delete(ApiKeyRow).where(ApiKeyRow.number.in_(chunk))
        session.execute(gone.execution_options(synchronize_session=False))


def set_status(session: Session, numbers: Iterable[int], status: ApiKeyStatus, now: datetime) -> None:
    """Give locked keys another status; each counts as a change of its own."""
    for chunk in chunks(list(numbers)):
        change = (
            update(ApiKeyRow)
            .where(ApiKeyRow.number.in_(chunk))
            .values(status=status.value, updated_at=now, version=ApiKeyRow.version + 1)
        )
        session.execute(change.execution_options(synchronize_session=False))


_TOMBSTONE_COLUMNS = [
    "digest",
    "api_key_id",
    "tenant_id",
    "name",
    "masked_key",
    "deleted_by_id",
    "deleted_by_name",
    "deleted_at",
]
