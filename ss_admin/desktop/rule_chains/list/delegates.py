"""Paints the cells of the list: name over description, badge, state, time and rate."""

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QColor, QPainter

from ss_admin.contract.rule_chains import RuleChain
from ss_admin.desktop.moments import Clock
from ss_admin.desktop.rule_chains.list.cells import Column, cell_text
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge import paint_badge
from ss_admin.desktop.widgets.row_cells import (
    ActionsDelegate,
    FindLook,
    RowDelegate,
    paint_state,
    paint_text,
    two_lines,
)
from ss_admin.desktop.widgets.row_look import RowLook

__all__ = ["make_delegates"]


class _ChainDelegate(RowDelegate):
    """A cell of a chain's row."""

    def ink(self, chain: RuleChain) -> QColor:
        """The colour of the cell's text: disabled chains are dimmed."""
        return self.theme.colour("text" if chain.enabled else "text_dimmed")


class _NameDelegate(_ChainDelegate):
    """The chain's name, bold, and the first line of its description under it, dimmed."""

    def paint_content(self, painter: QPainter, content: QRect, chain: RuleChain, look: RowLook) -> None:
        """Two lines, together centred; a name alone stands in the middle."""
        if not chain.description:
            paint_text(painter, content, chain.name, self.strong_font, self.ink(chain))
            return
        name_line, description_line = two_lines(content)
        paint_text(painter, name_line, chain.name, self.strong_font, self.ink(chain))
        description = " ".join(chain.description.split())
        paint_text(painter, description_line, description, self.small_font, self.theme.colour("text_dimmed"))


class _ExternalDelegate(_ChainDelegate):
    """“External” or “Internal” on a badge."""

    def paint_content(self, painter: QPainter, content: QRect, chain: RuleChain, look: RowLook) -> None:
        """The tinted one is the state that lets partners call."""
        icon = "ph.globe-simple" if chain.is_external else "ph.house-simple"
        text = cell_text(chain, Column.IS_EXTERNAL, self.clock())
        paint_badge(painter, content, text, "info" if chain.is_external else "neutral", self.theme, icon=icon)


class _EnabledDelegate(_ChainDelegate):
    """“Enabled” with a full dot, “Disabled” with a hollow one struck through."""

    def paint_content(self, painter: QPainter, content: QRect, chain: RuleChain, look: RowLook) -> None:
        """The dot differs in shape as well as in colour."""
        words = paint_state(painter, content, self.theme.tokens, on=chain.enabled)
        paint_text(painter, words, cell_text(chain, Column.ENABLED, self.clock()), self.body_font, self.ink(chain))


class _TextDelegate(_ChainDelegate):
    """One line of text, dimmed where the chain has not run."""

    def __init__(self, column: Column, theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> None:
        super().__init__(theme, clock, find_look, parent)
        self._column = column

    def paint_content(self, painter: QPainter, content: QRect, chain: RuleChain, look: RowLook) -> None:
        """One line."""
        ink = self.theme.colour("text_dimmed") if chain.last_run_at is None else self.ink(chain)
        paint_text(painter, content, cell_text(chain, self._column, self.clock()), self.body_font, ink)


def make_delegates(theme: Theme, clock: Clock, find_look: FindLook, parent: QObject) -> dict[Column, RowDelegate]:
    """A delegate for each column."""
    rest = (theme, clock, find_look, parent)
    return {
        Column.NAME: _NameDelegate(*rest),
        Column.IS_EXTERNAL: _ExternalDelegate(*rest),
        Column.ENABLED: _EnabledDelegate(*rest),
        Column.LAST_RUN: _TextDelegate(Column.LAST_RUN, *rest),
        Column.SUCCESS_RATE: _TextDelegate(Column.SUCCESS_RATE, *rest),
        Column.ACTIONS: ActionsDelegate(*rest),
    }
