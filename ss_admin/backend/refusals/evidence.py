"""What there is to know about a refused call: its key and its chain, as they are and as they were, from the trail."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ss_admin.backend.store.tables import ActivityRow, ApiKeyHourRow, ApiKeyRow, RuleChainRow, TombstoneRow, UserRow
from ss_admin.backend.store.types import to_microseconds
from ss_admin.contract.activity import ActivityAction
from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.contract.problems import ProblemCode
from ss_admin.contract.refusals import KeyState, RefusedKey

__all__ = [
    "ChainFacts",
    "Change",
    "HourFacts",
    "KeyFacts",
    "Past",
    "find_chain",
    "find_key",
    "name_chains",
    "read_hour",
]

_ENTRIES = 200
_HOUR_US = 3_600_000_000
_SLACK = timedelta(seconds=2)
"""A change and a call that it refuses are timed by two clocks."""


@dataclass(frozen=True)
class Change:
    """A field that somebody changed; `before` None where the object was made, `after` None where it was deleted."""

    at: datetime
    by: str | None
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Past:
    """An object's changes, newest first, from the audit trail; the last 200 entries of it."""

    changes: Sequence[Change]
    deleted_at: datetime | None = None
    deleted_by: str | None = None
    name: str | None = None

    def last_change(self, field: str, to: Any, at: datetime) -> Change | None:  # noqa: ANN401 - any JSON
        """The change that had made `field` what it was `at` that time, if it made it `to`."""
        of_field = [change for change in self.changes if change.field == field]
        before = next((change for change in of_field if change.at <= at), None)
        if before is not None and before.after == to:
            return before
        just_after = [change for change in of_field if at < change.at <= at + _SLACK and change.after == to]
        return just_after[-1] if just_after else None

    def value_at(self, field: str, at: datetime, now: Any) -> Any:  # noqa: ANN401 - any JSON
        """What `field` was at that time; `now`: what it is."""
        value = now
        for change in self.changes:
            if change.field == field and change.at > at:
                value = change.before
        return value

    def changed_since(self, field: str, at: datetime) -> Change | None:
        """The last change of `field` after that time; a deletion is none."""
        for change in self.changes:
            if change.field == field and change.at > at and change.at != self.deleted_at:
                return change
        return None


@dataclass(frozen=True)
class KeyFacts:
    """A key of the tenant. The settings are None of a deleted one, whose `past` has them."""

    ref: RefusedKey
    past: Past
    status: str | None = None
    expires_at: datetime | None = None
    limit: tuple[int, int] | None = None
    permissions: dict[str, Any] | None = None
    addresses: list[str] | None = None
    user_name: str | None = None
    last_used_at: datetime | None = None
    last_used_address: str | None = None


@dataclass(frozen=True)
class ChainFacts:
    """A rule chain that was called. `name` None: the tenant has none of this id, and had none."""

    id: str
    name: str | None
    is_there: bool
    past: Past
    is_external: bool = False
    enabled: bool = False


@dataclass(frozen=True)
class HourFacts:
    """A key's calls in the hour of a refusal."""

    admitted: int
    limited: int


def find_key(
    session: Session, tenant_id: str, now: datetime, *, key_id: str | None = None, digest: bytes | None = None
) -> KeyFacts | None:
    """The tenant's key, deleted ones too, by its id or its digest; None for none and for another tenant's."""
    live = select(ApiKeyRow, UserRow.name).outerjoin(UserRow, UserRow.id == ApiKeyRow.user_id)
    wanted = ApiKeyRow.id == key_id if digest is None else ApiKeyRow.digest == digest
    found = session.execute(live.where(wanted, ApiKeyRow.tenant_id == tenant_id)).one_or_none()
    if found is not None:
        return _live_key(session, *found, now=now)
    gone = TombstoneRow.api_key_id == key_id if digest is None else TombstoneRow.digest == digest
    row = session.scalar(select(TombstoneRow).where(gone, TombstoneRow.tenant_id == tenant_id))
    if row is None:
        return None
    past = _past(session, tenant_id, row.api_key_id, deleted_at=row.deleted_at, deleted_by=row.deleted_by_name)
    ref = RefusedKey(id=row.api_key_id, name=row.name, masked_key=row.masked_key, state=KeyState.DELETED)
    return KeyFacts(ref, past)


