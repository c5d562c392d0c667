"""Open signals as the list of keys shows them: read for a page of keys at once, and as a filter of the list."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from ss_admin.backend.store.chunks import chunks
from ss_admin.backend.store.tables import ApiKeyRow, SignalRow
from ss_admin.contract.signals import Severity, SignalBadge, SignalKind

__all__ = ["GRAVITY", "needs_attention", "read_badges"]

GRAVITY: Mapping[str, int] = {severity.value: place for place, severity in enumerate(Severity)}
"""The place of a severity among all, the gravest first."""

_KIND_PLACE: Mapping[str, int] = {kind.value: place for place, kind in enumerate(SignalKind)}


def read_badges(session: Session, api_key_ids: Sequence[str]) -> dict[str, list[SignalBadge]]:
    """The open signals of these keys, the gravest first; keys without one are left out."""
    found: list[tuple[str, str, str]] = []
    for some in chunks(api_key_ids):
        query = select(SignalRow.api_key_id, SignalRow.kind, SignalRow.severity).where(
            SignalRow.api_key_id.in_(some), SignalRow.acknowledged_at.is_(None)
        )
        found += [(key, kind, severity) for key, kind, severity in session.execute(query)]
    badges: dict[str, list[SignalBadge]] = {}
    for api_key_id, kind, severity in sorted(found, key=lambda row: (GRAVITY[row[2]], _KIND_PLACE[row[1]])):
        badges.setdefault(api_key_id, []).append(SignalBadge(kind=SignalKind(kind), severity=Severity(severity)))
    return badges


def needs_attention(kind: SignalKind | None = None) -> ColumnElement[bool]:
    """Whether a key of the list has an open signal, of this kind if one is given."""
    is_open = exists().where(SignalRow.api_key_id == ApiKeyRow.id, SignalRow.acknowledged_at.is_(None))
    return is_open if kind is None else is_open.where(SignalRow.kind == kind.value)
