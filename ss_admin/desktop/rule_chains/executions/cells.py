"""What each cell of the list says: on the screen, in the tooltip, and to a screen reader."""

import re
from datetime import datetime
from enum import IntEnum

from ss_admin.contract.executions import Execution, ExecutionOutcome
from ss_admin.desktop.moments import ago, exact_moment
from ss_admin.desktop.rule_chains.executions.execution_filter import OUTCOME_WORDS
from ss_admin.desktop.rule_chains.picture.run_marks import duration_words
from ss_admin.desktop.widgets.badge import BadgeKind

__all__ = [
    "COLUMN_TITLES",
    "COLUMN_WIDTHS",
    "OUTCOME_BADGES",
    "Column",
    "cell_spoken",
    "cell_text",
    "cell_tooltip",
    "two_line_cell",
]


class Column(IntEnum):
    """A column, from left to right."""

    WHEN = 0
    OUTCOME = 1
    API_KEY = 2
    DURATION = 3
    ERROR = 4


COLUMN_TITLES = {
    Column.WHEN: "When",
    Column.OUTCOME: "Outcome",
    Column.API_KEY: "API key",
    Column.DURATION: "Duration",
    Column.ERROR: "Error",
}

COLUMN_WIDTHS = {
    Column.WHEN: 136,
    Column.OUTCOME: 124,
    Column.API_KEY: 220,
    Column.DURATION: 96,
    Column.ERROR: 220,
}
"""The widths at first; Error takes what is left over, and never less."""

OUTCOME_BADGES: dict[ExecutionOutcome, tuple[str, BadgeKind]] = {
    ExecutionOutcome.SUCCEEDED: ("ph.check", "success"),
    ExecutionOutcome.FAILED: ("ph.x-circle", "danger"),
}
"""Icon and tint of the badge; its word says it too."""


def cell_text(execution: Execution, column: Column, now: datetime) -> str:
    """What stands in the cell."""
    if column is Column.WHEN:
        return ago(execution.at, now)
    texts = {
        Column.OUTCOME: OUTCOME_WORDS[execution.outcome],
        Column.API_KEY: execution.api_key.name,
        Column.DURATION: duration_words(execution.duration_ms),
        Column.ERROR: " ".join((execution.error or "").split()),
    }
    return texts[column]


_NAMED_KEY = re.compile(r"(.+) \((ss_[^()]*)\)", re.DOTALL)
_NODE_AND_CAUSE = re.compile(r"(Node “.*?”(?:, .*?“.*?”)?): (?:“.*” failed\. (?=.))?(.+)")


def two_line_cell(execution: Execution, column: Column) -> tuple[str, str]:
    """A key's name over the key itself, masked; the node that failed over the cause. A text of one part has one line.

    The expression that failed is left to the tooltip: it would push the cause out of sight.
    """
    text = cell_text(execution, column, execution.at)
    parts = (_NAMED_KEY if column is Column.API_KEY else _NODE_AND_CAUSE).fullmatch(text)
    return (parts[1], parts[2]) if parts else (text, "")


def cell_tooltip(execution: Execution, column: Column) -> str:
    """What the tooltip says. Plain text, never markup."""
    if column is Column.WHEN:
        return f"{exact_moment(execution.at)}\nfrom {execution.address}"
    if column is Column.DURATION:
        return "How long the rule chain itself ran"
    if column is Column.ERROR:
        return execution.error or ""
    return cell_text(execution, column, execution.at)


def cell_spoken(execution: Execution, column: Column, now: datetime) -> str:
    """The cell in words, for a screen reader."""
    text = cell_text(execution, column, now)
    if column is Column.ERROR:
        return text or "No error"
    return f"{COLUMN_TITLES[column]} {text}"
