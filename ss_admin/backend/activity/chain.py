"""The audit trail's hash chain: what is hashed of an entry, and what is wrong where a chain does not hold.

An entry's document has the members of `MEMBERS`: its facts, `format`, its `sequence` within the tenant (from 1) and the
`previous_hash`. Written as canonical JSON (RFC 8785: members sorted by name, no spaces, UTF-8, only what must be is
escaped; numbers are whole) and hashed with SHA-256 it gives `hash`, in hexadecimal. The first entry's `previous_hash`
is 64 zeros; every other's is the `hash` of the entry before it.

The chain shows that nothing was changed, taken out, put in or moved by anybody who cannot compute it anew up to its
end. Who can do even that is found out by a hash that was noted elsewhere: each goes out with the audit events, and
`audit verify` prints the last one.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ss_admin.backend.store.types import from_microseconds
from ss_admin.contract.api_key_format import mask_api_keys_within

__all__ = [
    "FORMAT",
    "GENESIS",
    "MEMBERS",
    "UNREADABLE",
    "Link",
    "canonical",
    "document_of",
    "fault_in",
    "hash_of",
    "plain_value",
]

FORMAT: Final = "signalsync.audit.v1"
GENESIS: Final = "0" * 64
UNREADABLE: Final = "it cannot be read as an entry any more"

MEMBERS: Final = (
    "action",
    "actor_id",
    "actor_name",
    "address",
    "at",
    "changes",
    "format",
    "id",
    "object_id",
    "object_name",
    "previous_hash",
    "request_id",
    "sequence",
    "tenant_id",
)
_COPIED = tuple(name for name in MEMBERS if name not in {"at", "format"})
_EXACT_NUMBER = 2**53


@dataclass(frozen=True)
class Link:
    """Where a tenant's chain has come to: the last entry's place and hash."""

    sequence: int = 0
    hash: str = GENESIS


def document_of(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The document of an entry given by its columns, `at` in microseconds since 1970.

    Raises `ValueError`, `TypeError` or `OverflowError` for a moment that is none.
    """
    at = from_microseconds(columns["at"]).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {"format": FORMAT, "at": at, **{name: columns[name] for name in _COPIED}}


def canonical(document: Mapping[str, Any]) -> bytes:
    """The document as RFC 8785 has it."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def hash_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical document, hexadecimal."""
    return hashlib.sha256(canonical(document)).hexdigest()


def plain_value(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The value without secrets, and with nothing in it that others would write in another way than RFC 8785.

    Whole API keys are masked, whoever put them there. Fractions, and numbers beyond 2^53, become texts; half a
    surrogate pair becomes a question mark.
    """
    match value:
        case None | bool():
            return value
        case int():
            return value if abs(value) <= _EXACT_NUMBER else str(value)
        case float():
            return repr(value)
        case str():
            return mask_api_keys_within(value.encode("utf-8", "replace").decode("utf-8"))
        case dict():
            return {plain_value(str(name)): plain_value(member) for name, member in value.items()}
        case list() | tuple():
            return [plain_value(item) for item in value]
    raise TypeError(f"{type(value).__name__} is no JSON")


def fault_in(before: Link, document: Mapping[str, Any], stored_hash: object) -> str | None:
    """What is wrong with an entry that follows `before`; None where nothing is."""
    sequence, wanted = document["sequence"], before.sequence + 1
    if type(sequence) is not int or sequence < wanted:
        return f"its place in the chain is {sequence!r}, but the next one is {wanted}"
    if sequence > wanted:
        missing = f"entry {wanted} is" if sequence == wanted + 1 else f"entries {wanted} to {sequence - 1} are"
        return f"{missing} missing before it"
    if document["previous_hash"] != before.hash:
        return "it does not follow from the entry before it: one of them was replaced or moved"
    try:
        found = hash_of(document)
    except (TypeError, ValueError, RecursionError):
        return UNREADABLE
    if found != stored_hash:
        return "what it says is not what was written: its hash is another one"
    return None