def find_chain(session: Session, tenant_id: str, chain_id: str) -> ChainFacts:
    """The chain as far as it is the tenant's own, or was."""
    row = session.execute(
        select(RuleChainRow.name, RuleChainRow.is_external, RuleChainRow.enabled).where(
            RuleChainRow.id == chain_id, RuleChainRow.tenant_id == tenant_id
        )
    ).one_or_none()
    past = _past(session, tenant_id, chain_id)
    if row is None:
        return ChainFacts(chain_id, past.name, is_there=False, past=past)
    return ChainFacts(chain_id, row.name, is_there=True, past=past, is_external=row.is_external, enabled=row.enabled)


def name_chains(session: Session, tenant_id: str, chain_ids: Collection[str]) -> dict[str, str]:
    """The names of those that are the tenant's."""
    query = select(RuleChainRow.id, RuleChainRow.name)
    query = query.where(RuleChainRow.tenant_id == tenant_id, RuleChainRow.id.in_(chain_ids))
    return {row.id: row.name for row in session.execute(query)}


def read_hour(session: Session, key_id: str, at: datetime) -> HourFacts:
    """What became of the key's calls in the hour around that moment."""
    query = select(ApiKeyHourRow.code, ApiKeyHourRow.calls)
    query = query.where(ApiKeyHourRow.api_key_id == key_id, ApiKeyHourRow.hour == to_microseconds(at) // _HOUR_US)
    calls = {row.code: row.calls for row in session.execute(query)}
    return HourFacts(calls.get("succeeded", 0), calls.get(ProblemCode.RATE_LIMITED.value, 0))


def _live_key(session: Session, row: ApiKeyRow, user_name: str | None, *, now: datetime) -> KeyFacts:
    if row.status != ApiKeyStatus.ACTIVE:
        state = KeyState.DISABLED
    elif row.expires_at is not None and row.expires_at <= now:
        state = KeyState.EXPIRED
    else:
        state = KeyState.ACTIVE
    limited = row.rate_max_requests is not None and row.rate_window_seconds is not None
    return KeyFacts(
        RefusedKey(id=row.id, name=row.name, masked_key=row.masked_key, state=state),
        _past(session, row.tenant_id, row.id),
        status=row.status,
        expires_at=row.expires_at,
        limit=(row.rate_max_requests or 0, row.rate_window_seconds or 0) if limited else None,
        permissions=row.permissions,
        addresses=row.allowed_addresses,
        user_name=user_name,
        last_used_at=row.last_used_at,
        last_used_address=row.last_used_address,
    )


def _past(
    session: Session,
    tenant_id: str,
    object_id: str,
    *,
    deleted_at: datetime | None = None,
    deleted_by: str | None = None,
) -> Past:
    query = select(
        ActivityRow.at, ActivityRow.action, ActivityRow.actor_name, ActivityRow.object_name, ActivityRow.changes
    ).where(ActivityRow.tenant_id == tenant_id, ActivityRow.object_id == object_id)
    changes: list[Change] = []
    name = None
    for row in session.execute(query.order_by(ActivityRow.number.desc()).limit(_ENTRIES)):
        name = name or row.object_name
        if row.action in {ActivityAction.API_KEY_DELETED, ActivityAction.RULE_CHAIN_DELETED}:
            deleted_at, deleted_by = row.at, row.actor_name
        changes += [
            Change(row.at, row.actor_name, change["field"], change.get("before"), change.get("after"))
            for change in row.changes
        ]
    return Past(changes, deleted_at, deleted_by, name)
