"""Signals as administrators see them: listed, counted, and acknowledged with an entry in the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, case, exists, func, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from ss_admin.backend.activity.service import Actor, record
from ss_admin.backend.api_keys.rows import is_well_formed_id
from ss_admin.backend.paging import decode_cursor, encode_cursor
from ss_admin.backend.signals.badges import GRAVITY
from ss_admin.backend.signals.errors import EvidenceChanged, SignalNotFound
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyRow, SignalRow, TombstoneRow
from ss_admin.contract.activity import ActivityAction, FieldChange
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.signals import (
    Acknowledgement,
    Severity,
    Signal,
    SignalCounts,
    SignalKey,
    SignalKind,
    SignalPage,
)

__all__ = ["SignalFilter", "SignalsService"]


@dataclass(frozen=True)
class SignalFilter:
    """Which signals to list; None lets all through. `acknowledged` False: the open ones alone."""

    api_key_id: str | None = None
    kind: SignalKind | None = None
    acknowledged: bool | None = None


class SignalsService:
    """Reads and acknowledges the signals of the actor's tenant. Whether the actor may is asked before."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list_page(
        self,
        actor: Actor,
        *,
        limit: int,
        cursor: str | None = None,
        offset: int = 0,
        only: SignalFilter | None = None,
    ) -> SignalPage:
        """A page, gravest first, then newest evidence. Raises `CursorInvalid`."""
        conditions = _conditions(actor.tenant_id, only or SignalFilter())
        gravity, newest = _gravity(), -type_coerce(SignalRow.evidence_at, BigInteger)
        page = _select_signals().add_columns(gravity, newest).where(*conditions)
        if cursor is not None:
            there = decode_cursor(cursor, int, int, str)
            page = page.where(tuple_(gravity, newest, SignalRow.id) > tuple_(*there))
        page = page.order_by(gravity, newest, SignalRow.id).offset(offset).limit(limit + 1)
        with self._store.reading() as session:
            rows = session.execute(page).all()
            total = session.scalar(select(func.count()).select_from(SignalRow).where(*conditions)) or 0
        shown, more = rows[:limit], len(rows) > limit
        last = shown[-1] if more else None
        return SignalPage(
            items=[_to_signal(row) for row in shown],
            next_cursor=encode_cursor(last[-2], last[-1], last[0].id) if last else None,
            total=total,
        )

    def counts(self, actor: Actor) -> SignalCounts:
        """How many of the tenant's keys have an open signal. One key counts once under each of its kinds."""
        is_open = _conditions(actor.tenant_id, SignalFilter(acknowledged=False))
        there = exists().where(ApiKeyRow.id == SignalRow.api_key_id)
        with self._store.reading() as session:
            api_keys, by_kind = _count(session, is_open)
            deleted, deleted_by_kind = _count(session, [*is_open, ~there])
        return SignalCounts(
            api_keys=api_keys, by_kind=by_kind, deleted_api_keys=deleted, deleted_by_kind=deleted_by_kind
        )

    def acknowledge(self, actor: Actor, signal_id: str, note: str, evidence_at: datetime | None = None) -> Signal:
        """The signal as it is then. Acknowledged already: the first note stays, and nothing is written.

        `evidence_at`: what the actor saw; None is whatever is there. An API key that was pasted into the note is
        masked. Raises `SignalNotFound`, and `EvidenceChanged` where the evidence is newer.
        """
        if not is_well_formed_id(signal_id):
            raise SignalNotFound
        note = mask_api_keys_within(note)
        with self._store.writing() as session:
            query = select(SignalRow).where(SignalRow.id == signal_id, SignalRow.tenant_id == actor.tenant_id)
            row = session.scalars(query.with_for_update()).one_or_none()
            if row is None:
                raise SignalNotFound
            if row.acknowledged_at is None:
                if evidence_at is not None and row.evidence_at > evidence_at:
                    raise EvidenceChanged
                row.acknowledged_at = datetime.now(UTC)
                row.acknowledged_by_id, row.acknowledged_by_name = actor.user_id, actor.name
                row.acknowledged_note = note
                session.flush()
                _record(session, actor, row)
            found = session.execute(_select_signals().where(SignalRow.id == signal_id)).one()
            return _to_signal(found)


