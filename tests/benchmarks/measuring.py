"""How things are timed here: in turn, many times, medians compared within one run; never an absolute promise."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["Row", "format_table", "medians"]


@dataclass(frozen=True)
class Row:
    """One line of the table: what was compared with what, both medians in milliseconds."""

    what: str
    median_ms: float
    compared_with: str
    base_ms: float

    @property
    def ratio(self) -> float:
        """How many times as long."""
        return self.median_ms / self.base_ms


def medians(subjects: Mapping[str, Callable[[], object]], *, rounds: int, warm_up: int = 3) -> dict[str, float]:
    """The median of each subject in milliseconds. They take turns in every round, so that all meet the same weather."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for number in range(warm_up + rounds):
        for name, run in subjects.items():
            begun = time.perf_counter()
            run()
            if number >= warm_up:
                times[name].append((time.perf_counter() - begun) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}


def format_table(rows: list[Row]) -> str:
    """The rows as text."""
    lines = [("what", "median", "compared with", "median", "ratio")]
    lines += [
        (row.what, f"{row.median_ms:.2f} ms", row.compared_with, f"{row.base_ms:.2f} ms", f"{row.ratio:.2f}")
        for row in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines)
