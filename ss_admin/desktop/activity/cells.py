"""What each cell of the audit trail says: on the screen, in the tooltip, and to a screen reader."""

import re
from datetime import datetime
from enum import IntEnum

from ss_admin.contract.activity import ActivityEntry
from ss_admin.desktop.activity_words import action_in_words, changes_in_words, who_in_words
from ss_admin.desktop.moments import ago, exact_moment, local_minute

__all__ = ["COLUMN_TITLES", "COLUMN_WIDTHS", "Column", "cell_lines", "cell_spoken", "cell_text", "cell_tooltip"]


class Column(IntEnum):
    """A column, from left to right."""

    WHEN = 0
    WHO = 1
    ACTION = 2
    OBJECT = 3
    CHANGES = 4
    ACTIONS = 5


COLUMN_TITLES = {
    Column.WHEN: "When",
    Column.WHO: "Who",
    Column.ACTION: "Action",
    Column.OBJECT: "Key, chain or person",
    Column.CHANGES: "What changed",
    Column.ACTIONS: "",
}

COLUMN_WIDTHS = {
    Column.WHEN: 140,
    Column.WHO: 160,
    Column.ACTION: 176,
    Column.OBJECT: 220,
    Column.CHANGES: 190,
    Column.ACTIONS: 52,
}
"""The widths at first; the changes take what is left over, and never less."""

_NAMED_KEY = re.compile(r"(.+) \((ss_[^()]*)\)", re.DOTALL)


def cell_text(entry: ActivityEntry, column: Column, now: datetime) -> str:
    """What stands in the cell."""
    if column is Column.WHEN:
        return ago(entry.at, now)
    texts = {
        Column.WHO: who_in_words,
        Column.ACTION: action_in_words,
        Column.OBJECT: lambda told: told.object.name,
        Column.CHANGES: changes_in_words,
    }
    return texts[column](entry) if column in texts else ""


def cell_lines(entry: ActivityEntry, column: Column, now: datetime) -> tuple[str, str]:
    """What stands in the cell, and dimmed below it what goes with that; a text of one part has one line."""
    text = cell_text(entry, column, now)
    if column is Column.WHEN:
        return text, local_minute(entry.at)
    if column is Column.WHO:
        return text, entry.address or ""
    if column is Column.OBJECT and (parts := _NAMED_KEY.fullmatch(text)):
        return parts[1], parts[2]
    if column is Column.CHANGES:
        first, _, rest = text.partition("; ")
        return first, rest
    return text, ""


def cell_tooltip(entry: ActivityEntry, column: Column) -> str:
    """What the tooltip says. Plain text, never markup."""
    if column is Column.WHEN:
        return exact_moment(entry.at)
    if column is Column.WHO:
        return f"{who_in_words(entry)}\nfrom {entry.address}" if entry.address else who_in_words(entry)
    if column is Column.CHANGES:
        return changes_in_words(entry).replace("; ", "\n")
    return cell_text(entry, column, entry.at)


def cell_spoken(entry: ActivityEntry, column: Column, now: datetime) -> str:
    """The cell in words, for a screen reader."""
    if column is Column.ACTIONS:
        return "Actions"
    text = cell_text(entry, column, now)
    if column is Column.CHANGES:
        return text or "No changes told"
    return f"{text}, {local_minute(entry.at)}" if column is Column.WHEN else text
