"""The signals on record: compared with what the rules found, and brought up to date in short transactions.

Several housekeepers may do so at once: each statement stands for itself, in the order of the keys, and what one has
written the other finds written. An acknowledgement stays with the evidence that it was given for.
"""

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ss_admin.backend.signals.history import Evidence
from ss_admin.backend.store.bulk import execute_many
from ss_admin.backend.store.chunks import chunks
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import SignalRow
from ss_admin.backend.store.types import to_microseconds
from ss_admin.contract.signals import SignalKind

__all__ = ["Changes", "Judged", "Place", "Standing", "compare", "load_standing", "write_changes"]

_TELL = """
    INSERT INTO signals
        (id, tenant_id, api_key_id, kind, severity, evidence_key, evidence, facts, since, evidence_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (api_key_id, kind) DO UPDATE SET
        severity = excluded.severity, evidence_key = excluded.evidence_key, evidence = excluded.evidence,
        facts = excluded.facts, evidence_at = excluded.evidence_at,
        acknowledged_at = CASE WHEN signals.evidence_key = excluded.evidence_key
            THEN signals.acknowledged_at END,
        acknowledged_by_id = CASE WHEN signals.evidence_key = excluded.evidence_key
            THEN signals.acknowledged_by_id END,
        acknowledged_by_name = CASE WHEN signals.evidence_key = excluded.evidence_key
            THEN signals.acknowledged_by_name END,
        acknowledged_note = CASE WHEN signals.evidence_key = excluded.evidence_key
            THEN signals.acknowledged_note END
"""
_FORGET = "DELETE FROM signals WHERE id = ? AND evidence_key = ?"

Place = tuple[str, str]
"""Of a signal: the key's id and the kind."""


@dataclass(frozen=True)
class Standing:
    """A signal on record, as far as it is compared."""

    id: str
    severity: str
    evidence_key: str
    evidence: str


@dataclass(frozen=True)
class Judged:
    """What the rules say of a key. Kinds outside `kinds` were not asked about."""

    api_key_id: str
    tenant_id: str
    found: Mapping[SignalKind, Evidence]
    kinds: Collection[SignalKind]


@dataclass(frozen=True)
class Changes:
    """What is to be written: signals to tell, and signals whose cause has gone."""

    told: Sequence[tuple[Any, ...]]
    gone: Sequence[tuple[str, str]]


def load_standing(session: Session, ids: Sequence[str]) -> dict[Place, Standing]:
    """The signals of these keys."""
    row, found = SignalRow, {}
    for some in chunks(ids):
        query = select(row.api_key_id, row.kind, row.id, row.severity, row.evidence_key, row.evidence)
        for api_key_id, kind, *rest in session.execute(query.where(row.api_key_id.in_(some))):
            found[api_key_id, kind] = Standing(*rest)
    return found


def compare(judged: Iterable[Judged], standing: Mapping[Place, Standing], now: datetime) -> Changes:
    """What has to change, so that what stands is what was found."""
    told: list[tuple[Any, ...]] = []
    gone: list[tuple[str, str]] = []
    for one in judged:
        for kind in one.kinds:
            stands, evidence = standing.get((one.api_key_id, kind.value)), one.found.get(kind)
            if evidence is None:
                if stands is not None:
                    gone.append((stands.id, stands.evidence_key))
            elif stands is None or not _is_told(stands, evidence):
                told.append(_row(one, kind, evidence, now))
    return Changes(told, gone)


def write_changes(store: Store, changes: Changes) -> None:
    """Nothing is opened where nothing changes. Raises `StoreUnavailable`."""
    for some in chunks(sorted(changes.told, key=lambda row: (row[2], row[3]))):
        with store.writing() as session:
            execute_many(session.connection(), _TELL, some)
    for gone in chunks(sorted(changes.gone)):
        with store.writing() as session:
            execute_many(session.connection(), _FORGET, gone)


def _is_told(stands: Standing, evidence: Evidence) -> bool:
    same = (stands.evidence_key, stands.evidence, stands.severity)
    return same == (evidence.key, evidence.text, evidence.severity.value)


def _row(one: Judged, kind: SignalKind, evidence: Evidence, now: datetime) -> tuple[Any, ...]:
    at = to_microseconds(min(evidence.at, now))
    facts = json.dumps(dict(evidence.facts))
    place = (str(uuid.uuid4()), one.tenant_id, one.api_key_id, kind.value)
    return (*place, evidence.severity.value, evidence.key, evidence.text, facts, at, at)
