"""Verifies the audit trail: follows each tenant's chain through the database to its head, or through an exported file.

An exported file has a line of canonical JSON for each entry: its document with its `hash`, tenant by tenant. Behind a
tenant's entries stands the head, `{"format", "tenant_id", "tenant_name", "sequence", "hash"}`, and in the end how many
heads and entries there are, and the SHA-256 of all lines above: so that lines missing at an end are missed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import String, Text, cast, select, tuple_, union
from sqlalchemy.orm import Session

from ss_admin.backend.activity.chain import FORMAT, MEMBERS, UNREADABLE, Link, canonical, document_of, fault_in
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ActivityHeadRow, ActivityRow, TenantRow

__all__ = ["Broken", "TenantUnknown", "Verified", "export_lines", "verify_file", "verify_store"]

_BATCH = 1000
_NUMBER = ActivityRow.__table__.c.number
_COLUMNS = (
    _NUMBER,
    *(ActivityRow.__table__.c[name] for name in MEMBERS if name not in {"at", "changes", "format"}),
    ActivityRow.__table__.c.hash,
)


class LineFormat(StrEnum):
    """What a line of an exported file is."""

    ENTRY = FORMAT
    HEAD = "signalsync.audit.head.v1"
    END = "signalsync.audit.end.v1"


class TenantUnknown(Exception):
    """There is no tenant of that name."""


class Broken(Exception):
    """The first entry at which a chain does not hold; `sequence` and `entry_id` None where there is none to name."""

    def __init__(self, tenant: str, sequence: object, entry_id: object, what: str) -> None:
        place = "" if sequence is None else f", entry {sequence}"
        name = "" if entry_id is None else f" ({entry_id})"
        super().__init__(f"the audit trail was tampered with: tenant {tenant}{place}{name}: {what}")
        self.tenant, self.sequence, self.entry_id, self.what = tenant, sequence, entry_id, what


@dataclass(frozen=True)
class Verified:
    """A tenant's chain that holds, and where it ends: to be compared with what was noted elsewhere."""

    tenant_id: str
    tenant: str
    end: Link


def verify_store(store: Store, tenant: str | None = None) -> Iterator[Verified]:
    """Each tenant's chain in turn, or the named one's alone, as at one moment; memory stays what a batch needs.

    Raises `Broken` at the first entry that does not hold, `TenantUnknown` and `StoreUnavailable`.
    """
    with store.reading() as session:
        for tenant_id, name in _tenants_at_one_moment(session, tenant):
            checked = _Chain(name)
            for number, document, stored_hash in _entries(session, tenant_id, name):
                checked.append(document, stored_hash, number)
            _refuse_outsiders(session, tenant_id, checked)
            checked.end(_head(session, tenant_id))
            yield Verified(tenant_id, name, checked.link)


def export_lines(store: Store, tenant: str | None = None) -> Iterator[bytes]:
    """The lines of a file for `verify_file`, of every tenant or of the named one; nothing is verified.

    Raises `TenantUnknown`, `StoreUnavailable`, and `Broken` for an entry that cannot be read at all.
    """
    tenants = entries = 0
    all_above = sha256()
    with store.reading() as session:
        for tenant_id, name in _tenants_at_one_moment(session, tenant):
            tenants += 1
            for _, document, stored_hash in _entries(session, tenant_id, name):
                entries += 1
                try:
                    line = _line({**document, "hash": stored_hash})
                except (TypeError, ValueError, RecursionError):
                    raise Broken(name, document["sequence"], document["id"], UNREADABLE) from None
                all_above.update(line)
                yield line
            head = _head(session, tenant_id) or Link()
            facts = {"tenant_id": tenant_id, "tenant_name": name, "sequence": head.sequence, "hash": head.hash}
            line = _line({"format": LineFormat.HEAD.value, **facts})
            all_above.update(line)
            yield line
    counts = {"tenants": tenants, "entries": entries}
    yield _line({"format": LineFormat.END.value, **counts, "sha256": all_above.hexdigest()})


