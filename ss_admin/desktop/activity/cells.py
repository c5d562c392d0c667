"""What each cell of the audit trail says: on the screen, in the tooltip, and to a screen reader."""

import re
from datetime import datetime
from enum import IntEnum

from ss_admin.contract.activity import ActivityEntry
from ss_admin.desktop.activity_words import action_in_words, changes_in_words, who_in_words
from ss_admin.desktop.moments import ago, exact_moment, local_minute

__all__ = [
    "COLUMN_TITLES",
    "COLUMN_WIDTHS",
    "Column",
    "cell_lines",
    "cell_spoken",
    "cell_text",
    "cell_tooltip",
    "name_and_key",
]


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
    Column.WHEN: 132,
    Column.WHO: 148,
    Column.ACTION: 168,
    Column.OBJECT: 204,
    Column.CHANGES: 190,
    Column.ACTIONS: 52,
}
"""The widths at first; the changes take what is left over, and never less."""

_LONG_CHANGE = 30
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
    if column is Column.OBJECT:
        return name_and_key(text)
    return _split_changes(text) if column is Column.CHANGES else (text, "")


def name_and_key(name: str) -> tuple[str, str]:
    """A key's name and the key itself, masked, which stand in the trail as one text; other names have no second."""
    parts = _NAMED_KEY.fullmatch(name)
    return (parts[1], parts[2]) if parts else (name, "")


def _split_changes(text: str) -> tuple[str, str]:
    """The first change over the others; where there is but one, and long, what was over what is."""
    first, _, rest = text.partition("; ")
    if not rest and len(first) > _LONG_CHANGE and " → " in first:
        before, _, after = first.partition(" → ")
        return before, f"→ {after}"
    return first, rest


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
