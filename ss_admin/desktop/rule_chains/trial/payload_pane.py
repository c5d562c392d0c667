"""The payload of a trial run twice: as fields, and as JSON beside them. What is changed in one shows in the other."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.problems import FieldFault
from ss_admin.desktop.rule_chains.json_editor.json_editor import JsonEditor
from ss_admin.desktop.rule_chains.trial.payload_faults import still_standing
from ss_admin.desktop.rule_chains.trial.schema_form import SchemaForm
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import words
from ss_admin.desktop.widgets.notice import Notice

__all__ = ["PayloadPane"]

_SIDE_BY_SIDE = 720
_BROKEN = "The JSON has an error. The fields follow it again as soon as it can be read."


class PayloadPane(QWidget):
    """The JSON is what counts. While it cannot be read the fields are off, so that nothing typed there is lost."""

    changed = Signal()

    def __init__(self, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._writing = False
        self._payload: dict[str, Any] = {}
        self._faults: list[FieldFault] = []
        self._form = SchemaForm(theme=theme, name=f"{name}.form")
        self._editor = JsonEditor(theme=theme, name=f"{name}.json", label="Payload as JSON")
        self._broken = Notice("warning", _BROKEN, theme=theme)
        self._broken.hide()
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setObjectName(f"{name}.splitter")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(13)
        self._splitter.addWidget(_titled("Payload", self._broken, self._form))
        self._splitter.addWidget(_titled("Payload as JSON", self._editor))
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([5500, 4500])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)
        self._form.changed.connect(self._on_form_changed)
        self._editor.changed.connect(self._on_json_changed)
        self._editor.settled.connect(self._follow_json)

    def set_schema(self, schema: dict[str, Any]) -> None:
        """Makes the fields anew for another schema."""
        self._form.set_schema(schema)

    def set_payload(self, payload: dict[str, Any]) -> None:
        """Begins anew with a payload."""
        self._editor.set_document(payload)
        self._show(payload)

    def replace_payload(self, payload: dict[str, Any]) -> None:
        """Puts a payload in the place of this one; Ctrl+Z in the JSON takes it back."""
        self._editor.replace_document(payload)
        self._follow_json()

    def payload(self) -> dict[str, Any] | None:
        """The payload; None, and shown where, while a field or the JSON says none."""
        payload = self._editor.document()
        if payload is None:
            self._editor.fault_count()
            self._editor.setFocus()
            return None
        self._follow_json()
        field = self._form.find_problem()
        if field is not None:
            self._form.reveal(field)
            return None
        return payload

    def show_faults(self, faults: Sequence[FieldFault]) -> list[FieldFault]:
        """Says what is wrong at each field and in the JSON; gives back what belongs to no field."""
        self._faults = list(faults)
        self._editor.show_faults(faults, "")
        return self._form.show_faults(faults)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _SIDE_BY_SIDE
        self._splitter.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    def _on_form_changed(self) -> None:
        payload = self._form.payload()
        before, self._payload = self._payload, payload
        self._faults = still_standing(self._faults, before, payload)
        self._writing = True
        self._editor.replace_document(payload)
        self._writing = False
        self._editor.show_faults(self._faults, "")
        self.changed.emit()

    def _on_json_changed(self) -> None:
        if not self._writing:
            self.changed.emit()

    def _follow_json(self) -> None:
        payload = self._editor.document()
        self._broken.setVisible(payload is None)
        self._form.setEnabled(payload is not None)
        if payload is not None and payload is not self._payload and payload != self._form.payload():
            self._show(payload)

    def _show(self, payload: dict[str, Any]) -> None:
        before, self._payload = self._payload, payload
        self._faults = still_standing(self._faults, before, payload)
        self._form.set_payload(payload)
        self._form.show_faults(self._faults)


def _titled(title: str, *parts: QWidget) -> QWidget:
    pane = QWidget()
    column = QVBoxLayout(pane)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    column.addWidget(words(title, "label"))
    for part in parts:
        column.addWidget(part, 0 if isinstance(part, Notice) else 1)
    return pane
