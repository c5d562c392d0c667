"""Entries of the audit trail as CSV for people; for verification there is `audit export`."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from ss_admin.backend.csv_document import csv_document
from ss_admin.contract.activity import ActivityEntry, FieldChange

__all__ = ["MAX_BYTES", "spreadsheet"]

MAX_BYTES = 48 * 1024 * 1024
"""Of one file; clients take no more than 64 MiB."""

_HEADER = (
    "time",
    "tenant",
    "person",
    "person_id",
    "address",
    "action",
    "object",
    "object_id",
    "changes",
    "request_id",
    "sequence",
    "entry_id",
    "hash",
)


def spreadsheet(entries: Iterable[ActivityEntry]) -> bytes:
    """The entries in the order in which they come; the tenant is named where it is told."""
    return csv_document(_HEADER, map(_cells, entries))


def _cells(entry: ActivityEntry) -> Sequence[object]:
    return (
        entry.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        entry.tenant.name if entry.tenant else None,
        entry.actor.name if entry.actor else None,
        entry.actor.id if entry.actor else None,
        entry.address,
        entry.action.value,
        entry.object.name,
        entry.object.id,
        "; ".join(map(_change, entry.changes)),
        entry.request_id,
        entry.sequence,
        entry.id,
        entry.hash,
    )


def _change(change: FieldChange) -> str:
    if change.before is None:
        return f"{change.field}: {_value(change.after)}"
    return f"{change.field}: {_value(change.before)} → {_value(change.after)}"


def _value(value: Any) -> str:  # noqa: ANN401 - any JSON
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
