"""The columns of a picture: each node stands to the right of all that lead to it, circles are cut open first."""

from collections.abc import Iterator, Sequence

__all__ = ["assign_layers", "find_backward"]

Pair = tuple[int, int]


def find_backward(count: int, pairs: Sequence[Pair]) -> set[int]:
    """The places of those `pairs` that close a circle, found in the order in which the nodes are given."""
    leaving: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    has_entry = [False] * count
    for place, (source, target) in enumerate(pairs):
        leaving[source].append((place, target))
        has_entry[target] = has_entry[target] or source != target
    backward: set[int] = set()
    seen, on_path = [False] * count, [False] * count
    for start in sorted(range(count), key=lambda node: has_entry[node]):
        if not seen[start]:
            _walk(start, leaving, seen, on_path, backward)
    return backward


def _walk(
    start: int, leaving: list[list[tuple[int, int]]], seen: list[bool], on_path: list[bool], backward: set[int]
) -> None:
    """Depth first without recursion: a chain of 500 nodes in a row is no reason to fail."""
    seen[start] = on_path[start] = True
    path: list[tuple[int, Iterator[tuple[int, int]]]] = [(start, iter(leaving[start]))]
    while path:
        node, rest = path[-1]
        step = next(rest, None)
        if step is None:
            on_path[node] = False
            path.pop()
            continue
        place, target = step
        if on_path[target]:
            backward.add(place)
        elif not seen[target]:
            seen[target] = on_path[target] = True
            path.append((target, iter(leaving[target])))


def assign_layers(count: int, pairs: Sequence[Pair]) -> list[int]:
    """The column of each node, from 0: the longest way that leads to it. `pairs` hold no circle."""
    leaving: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in pairs:
        leaving[source].append(target)
        waiting[target] += 1
    layer = [0] * count
    ready = [node for node in range(count) if not waiting[node]]
    for node in ready:
        for target in leaving[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return layer
