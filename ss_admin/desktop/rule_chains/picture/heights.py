"""How high each node of a picture stands: as near to its neighbours as the order and the room between them allow."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Pull", "place_columns", "straighten"]

_PASSES = 6


@dataclass(frozen=True)
class Pull:
    """A connection that wants to run level: the target's middle `offset` below the source's. `weight`: how much."""

    source: int
    target: int
    offset: float
    weight: float


def place_columns(
    columns: Sequence[Sequence[int]], heights: Sequence[float], gaps: Sequence[float], pulls: Sequence[Pull]
) -> list[float]:
    """The middle of each node. `gaps` is the room that a node keeps to the next one of its column."""
    middle = [0.0] * len(heights)
    for column in columns:
        for node, at in zip(column, _stacked(column, heights, gaps), strict=True):
            middle[node] = at
    to_left: list[list[tuple[int, float, float]]] = [[] for _ in heights]
    to_right: list[list[tuple[int, float, float]]] = [[] for _ in heights]
    for pull in pulls:
        to_left[pull.target].append((pull.source, pull.offset, pull.weight))
        to_right[pull.source].append((pull.target, -pull.offset, pull.weight))
    both = [left + right for left, right in zip(to_left, to_right, strict=True)]
    for number in range(_PASSES):
        wanted_by = both if number >= _PASSES - 2 else (to_left, to_right)[number % 2]
        for column in columns if number % 2 == 0 else reversed(columns):
            _settle(column, heights, gaps, wanted_by, middle)
    return middle


def straighten(
    ways: Sequence[Sequence[int]],
    columns: Sequence[Sequence[int]],
    heights: Sequence[float],
    gaps: Sequence[float],
    middle: list[float],
) -> None:
    """Puts the nodes of each way on one level where the room between their neighbours allows it."""
    neighbours: dict[int, tuple[int | None, int | None]] = {}
    for column in columns:
        around = [None, *column, None]
        neighbours.update((node, (around[at], around[at + 2])) for at, node in enumerate(column))
    for way in ways:
        least, most = -math.inf, math.inf
        for node in way:
            above, below = neighbours[node]
            if above is not None:
                least = max(least, middle[above] + (heights[above] + heights[node]) / 2 + gaps[above])
            if below is not None:
                most = min(most, middle[below] - (heights[below] + heights[node]) / 2 - gaps[node])
        if way and least <= most:
            level = min(most, max(least, sum(middle[node] for node in way) / len(way)))
            for node in way:
                middle[node] = level


def _stacked(column: Sequence[int], heights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The middles of a column without any air in it, around 0."""
    at, middles = 0.0, []
    for node in column:
        middles.append(at + heights[node] / 2)
        at += heights[node] + gaps[node]
    return [middle - at / 2 for middle in middles]


def _settle(
    column: Sequence[int],
    heights: Sequence[float],
    gaps: Sequence[float],
    wanted_by: Sequence[Sequence[tuple[int, float, float]]],
    middle: list[float],
) -> None:
    """Moves the nodes of a column to where their neighbours want them, keeping order and room.

    What each wants is met in the least squares: nodes that would overlap are pooled into a block, which stands at
    the mean of what its members want (isotonic regression by pooling adjacent violators).
    """
    stacked = _stacked(column, heights, gaps)
    blocks: list[tuple[float, float, int]] = []  # what the block wants, its weight, its members
    for node, base in zip(column, stacked, strict=True):
        pulling = wanted_by[node]
        weight = sum(pull[2] for pull in pulling) or 0.01
        wanted = sum((middle[other] + offset) * pull for other, offset, pull in pulling) / weight
        block = ((wanted if pulling else middle[node]) - base, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            before = blocks.pop()
            total = before[1] + block[1]
            block = ((before[0] * before[1] + block[0] * block[1]) / total, total, before[2] + block[2])
        blocks.append(block)
    shifts = [shift for shift, _, members in blocks for _ in range(members)]
    for node, base, shift in zip(column, stacked, shifts, strict=True):
        middle[node] = base + shift