def verify_file(lines: Iterable[bytes], tenant: str | None = None) -> Iterator[Verified]:
    """Each tenant's chain in an exported file, down to the file's last line; `tenant` must be among them.

    Raises `Broken` at the first line that does not hold, and `TenantUnknown`.
    """
    reader = _FileReader()
    for number, line in enumerate(lines, 1):
        verified = reader.read(number, line)
        if verified is not None:
            yield verified
    reader.close()
    if tenant is not None and tenant not in reader.tenants.values():
        raise TenantUnknown("there is no tenant of that name")


class _Chain:
    """A tenant's chain as far as it was followed."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.link = Link()
        self._number: int | None = None

    def append(self, document: Mapping[str, Any], stored_hash: object, number: int | None = None) -> None:
        """Follow to the next entry. Raises `Broken`."""
        what = fault_in(self.link, document, stored_hash)
        if what is None and None not in (number, self._number) and number <= self._number:  # type: ignore[operator]
            what = "it was moved: its row stands before that of the entry before it"
        if what is not None:
            raise Broken(self.tenant, document["sequence"], document["id"], what)
        self.link = Link(document["sequence"], str(stored_hash))
        self._number = number

    def end(self, head: Link | None) -> None:
        """Compare where the chain ends with its head. Raises `Broken`."""
        if head is None:
            if self.link != Link():
                raise Broken(self.tenant, self.link.sequence, None, "the head of the chain is missing")
        elif head.sequence > self.link.sequence:
            what = f"it is missing, and so is all up to entry {head.sequence}, which was the last one"
            raise Broken(self.tenant, self.link.sequence + 1, None, what)
        elif head != self.link:
            what = f"the head names entry {head.sequence} with another hash as the last one"
            raise Broken(self.tenant, self.link.sequence, None, what)


class _FileReader:
    """Follows an exported file line by line."""

    def __init__(self) -> None:
        self.tenants: dict[str, str] = {}
        self._chain: _Chain | None = None
        self._entries = 0
        self._all_above = sha256()
        self._has_ended = False

    def read(self, number: int, line: bytes) -> Verified | None:
        """The chain that ends with this line, if one does. Raises `Broken`."""
        document = _read_line(number, line)
        if self._has_ended:
            raise Broken("unknown", None, None, f"line {number} stands behind the end of the file")
        match document.get("format"):
            case LineFormat.ENTRY:
                self._read_entry(document)
            case LineFormat.HEAD:
                verified = self._read_head(document)
                self._all_above.update(line)
                return verified
            case LineFormat.END:
                self._read_end(document)
            case _:
                raise Broken("unknown", None, None, f"line {number} is no line of an export")
        self._all_above.update(line)
        return None

    def close(self) -> None:
        """The file has no more lines. Raises `Broken` where some are missing."""
        if not self._has_ended:
            raise Broken("unknown", None, None, "the end of the file is missing")

    def _read_entry(self, document: dict[str, Any]) -> None:
        stored_hash = document.pop("hash", None)
        tenant_id = document.get("tenant_id")
        if document.keys() != set(MEMBERS):
            raise Broken(str(tenant_id), document.get("sequence"), document.get("id"), "it has other members")
        self._chain = self._chain or _Chain(str(tenant_id))
        if tenant_id != self._chain.tenant or tenant_id in self.tenants:
            raise Broken(str(tenant_id), document["sequence"], document["id"], "it stands among another tenant's")
        self._chain.append(document, stored_hash)
        self._entries += 1

    def _read_head(self, document: Mapping[str, Any]) -> Verified:
        tenant_id, name = str(document.get("tenant_id")), str(document.get("tenant_name"))
        chain, self._chain = self._chain or _Chain(tenant_id), None
        if chain.tenant != tenant_id or tenant_id in self.tenants:
            raise Broken(name, None, None, "its head stands behind another tenant's entries")
        sequence, head_hash = document.get("sequence"), document.get("hash")
        if type(sequence) is not int or not isinstance(head_hash, str):
            raise Broken(name, None, None, "its head names no entry")
        chain.tenant = name
        chain.end(Link(sequence, head_hash))
        self.tenants[tenant_id] = name
        return Verified(tenant_id, name, chain.link)

    def _read_end(self, document: Mapping[str, Any]) -> None:
        if self._chain is not None:
            raise Broken(self._chain.tenant, None, None, "its head is missing")
        found, said = (len(self.tenants), self._entries), (document.get("tenants"), document.get("entries"))
        if found != said:
            what = f"the file has {found[1]} entries of {found[0]} tenants; it says that it had {said[1]} of {said[0]}"
            raise Broken("unknown", None, None, what)
        if document.get("sha256") != self._all_above.hexdigest():
            raise Broken("unknown", None, None, "some line above the last one is not as it was exported")
        self._has_ended = True


def _line(document: Mapping[str, Any]) -> bytes:
    return canonical(document) + b"\n"


def _read_line(number: int, line: bytes) -> dict[str, Any]:
    """The object of a line that is written to the letter as `export_lines` writes it."""
    try:
        document = json.loads(line)
        if isinstance(document, dict) and _line(document) == line:
            return document
    except (ValueError, RecursionError):
        pass
    raise Broken("unknown", None, None, f"line {number} is not as it was exported")


def _tenants_at_one_moment(session: Session, name: str | None) -> Sequence[tuple[str, str]]:
    """Ids and names of those who have a trail, or of the one that is asked for; of what is read next nothing changes.

    An id that no tenant has is its own name.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    names = {row.id: row.name for row in session.execute(select(TenantRow.id, TenantRow.name))}
    if name is not None:
        ids = {tenant_id for tenant_id, known in names.items() if known == name.strip()}
        if not ids:
            raise TenantUnknown("there is no tenant of that name")
    else:
        ids = set(session.scalars(union(select(ActivityRow.tenant_id), select(ActivityHeadRow.tenant_id))))
    return sorted(((tenant_id, names.get(tenant_id, tenant_id)) for tenant_id in ids), key=lambda pair: pair[::-1])


