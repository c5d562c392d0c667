"""The field that rule chains are chosen with: type, and tick those that are meant."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ss_admin.contract.rule_chains import RuleChain
from ss_admin.desktop.api_keys.chains.chain_delegates import FoundChainDelegate
from ss_admin.desktop.api_keys.chains.chain_search import ChainSearch, ChainSource
from ss_admin.desktop.background import Background
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.choosing.search_line import SearchLine

__all__ = ["ChainPicker"]


class ChainPicker(SearchLine):
    """Enter or a click adds the marked chain, or takes it out again; the list stays open for the next one.

    `toggled` carries the `RuleChain`. What was typed is a search and no value: it is gone when the field is left.
    """

    toggled = Signal(object)

    def __init__(
        self,
        chains: ChainSource,
        background: Background,
        *,
        is_chosen: Callable[[str], bool],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        self._is_chosen = is_chosen
        self._take_on_answer = False
        super().__init__(
            ChainSearch(chains, background),
            FoundChainDelegate(theme, is_chosen),
            theme=theme,
            name="apiKeyEditor.chains.search",
            items="rule chains",
            parent=parent,
        )
        self.setPlaceholderText("Add rule chains: type a name")
        self.setAccessibleName("Add rule chains")

    @override
    def take(self, item: RuleChain) -> None:
        self.toggled.emit(item)
        self.selectAll()
        self._popup.list.viewport().update()
        state = "chosen" if self._is_chosen(item.id) else "not chosen any more"
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, f"{item.name}: {state}"))

    @override
    def nothing_found(self) -> str:
        searched = self.text().strip()
        return f"No rule chain matches “{searched}”." if searched else "There are no rule chains yet."

    @override
    def _fold(self, *, keep_search: bool = False) -> None:
        super()._fold(keep_search=keep_search)
        if not keep_search:
            self.clear()

    @override
    def _on_early_enter(self) -> None:
        self._take_on_answer = True

    @override
    def _on_answered(self) -> None:
        """Enter that came before the answer takes the one chain that was found; of several, one has to be marked."""
        super()._on_answered()
        if self._take_on_answer and self._search.rowCount() == 1:
            self.take(self._search.items[0])
        self._take_on_answer = False

    @override
    def _on_left(self) -> None:
        self._take_on_answer = False
        self._search.give_up()
        self._slow.stop()
        self.clear()
