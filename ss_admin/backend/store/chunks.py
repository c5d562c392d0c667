"""Cuts long lists of values into parts that one statement can take."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

__all__ = ["chunks"]

Value = TypeVar("Value")

CHUNK = 500
"""Values in one IN list; older builds of SQLite take 999 variables in a statement."""


def chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """The values in their order, in parts of at most 500."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