def _entries(session: Session, tenant_id: str, tenant: str) -> Iterator[tuple[int, dict[str, Any], object]]:
    """Row number, document and stored hash of each entry, by the places that they say they have."""
    table = ActivityRow.__table__
    raw = (cast(table.c.at, String).label("at"), cast(table.c.changes, Text).label("changes"))
    query = select(*_COLUMNS, *raw).where(table.c.tenant_id == tenant_id).order_by(table.c.sequence, _NUMBER)
    names = [column.name for column in query.selected_columns]
    rows: Sequence[Any] = session.execute(query.limit(_BATCH)).all()
    while rows:
        for row in rows:
            try:
                columns = dict(zip(names, row, strict=True))
                columns["at"], columns["changes"] = int(columns["at"]), json.loads(columns["changes"])
                document = document_of(columns)
            except (TypeError, ValueError, OverflowError, RecursionError):
                raise Broken(tenant, row.sequence, row.id, UNREADABLE) from None
            yield row.number, document, row.hash
        last = rows[-1]
        beyond = tuple_(table.c.sequence, _NUMBER) > (last.sequence, last.number)
        rows = session.execute(query.where(beyond).limit(_BATCH)).all()


def _refuse_outsiders(session: Session, tenant_id: str, checked: _Chain) -> None:
    """Rows that no order finds, since they say of no place that they have it."""
    outside = select(ActivityRow.id).where(ActivityRow.tenant_id == tenant_id, ActivityRow.sequence.is_(None)).limit(1)
    entry_id = session.scalar(outside)
    if entry_id is not None:
        raise Broken(checked.tenant, None, entry_id, "it has no place in the chain")


def _head(session: Session, tenant_id: str) -> Link | None:
    query = select(ActivityHeadRow.sequence, ActivityHeadRow.hash).where(ActivityHeadRow.tenant_id == tenant_id)
    found = session.execute(query).one_or_none()
    return None if found is None else Link(found.sequence, found.hash)