def _count(session: Session, conditions: Sequence[ColumnElement[bool]]) -> tuple[int, dict[SignalKind, int]]:
    by_kind = select(SignalRow.kind, func.count().label("keys")).where(*conditions).group_by(SignalRow.kind)
    found = {row.kind: int(row.keys) for row in session.execute(by_kind)}
    keys = session.scalar(select(func.count(SignalRow.api_key_id.distinct())).where(*conditions)) or 0
    return keys, {kind: found[kind] for kind in SignalKind if kind in found}


def _conditions(tenant_id: str, only: SignalFilter) -> list[ColumnElement[bool]]:
    conditions = [SignalRow.tenant_id == tenant_id]
    if only.api_key_id is not None:
        conditions.append(SignalRow.api_key_id == only.api_key_id)
    if only.kind is not None:
        conditions.append(SignalRow.kind == only.kind.value)
    if only.acknowledged is not None:
        at = SignalRow.acknowledged_at
        conditions.append(at.is_not(None) if only.acknowledged else at.is_(None))
    return conditions


def _gravity() -> ColumnElement[int]:
    return case(dict(GRAVITY), value=SignalRow.severity, else_=len(GRAVITY))


def _select_signals() -> Select[*tuple[Any, ...]]:
    """With the names of the key: of the one that is there, else of its tombstone."""
    return (
        select(
            SignalRow,
            ApiKeyRow.id.label("live_id"),
            func.coalesce(ApiKeyRow.name, TombstoneRow.name, "").label("key_name"),
            func.coalesce(ApiKeyRow.masked_key, TombstoneRow.masked_key, "").label("masked_key"),
        )
        .outerjoin(ApiKeyRow, ApiKeyRow.id == SignalRow.api_key_id)
        .outerjoin(TombstoneRow, TombstoneRow.api_key_id == SignalRow.api_key_id)
    )


def _to_signal(found: Row[Any]) -> Signal:
    row: SignalRow = found[0]
    key = SignalKey(
        id=row.api_key_id, name=found.key_name, masked_key=found.masked_key, is_deleted=found.live_id is None
    )
    return Signal(
        id=row.id,
        kind=SignalKind(row.kind),
        severity=Severity(row.severity),
        api_key=key,
        since=row.since,
        evidence_at=row.evidence_at,
        evidence=row.evidence,
        facts=row.facts,
        acknowledged=_acknowledgement(row),
    )


def _acknowledgement(row: SignalRow) -> Acknowledgement | None:
    if row.acknowledged_at is None:
        return None
    by = ObjectRef(id=row.acknowledged_by_id or "", name=row.acknowledged_by_name or "")
    return Acknowledgement(at=row.acknowledged_at, by=by, note=row.acknowledged_note or "")


def _record(session: Session, actor: Actor, row: SignalRow) -> None:
    """The entry is about the key, as other entries name it: so it stands in the key's history."""
    named = session.execute(
        _select_signals()
        .where(SignalRow.id == row.id)
        .with_only_columns(
            func.coalesce(ApiKeyRow.name, TombstoneRow.name, ""),
            func.coalesce(ApiKeyRow.masked_key, TombstoneRow.masked_key, ""),
        )
    ).one()
    told: Sequence[FieldChange] = [
        FieldChange(field="signal", before=None, after=row.kind),
        FieldChange(field="evidence", before=None, after=row.evidence),
        FieldChange(field="note", before=None, after=row.acknowledged_note),
    ]
    object_ref = ObjectRef(id=row.api_key_id, name=f"{named[0]} ({named[1]})")
    action = ActivityAction.SIGNAL_ACKNOWLEDGED
    record(session, actor=actor, tenant_id=actor.tenant_id, action=action, object_ref=object_ref, changes=told)
