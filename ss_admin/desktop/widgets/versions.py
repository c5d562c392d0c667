"""Two versions of the same thing, field by field: what is here, what somebody else saved, and who changed it. No Qt."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ConflictRow", "Difference", "difference_between"]


class Difference(StrEnum):
    """Who changed a field since the editor was opened, in the words of the conflict view."""

    NONE = "Same"
    YOURS = "You changed it"
    THEIRS = "They changed it"
    BOTH = "Both changed it"
    BOTH_ALIKE = "Both changed it alike"

    @property
    def matters(self) -> bool:
        """Whether the two versions differ in the field."""
        return self in {Difference.YOURS, Difference.THEIRS, Difference.BOTH}


@dataclass(frozen=True)
class ConflictRow:
    """One field: what it is in the editor and what it is on the server, in words."""

    label: str
    yours: str
    theirs: str
    difference: Difference


def difference_between(before: object, yours: object, theirs: object) -> Difference:
    """Who changed a field that was `before` when the editor was opened."""
    if yours == theirs:
        return Difference.NONE if yours == before else Difference.BOTH_ALIKE
    if theirs == before:
        return Difference.YOURS
    return Difference.THEIRS if yours == before else Difference.BOTH
