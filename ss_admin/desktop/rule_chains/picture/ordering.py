"""The order of the nodes within each column, so that few connections cross (barycentre method)."""

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Hop", "order_columns"]

_SWEEPS = 8
_CAREFUL_HOPS = 3_000


@dataclass(frozen=True)
class Hop:
    """A connection between neighbouring columns; `port` is where it leaves its source, from 0 (top) to 1."""

    source: int
    target: int
    port: float = 0.5


def order_columns(columns: Sequence[Sequence[int]], hops: Sequence[Hop]) -> list[list[int]]:
    """The columns with their nodes in the best order found. The same input always gives the same order."""
    ordered = [list(column) for column in columns]
    best, fewest = [list(column) for column in ordered], _crossings(ordered, hops)
    sweeps = _SWEEPS if len(hops) <= _CAREFUL_HOPS else 2
    for sweep in range(sweeps):
        if not fewest:
            break
        _sweep(ordered, hops, forwards=sweep % 2 == 0)
        crossings = _crossings(ordered, hops)
        if crossings < fewest:
            best, fewest = [list(column) for column in ordered], crossings
    return best


def _sweep(ordered: list[list[int]], hops: Sequence[Hop], *, forwards: bool) -> None:
    neighbours: dict[int, list[tuple[int, float]]] = {}
    for hop in hops:
        here, there = (hop.target, hop.source) if forwards else (hop.source, hop.target)
        neighbours.setdefault(here, []).append((there, hop.port - 0.5 if forwards else 0.0))
    place = {node: float(at) for column in ordered for at, node in enumerate(column)}
    for number in range(len(ordered)) if forwards else reversed(range(len(ordered))):
        column = ordered[number]
        weight = {
            node: sum(place[other] + port for other, port in neighbours[node]) / len(neighbours[node])
            for node in column
            if node in neighbours
        }
        column.sort(key=lambda node: weight.get(node, place[node]))
        place.update((node, float(at)) for at, node in enumerate(column))


def _crossings(ordered: Sequence[Sequence[int]], hops: Sequence[Hop]) -> int:
    place = {node: at for column in ordered for at, node in enumerate(column)}
    column_of = {node: number for number, column in enumerate(ordered) for node in column}
    by_column: dict[int, list[tuple[float, int]]] = {}
    for hop in hops:
        by_column.setdefault(column_of[hop.source], []).append((place[hop.source] + hop.port, place[hop.target]))
    return sum(_inversions(sorted(pairs)) for pairs in by_column.values())


def _inversions(pairs: Sequence[tuple[float, int]]) -> int:
    passed: list[int] = []
    crossings = 0
    for _, target in pairs:
        crossings += len(passed) - bisect_right(passed, target)
        insort(passed, target)
    return crossings
