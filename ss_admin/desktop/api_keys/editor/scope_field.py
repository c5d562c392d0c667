"""What a key may do: read and write, rule chains, addresses, and beside them the same as JSON."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ss_admin.desktop.api_keys.chains.chain_search import ChainSource
from ss_admin.desktop.api_keys.editor.addresses_field import AddressesField
from ss_admin.desktop.api_keys.editor.chains_field import ChainsField
from ss_admin.desktop.api_keys.editor.entities_field import EntitiesField
from ss_admin.desktop.api_keys.editor.permissions_view import PermissionsView
from ss_admin.desktop.api_keys.editor.scope_draft import ScopeDraft
from ss_admin.desktop.background import Background
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import words

__all__ = ["ScopeField"]


class ScopeField(QWidget):
    """`changed` is emitted when any part of the scope changes; each part says what is wrong with it."""

    changed = Signal()

    def __init__(
        self, chains: ChainSource, background: Background, *, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.entities = EntitiesField(theme=theme)
        self.chains = ChainsField(chains, background, theme=theme)
        self.addresses = AddressesField(theme=theme)
        self._json = PermissionsView(theme)
        self._json.setObjectName("apiKeyEditor.permissions")
        self._json.setAccessibleName("Permissions as JSON")
        parts, json = QVBoxLayout(), QVBoxLayout()
        parts.setSpacing(10)
        for part in (self.entities, self.chains, self.addresses):
            parts.addWidget(part)
            part.changed.connect(self._on_changed)
        parts.addStretch()
        json.setSpacing(4)
        json.addWidget(words("As JSON", "caption"))
        json.addWidget(self._json, 1)
        json.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(parts, 1)
        row.addLayout(json, 1)
        self._show_json()

    def draft(self) -> ScopeDraft:
        """What is chosen."""
        return ScopeDraft(self.entities.entities(), self.chains.ids(), self.addresses.text())

    def show_draft(self, draft: ScopeDraft) -> None:
        """Shows a scope."""
        self.entities.set_entities(draft.entities)
        self.chains.set_ids(draft.rulechains)
        self.addresses.set_text(draft.addresses)
        self._show_json()

    def _on_changed(self) -> None:
        self._show_json()
        self.changed.emit()

    def _show_json(self) -> None:
        self._json.show_json(self.draft().as_json())
