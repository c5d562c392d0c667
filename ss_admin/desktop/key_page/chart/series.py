"""The four kinds of calls that a bar is made of: their words, colours and textures. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from ss_admin.contract.usage import UsageBucket

__all__ = ["SERIES_LOOKS", "Series", "SeriesLook", "Texture", "counts_of", "total_of"]

Texture = Literal["solid", "slanted", "crossed", "hollow"]


class Series(Enum):
    """What became of a call, from the bottom of a bar to its top."""

    ADMITTED = "admitted"
    LIMITED = "limited"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class SeriesLook:
    """How calls of a kind are told apart: by word, by colour (a token) and by texture."""

    label: str
    meaning: str
    colour: str
    texture: Texture


SERIES_LOOKS: Mapping[Series, SeriesLook] = {
    Series.ADMITTED: SeriesLook("admitted", "Let through, and answered.", "chart_admitted", "solid"),
    Series.LIMITED: SeriesLook(
        "limited", "Refused because the key had reached its rate limit.", "chart_limited", "slanted"
    ),
    Series.REFUSED: SeriesLook("refused", "Refused for any other reason.", "chart_refused", "crossed"),
    Series.FAILED: SeriesLook(
        "failed", "Let through, but then the rule chain itself or the server failed.", "chart_failed", "hollow"
    ),
}


def counts_of(bucket: UsageBucket) -> tuple[int, ...]:
    """How many calls of each kind there were, in the order of `Series`."""
    return bucket.admitted, bucket.limited, bucket.refused, bucket.failed


def total_of(bucket: UsageBucket) -> int:
    """How many calls there were."""
    return sum(counts_of(bucket))
