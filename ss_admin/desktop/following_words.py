"""How far a change has come, in words: “Refused everywhere after 84 ms”."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from ss_admin.contract.propagation import Propagation

__all__ = ["AppliedChange", "ChangeKind", "Following", "FollowingState", "late_words", "reached_words", "waiting_words"]

FollowingState = Literal["waiting", "late", "reached"]


class ChangeKind(Enum):
    """What was done; the value is what begins a sentence."""

    DISABLED = "Disabled"
    DELETED = "Deleted"
    ENABLED = "Enabled"
    SAVED = "Saved"


@dataclass(frozen=True)
class AppliedChange:
    """A change that the backend has made. `subject`: “Alarm” in quotation marks, or “3 API keys”.

    `api_key_id`: the last key that it was made to; the others were changed before it or with it.
    """

    kind: ChangeKind
    subject: str
    api_key_id: str
    is_about_many: bool = False


@dataclass(frozen=True)
class Following:
    """What is known now of how far a change has come, as it is shown."""

    state: FollowingState
    subject: str
    text: str


def waiting_words(found: Propagation) -> str:
    """“Waiting for 2 servers …”."""
    number = len(_late_workers(found))
    return "Waiting for 1 server …" if number == 1 else f"Waiting for {number:,} servers …"


def late_words(change: AppliedChange, found: Propagation) -> str:
    """Who does not act on the change yet, by name, and what that means."""
    late = _late_workers(found)
    is_one = len(late) == 1
    keys = "them" if change.is_about_many else "it"
    match change.kind:
        case ChangeKind.DISABLED | ChangeKind.DELETED:
            fact = f"still {'lets' if is_one else 'let'} {keys} through"
        case ChangeKind.ENABLED:
            fact = f"still {'refuses' if is_one else 'refuse'} {keys}"
        case ChangeKind.SAVED:
            fact = f"still {'goes' if is_one else 'go'} by what was before"
    return f"{change.kind.value}, but {_names(late)} {fact}"


def reached_words(change: AppliedChange, found: Propagation) -> str:
    """“Refused everywhere after 84 ms”, or “In effect everywhere after 84 ms”."""
    refused = change.kind in {ChangeKind.DISABLED, ChangeKind.DELETED}
    fact = "Refused everywhere" if refused else "In effect everywhere"
    return fact if found.after_ms is None else f"{fact} after {_duration(found.after_ms)}"


def _late_workers(found: Propagation) -> list[str]:
    return [sighting.worker for sighting in found.workers if sighting.after_ms is None]


def _names(workers: Sequence[str]) -> str:
    if len(workers) <= 2:
        return " and ".join(workers)
    return f"{workers[0]} and {len(workers) - 1:,} more"


def _duration(milliseconds: float) -> str:
    if milliseconds < 999.5:
        return f"{max(1, round(milliseconds))} ms"
    return f"{milliseconds / 1000:.1f} s"
