"""“Addresses”: from any of them, or only from those that are listed."""

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ss_admin.desktop.api_keys.editor.address_edit import AddressEdit
from ss_admin.desktop.api_keys.editor.hinted_field import HintedField
from ss_admin.desktop.api_keys.editor.two_ways import TwoWays
from ss_admin.desktop.theme.theme import Theme

__all__ = ["AddressesField"]

_MEANING = "Addresses or networks, one a line. Calls from elsewhere are refused (403)."
_ROOM_FOR_A_FAULT = 52


class AddressesField(HintedField):
    """`changed` is emitted when the way or the text changes."""

    changed = Signal()

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Addresses", theme=theme, name="apiKeyEditor.addresses", parent=parent)
        self.ways = TwoWays(
            "From any address", "Only from these", name="apiKeyEditor.addresses", about="Addresses", parent=self
        )
        self.edit = AddressEdit(theme=theme, parent=self)
        self.edit.setObjectName("apiKeyEditor.addresses")
        self.edit.setAccessibleName("Addresses that the key may be used from, one a line")
        self.hint.setMinimumHeight(_ROOM_FOR_A_FAULT)
        self.column.addWidget(self.ways)
        self.column.addWidget(self.edit)
        self.column.addWidget(self.hint)
        self.tell(_MEANING)
        self._show_way()
        self.ways.changed.connect(self._on_way)
        self.edit.textChanged.connect(self._on_typed)
        self.edit.judged.connect(self.set_error)

    def text(self) -> str | None:
        """What is typed; None: from any address."""
        return self.edit.toPlainText() if self.ways.is_narrowed else None

    def set_text(self, text: str | None) -> None:
        """Shows a list of addresses; None: from any."""
        if text is not None:
            self.edit.set_text(text)
        self.ways.choose(narrowed=text is not None)
        self._show_way()

    @override
    def faulty(self) -> Iterable[QWidget]:
        return (self.edit,)

    def _on_typed(self) -> None:
        self.set_error(self.edit.fault)
        self.changed.emit()

    def _on_way(self) -> None:
        self._show_way()
        self.set_error(self.edit.fault if self.ways.is_narrowed else "")
        self.changed.emit()

    def _show_way(self) -> None:
        self.edit.setVisible(self.ways.is_narrowed)
        self.hint.setVisible(self.ways.is_narrowed)
