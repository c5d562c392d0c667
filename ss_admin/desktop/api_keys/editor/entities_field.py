"""“Permissions”: the check boxes “read” and “write”, and what a key without “write” cannot do."""

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.api_keys import Entity
from ss_admin.desktop.api_keys.editor.hinted_field import HintedField
from ss_admin.desktop.theme.theme import Theme

__all__ = ["WITHOUT_WRITE", "EntitiesField"]

WITHOUT_WRITE = "Without “write”, calls are refused (403)."
_MEANING = "“write” is needed to call rule chains."


class EntitiesField(HintedField):
    """`changed` is emitted when a box is checked or not any more."""

    changed = Signal()

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Permissions", theme=theme, name="apiKeyEditor.entities", parent=parent)
        self._boxes = {entity: QCheckBox(entity.value) for entity in Entity}
        row = QHBoxLayout()
        row.setSpacing(20)
        for entity, box in self._boxes.items():
            box.setObjectName(f"apiKeyEditor.{entity.value}")
            box.setAccessibleName(f"Permissions: {entity.value}")
            box.toggled.connect(self._on_toggled)
            row.addWidget(box)
        row.addStretch()
        self.column.addLayout(row)
        self.column.addWidget(self.hint)
        self._explain()

    def entities(self) -> tuple[Entity, ...]:
        """Those that are checked."""
        return tuple(entity for entity, box in self._boxes.items() if box.isChecked())

    def set_entities(self, entities: Iterable[Entity]) -> None:
        """Checks these and no others."""
        checked = set(entities)
        for entity, box in self._boxes.items():
            box.setChecked(entity in checked)
        self._explain()

    @override
    def faulty(self) -> Iterable[QWidget]:
        return self._boxes.values()

    def _on_toggled(self) -> None:
        self._explain()
        self.changed.emit()

    def _explain(self) -> None:
        may_call = self._boxes[Entity.WRITE].isChecked()
        self.tell(_MEANING if may_call else WITHOUT_WRITE, "plain" if may_call else "warning")
