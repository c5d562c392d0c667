"""What each cell of the list says: on the screen, in the tooltip, and to a screen reader."""

import math
from collections.abc import Callable
from datetime import datetime
from enum import IntEnum

from ss_admin.contract.rule_chains import RuleChain
from ss_admin.desktop.moments import ago, exact_moment

__all__ = ["COLUMN_TITLES", "COLUMN_WIDTHS", "Column", "cell_spoken", "cell_text", "cell_tooltip", "state_words"]


class Column(IntEnum):
    """A column, from left to right."""

    NAME = 0
    IS_EXTERNAL = 1
    ENABLED = 2
    LAST_RUN = 3
    SUCCESS_RATE = 4
    ACTIONS = 5


COLUMN_TITLES = {
    Column.NAME: "Name",
    Column.IS_EXTERNAL: "Is External",
    Column.ENABLED: "Enabled",
    Column.LAST_RUN: "Last run",
    Column.SUCCESS_RATE: "Success rate",
    Column.ACTIONS: "",
}

COLUMN_WIDTHS = {
    Column.NAME: 260,
    Column.IS_EXTERNAL: 112,
    Column.ENABLED: 112,
    Column.LAST_RUN: 138,
    Column.SUCCESS_RATE: 122,
    Column.ACTIONS: 48,
}
"""The widths at first; Name takes what is left over, and never less."""


def state_words(chain: RuleChain) -> str:
    """What partners get of the chain as its two switches stand."""
    if not chain.enabled:
        return "It is switched off: every call is answered with 403 “rulechain_disabled”."
    if not chain.is_external:
        return "It is internal: partners’ calls are answered with 403 “rulechain_not_external”."
    return "Partners can call it with an API key that has “write”."


def cell_text(chain: RuleChain, column: Column, now: datetime) -> str:
    """What stands in the cell (its main line)."""
    texts: dict[Column, Callable[[], str]] = {
        Column.NAME: lambda: chain.name,
        Column.IS_EXTERNAL: lambda: "External" if chain.is_external else "Internal",
        Column.ENABLED: lambda: "Enabled" if chain.enabled else "Disabled",
        Column.LAST_RUN: lambda: ago(chain.last_run_at, now),
        Column.SUCCESS_RATE: lambda: _percent(chain.success_rate),
    }
    make = texts.get(column)
    return make() if make else ""


def cell_tooltip(chain: RuleChain, column: Column) -> str:
    """What the tooltip says. Plain text, never markup."""
    if column is Column.NAME:
        return f"{chain.name}\n{chain.description}".strip()
    if column in {Column.IS_EXTERNAL, Column.ENABLED}:
        return state_words(chain)
    if column is Column.LAST_RUN:
        return exact_moment(chain.last_run_at) if chain.last_run_at else "It has not run within the time kept."
    if column is Column.SUCCESS_RATE:
        return _runs(chain)
    return "Actions"


def cell_spoken(chain: RuleChain, column: Column, now: datetime) -> str:
    """The cell's state in words, for a screen reader."""
    if column is Column.NAME:
        return f"{chain.name}, {chain.description}" if chain.description else chain.name
    if column is Column.LAST_RUN:
        return f"Last run {cell_text(chain, column, now)}"
    if column is Column.SUCCESS_RATE:
        return "No runs" if chain.success_rate is None else f"Success rate {_percent(chain.success_rate)}"
    return f"Actions for {chain.name}" if column is Column.ACTIONS else cell_text(chain, column, now)


def _percent(rate: float | None) -> str:
    """Rounded down, so that “100 %” means that not one run failed."""
    if rate is None:
        return "–"
    tenths = math.floor(rate * 1000 + 1e-6)
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10:.1f} %"


def _runs(chain: RuleChain) -> str:
    if chain.success_rate is None:
        return "There were no runs within the time kept."
    succeeded = round(chain.success_rate * chain.runs)
    runs = "1 run" if chain.runs == 1 else f"{chain.runs:,} runs"
    return f"{succeeded:,} of {runs} succeeded, within the time kept."
