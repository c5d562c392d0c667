"""“Edit Rulechain”: the chain's fields on the left, its picture and its JSON on the right."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from ss_admin.contract.problems import FieldFault
from ss_admin.contract.rule_chains import RuleChainDetail
from ss_admin.desktop.rule_chains.chain_file import ChainFile, file_name, write_definition, write_whole
from ss_admin.desktop.rule_chains.edit.chain_draft import ChainDraft, DraftField, has_webhook
from ss_admin.desktop.rule_chains.edit.details_column import DetailsColumn
from ss_admin.desktop.rule_chains.edit.graph_panel import GraphPanel
from ss_admin.desktop.rule_chains.edit.json_panel import JsonPanel
from ss_admin.desktop.rule_chains.edit.node_skeletons import NODE_KINDS, NodeKind, add_node
from ss_admin.desktop.rule_chains.file_exchange import FileExchange, OpenedFile
from ss_admin.desktop.rule_chains.surroundings import Surroundings
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.menu_button import MenuButton

__all__ = ["EditTab"]

_DETAILS_WIDTH = 290


class EditTab(QWidget):
    """Holds what is typed and asks the server nothing.

    `changed` tells of every change by a person; `said` is for a toast; `refused` carries heading and text of what a
    file or the state of the JSON does not allow.
    """

    changed = Signal()
    said = Signal(str)
    refused = Signal(str, str)
    secret_requested = Signal()

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme = surroundings.theme
        self._theme = theme
        self.details = DetailsColumn(surroundings)
        self.details.setFixedWidth(_DETAILS_WIDTH)
        self.graph = GraphPanel(theme=theme)
        self.json = JsonPanel(theme=theme)
        self._files = FileExchange(surroundings.background, self)
        self.add_button = MenuButton("Add node", name="ruleChainEditor.addNode", theme=theme)
        self.import_button = button("Import…", name="ruleChainEditor.import")
        self.export_button = MenuButton("Export", name="ruleChainEditor.export", theme=theme)
        self._fill_menus()
        self._lay_out()
        self._connect()

    def draft(self) -> ChainDraft:
        """What stands in the fields and in the JSON."""
        documents = {field.value: editor.document() for field, editor in self.json.editors.items()}
        return ChainDraft(
            name=self.details.name.text(),
            description=self.details.description.toPlainText(),
            is_external=self.details.external.isChecked(),
            enabled=self.details.enabled.isChecked(),
            **documents,
        )

    def show_draft(self, draft: ChainDraft) -> None:
        """Shows a draft; the history of what was typed begins anew where a text changes."""
        self.details.show_draft(draft)
        self.json.show_draft(draft)
        if draft.definition is not None:
            self.graph.show_definition(draft.definition)

    def begin(self) -> None:
        """Another chain is shown: reading begins at the top, with the definition."""
        self.json.turn_to(DraftField.DEFINITION)
        self.details.verticalScrollBar().setValue(0)

    def show_stored(self, chain: RuleChainDetail) -> None:
        """What holds for the chain as it is stored: its address, and whether it has a signing secret."""
        self.details.show_stored(chain, has_webhook=has_webhook(chain.definition))

    def show_faults(self, faults: Sequence[FieldFault]) -> list[str]:
        """Shows what the server found wrong, each fault at its field or line; gives back what belongs nowhere here."""
        plain: dict[DraftField, str] = {}
        rest: list[str] = []
        for fault in faults:
            field = _field_of(fault.pointer)
            sentence = fault.detail[:1].upper() + fault.detail[1:]
            if field is None:
                rest.append(sentence)
            elif field in {DraftField.NAME, DraftField.DESCRIPTION, DraftField.IS_EXTERNAL, DraftField.ENABLED}:
                plain.setdefault(field, sentence)
        self.json.show_faults(faults)
        self.details.show_faults(plain)
        return rest

    def has_faults(self) -> bool:
        """Whether anything is still marked as wrong."""
        return self.details.has_faults or self.json.fault_count() > 0

    def _fill_menus(self) -> None:
        for kind in NODE_KINDS:
            action = self.add_button.menu_below.addAction(self._theme.icon(kind.icon, "text_dimmed"), kind.title)
            action.setObjectName(f"ruleChainEditor.addNode.{kind.title.casefold().replace(' ', '')}")
            action.setToolTip(kind.line)
            action.triggered.connect(lambda *_, kind=kind: self._add_node(kind))
        self.add_button.menu_below.setToolTipsVisible(True)
        menu = self.export_button.menu_below
        for name, text, act in (
            ("definition", "Export…", self._export_definition),
            ("whole", "Export with schema…", self._export_whole),
        ):
            action = menu.addAction(text)
            action.setObjectName(f"ruleChainEditor.export.{name}")
            action.triggered.connect(act)
        menu.actions()[0].setToolTip("The JSON that GoRules’ editor reads")
        menu.actions()[1].setToolTip("With name, description, input schema and sample payload, for “Import…”")
        menu.setToolTipsVisible(True)

    def _lay_out(self) -> None:
        for control in (self.add_button, self.import_button, self.export_button):
            self.json.tools.addWidget(control)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(10)
        self.split.addWidget(self.graph)
        self.split.addWidget(self.json)
        self.split.setStretchFactor(0, 2)
        self.split.setStretchFactor(1, 3)
        self.graph.setMinimumHeight(140)
        self.json.setMinimumHeight(180)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self._theme.tokens.l)
        row.addWidget(self.details)
        row.addWidget(self.split, 1)

    def _connect(self) -> None:
        self.details.changed.connect(self.changed)
        self.details.said.connect(self.said)
        self.details.secret_requested.connect(self.secret_requested)
        self.json.changed.connect(lambda _field: self.changed.emit())
        self.json.settled.connect(self._on_settled)
        self.graph.node_chosen.connect(self._go_to_node)
        self.import_button.clicked.connect(lambda: self._files.open(self._take_file))

    def _on_settled(self, field: DraftField) -> None:
        if field is DraftField.DEFINITION:
            self.graph.show_definition(self.json.document(field))
        self.changed.emit()

    def _go_to_node(self, node_id: str) -> None:
        """A node chosen in the picture is shown in the JSON."""
        nodes = (self.json.document(DraftField.DEFINITION) or {}).get("nodes")
        if isinstance(nodes, list):
            for number, node in enumerate(nodes):
                if isinstance(node, dict) and node.get("id") == node_id:
                    self.json.turn_to(DraftField.DEFINITION).go_to(f"/nodes/{number}")

    def _add_node(self, kind: NodeKind) -> None:
        definition = self.json.document(DraftField.DEFINITION)
        if definition is None or not all(isinstance(definition.get(part, []), list) for part in ("nodes", "edges")):
            self.refused.emit("No node was added", "The definition cannot be read at the moment. Mend its JSON first.")
            self.json.turn_to(DraftField.DEFINITION).setFocus()
            return
        graph, node_id = add_node(definition, kind, self.graph.picture.chosen_node_id)
        self.json.turn_to(DraftField.DEFINITION).replace_document(graph)
        self.graph.show_definition(graph)
        self.graph.picture.select_node(node_id)
        self._go_to_node(node_id)

    def _take_file(self, opened: OpenedFile) -> None:
        if opened.chain is None:
            self.refused.emit(f"{opened.name} was not imported", opened.refusal)
            return
        self.json.turn_to(DraftField.DEFINITION).replace_document(opened.chain.definition)
        what = "the definition"
        if opened.chain.input_schema is not None:
            self.json.editors[DraftField.INPUT_SCHEMA].replace_document(opened.chain.input_schema)
            what = "definition and input schema"
        if opened.chain.schema_place:
            what = "the definition, and the schema in its input node as input schema"
        if opened.chain.sample_payload is not None:
            self.json.editors[DraftField.SAMPLE_PAYLOAD].replace_document(opened.chain.sample_payload)
        self.graph.show_definition(opened.chain.definition)
        self.said.emit(f"Taken from {opened.name}: {what}. Nothing is saved yet; Ctrl+Z takes it back.")

    def _export_definition(self) -> None:
        definition = self.json.document(DraftField.DEFINITION)
        if definition is None:
            self._refuse_export("definition")
        else:
            self._save_file(write_definition(definition))

    def _export_whole(self) -> None:
        draft = self.draft()
        broken = self.json.first_broken()
        if broken is not None or draft.definition is None:
            self._refuse_export((broken or DraftField.DEFINITION).label.lower())
            return
        chain = ChainFile(
            draft.definition, draft.name.strip(), draft.description.strip(), draft.input_schema, draft.sample_payload
        )
        self._save_file(write_whole(chain))

    def _refuse_export(self, what: str) -> None:
        self.refused.emit("Nothing was exported", f"The {what} cannot be read at the moment. Mend its JSON first.")

    def _save_file(self, text: str) -> None:
        def done(name: str, refusal: str) -> None:
            if refusal:
                self.refused.emit("The rule chain was not exported", refusal)
            else:
                self.said.emit(f"Exported to {name}, as it stands in the editor.")

        self._files.save(file_name(self.details.name.text()), text, done)


def _field_of(pointer: str) -> DraftField | None:
    """The field that a pointer leads to or into."""
    name = pointer.split("/")[1] if pointer.startswith("/") else ""
    return next((field for field in DraftField if field.value == name), None)
