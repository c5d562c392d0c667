"""What the bench says at its end: tables for people, and which goals are met."""

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Findings", "Goal", "Table", "as_markdown", "as_text", "goals_table"]


@dataclass(frozen=True)
class Goal:
    """A bound from the product's goals, and what was measured in this run. `at_most`: the bound is an upper one."""

    what: str
    measured: float
    bound: float
    unit: str = "×"
    at_most: bool = False

    @property
    def is_met(self) -> bool:
        """Whether this run kept it."""
        return self.measured <= self.bound if self.at_most else self.measured >= self.bound

    def cells(self) -> tuple[str, ...]:
        """Its line of the table."""
        sign = "≤" if self.at_most else "≥"
        return (
            self.what,
            f"{sign} {_number(self.bound)} {self.unit}".rstrip(),
            f"{_number(self.measured)} {self.unit}".rstrip(),
            "met" if self.is_met else "NOT MET",
        )


@dataclass(frozen=True)
class Table:
    """Lines of equal length under a head, with what must be known to read them."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: Sequence[str] = ()


@dataclass
class Findings:
    """What a section of the bench found."""

    tables: list[Table] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)

    def add(self, other: "Findings") -> None:
        """Take over what another section found."""
        self.tables += other.tables
        self.goals += other.goals


def goals_table(goals: Sequence[Goal]) -> Table:
    """All goals, with what became of each."""
    return Table("Goals", ("goal", "bound", "measured", ""), [goal.cells() for goal in goals])


def as_text(table: Table) -> str:
    """The table in columns."""
    lines = [table.head, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.head))]
    texts = [
        "  ".join(_aligned(text, widths[place], place) for place, text in enumerate(line)).rstrip() for line in lines
    ]
    rule = "-" * max(map(len, texts))
    return "\n".join([table.title, rule, texts[0], rule, *texts[1:], *(f"  {note}" for note in table.notes), ""])


def as_markdown(table: Table) -> str:
    """The table as Markdown, the numbers to the right."""
    marks = ["---", *("---:" for _ in table.head[1:])]
    lines = [table.head, tuple(marks), *table.rows]
    rows = ["| " + " | ".join(line) + " |" for line in lines]
    notes = ["", *(f"{note}  " for note in table.notes)] if table.notes else []
    return "\n".join([f"**{table.title}**", "", *rows, *notes, ""])


def _aligned(text: str, width: int, place: int) -> str:
    return text.ljust(width) if place == 0 else text.rjust(width)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) > 9 else f"{value:.2f}"
