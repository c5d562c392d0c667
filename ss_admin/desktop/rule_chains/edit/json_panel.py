"""The three JSON editors of a chain: “Definition”, “Input schema”, “Sample payload”."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ss_admin.contract.problems import FieldFault
from ss_admin.desktop.rule_chains.edit.chain_draft import JSON_FIELDS, ChainDraft, DraftField, JsonObject, same_json
from ss_admin.desktop.rule_chains.json_editor.json_editor import JsonEditor
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.tab_bar import TabBar

__all__ = ["JsonPanel"]

_NAMES = {
    DraftField.DEFINITION: "ruleChainEditor.definition",
    DraftField.INPUT_SCHEMA: "ruleChainEditor.inputSchema",
    DraftField.SAMPLE_PAYLOAD: "ruleChainEditor.samplePayload",
}


class JsonPanel(QWidget):
    """A tab tells how many faults its text has. `changed` and `settled` carry the field: typing, and typing at rest.

    Buttons for the texts go into `tools`, beside the tabs.
    """

    changed = Signal(object)
    settled = Signal(object)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = TabBar(theme=theme, name="ruleChainEditor.jsonTabs", label="JSON of the rule chain")
        self.editors = {
            field: JsonEditor(theme=theme, name=_NAMES[field], label=f"{field.label} (JSON)") for field in JSON_FIELDS
        }
        self._stack = QStackedWidget()
        self.tools = QHBoxLayout()
        self.tools.setSpacing(theme.tokens.s)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.tabs)
        head.addStretch()
        head.addLayout(self.tools)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.tokens.s)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        for field, editor in self.editors.items():
            self.tabs.addTab(field.label)
            self._stack.addWidget(editor)
            editor.changed.connect(partial(self.changed.emit, field))
            editor.settled.connect(partial(self._on_settled, field))
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)

    def document(self, field: DraftField) -> JsonObject | None:
        """What the text of a field says; None while something is wrong with it."""
        return self.editors[field].document()

    def show_draft(self, draft: ChainDraft) -> None:
        """Shows the draft's documents; a text that says the same already stays as it is written."""
        for field, editor in self.editors.items():
            wanted = getattr(draft, field.value)
            if wanted is not None and not same_json(editor.document(), wanted):
                editor.set_document(wanted)
            editor.show_faults((), "")
            self._count(field)

    def turn_to(self, field: DraftField) -> JsonEditor:
        """Brings a field's editor to the front."""
        self.tabs.setCurrentIndex(JSON_FIELDS.index(field))
        return self.editors[field]

    def fault_count(self) -> int:
        """How many faults all texts have together."""
        return sum(editor.fault_count() for editor in self.editors.values())

    def show_faults(self, faults: Sequence[FieldFault]) -> bool:
        """Shows what the server found, each fault at its line, and goes to the first. Whether any belongs here."""
        places = {field: f"/{field.value}" for field in JSON_FIELDS}
        for field, prefix in places.items():
            self.editors[field].show_faults(faults, prefix)
            self._count(field)
        for fault in faults:
            for field, prefix in places.items():
                if fault.pointer == prefix or fault.pointer.startswith(f"{prefix}/"):
                    self.turn_to(field).go_to(fault.pointer.removeprefix(prefix))
                    return True
        return False

    def show_broken(self, field: DraftField) -> None:
        """Turns to a field whose text is no JSON object, what is wrong marked and counted."""
        self._count(field)
        self.turn_to(field).setFocus()

    def first_broken(self) -> DraftField | None:
        """The first field whose text is no JSON object."""
        return next((field for field, editor in self.editors.items() if editor.has_syntax_error()), None)

    def _on_settled(self, field: DraftField) -> None:
        self._count(field)
        self.settled.emit(field)

    def _count(self, field: DraftField) -> None:
        """The tab's words, with the number of faults in its text."""
        faults = self.editors[field].fault_count()
        self.tabs.setTabText(JSON_FIELDS.index(field), f"{field.label} ({faults})" if faults else field.label)
