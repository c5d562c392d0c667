"""“Rule chains”: all of them, or only those that are chosen."""

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError
from ss_admin.desktop.api_keys.chains.chain_names import ChainNames
from ss_admin.desktop.api_keys.chains.chain_picker import ChainPicker
from ss_admin.desktop.api_keys.chains.chain_search import ChainSource
from ss_admin.desktop.api_keys.chains.chosen_chains import ChosenChains
from ss_admin.desktop.api_keys.editor.hinted_field import HintedField
from ss_admin.desktop.api_keys.editor.two_ways import TwoWays
from ss_admin.desktop.background import Background
from ss_admin.desktop.theme.theme import Theme

__all__ = ["ChainsField"]

_MEANING = "Calls to other rule chains are refused (403)."
_NAMES_MISSING = "The names could not be fetched; the ids are shown."


class ChainsField(HintedField):
    """`changed` is emitted when the way or the choice changes, `failed` when rule chains could not be asked for."""

    changed = Signal()
    failed = Signal(object)

    def __init__(
        self, chains: ChainSource, background: Background, *, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__("Rule chains", theme=theme, name="apiKeyEditor.chains", parent=parent)
        self.names = ChainNames(chains, background, self)
        self.ways = TwoWays(
            "All rule chains", "Only these", name="apiKeyEditor.chains", about="Rule chains", parent=self
        )
        self.chosen = ChosenChains(self.names, theme=theme, parent=self)
        self.picker = ChainPicker(chains, background, is_chosen=self.chosen.is_chosen, theme=theme, parent=self)
        for part in (self.ways, self.picker, self.chosen, self.hint):
            self.column.addWidget(part)
        QWidget.setTabOrder(self.ways.only, self.picker)
        QWidget.setTabOrder(self.picker, self.chosen)
        self.tell(_MEANING)
        self._show_way()
        self.ways.changed.connect(self._on_way)
        self.picker.toggled.connect(self.chosen.toggle)
        self.picker.failed.connect(self.failed)
        self.chosen.changed.connect(self.changed)
        self.picker.answered.connect(lambda: self.names.learn(self.chosen.ids))
        self.names.changed.connect(lambda: self.tell(_MEANING))
        self.names.failed.connect(self._on_names_missing)

    def ids(self) -> tuple[str, ...] | None:
        """The ids of the chosen chains; None: all."""
        return self.chosen.ids if self.ways.is_narrowed else None

    def set_ids(self, ids: tuple[str, ...] | None) -> None:
        """Shows a choice; None: all chains."""
        if ids is not None:
            self.chosen.set_ids(ids)
        self.ways.choose(narrowed=ids is not None)
        self._show_way()

    @override
    def faulty(self) -> Iterable[QWidget]:
        return (self.picker,)

    def _on_way(self) -> None:
        self._show_way()
        self.changed.emit()

    def _show_way(self) -> None:
        for part in (self.picker, self.chosen, self.hint):
            part.setVisible(self.ways.is_narrowed)

    def _on_names_missing(self, error: ClientError) -> None:
        self.tell(_NAMES_MISSING)
        self.failed.emit(error)
