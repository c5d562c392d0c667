"""“New Rule Chain”, from a template or from a file."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError, OutcomeUnknown, UnexpectedAnswer, ValidationFailed
from ss_admin.contract.documents import LABEL_MAX_CHARACTERS
from ss_admin.contract.rule_chains import NewRuleChain, RuleChainDetail
from ss_admin.desktop.error_text import concerns_the_window, describe
from ss_admin.desktop.rule_chains.chain_file import line_of_pointer
from ss_admin.desktop.rule_chains.file_exchange import OpenedFile
from ss_admin.desktop.rule_chains.name_fault import find_name_fault
from ss_admin.desktop.rule_chains.surroundings import Surroundings
from ss_admin.desktop.rule_chains.templates import Template
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.form_field import FormField
from ss_admin.desktop.widgets.labels import words, wrapped_label
from ss_admin.desktop.widgets.notice import IconLabel, Notice

__all__ = ["ImportChainDialog", "NewChainDialog", "TemplateCard"]

_INTERNAL = "It begins internal: partners cannot call it until you switch “Is External” on."
_MAYBE = (
    "The connection broke before the server answered, so it is not known whether the rule chain was created. Close "
    "this and look at the list before you try again."
)
_FAULTS_SHOWN = 8
_ANY_OBJECT = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}


class _CreateDialog(Dialog):
    """Asks for a name and creates a chain of what `order` gives. `created` carries the chain."""

    created = Signal(object)
    failed = Signal(object)
    outdated = Signal()

    def __init__(self, parent: QWidget | None, surroundings: Surroundings, *, name: str, heading: str) -> None:
        super().__init__(
            parent, theme=surroundings.theme, name=name, heading=heading, primary="Create Rule Chain", width=560
        )
        self._with = surroundings
        self._is_asking = False
        self.name = QLineEdit()
        self.name.setMaxLength(LABEL_MAX_CHARACTERS)
        self.name_field = FormField("Name", self.name, required=True, help=_INTERNAL, editor_name=f"{name}.name")
        self.notice = Notice("danger", "", theme=surroundings.theme)
        self.notice.setObjectName(f"{name}.notice")
        self.notice.hide()
        self.body.addWidget(self.notice)
        self.body.addWidget(self.name_field)
        self.primary_button.setObjectName(f"{name}.submit")
        self.primary_button.clicked.connect(self.submit)
        self.name.textChanged.connect(lambda: self.name_field.error and self._check_name())
        self.name.setFocus()

    def order(self, name: str) -> NewRuleChain:
        """The chain that is to be made."""
        raise NotImplementedError

    def submit(self) -> None:
        """Creates the chain, once; says what is missing instead if something is."""
        if self._is_asking or not self.isVisible() or not self._check_name():
            return
        order = self.order(self.name.text())
        self._is_asking = True
        self.notice.hide()
        self.set_busy(True)
        self._with.background.run(
            lambda: self._with.chains.create(order), owner=self, done=self._on_created, failed=self._on_failed
        )

    @override
    def reject(self) -> None:
        """Not while the answer is awaited: then nobody could tell what was made."""
        if not self._is_asking:
            super().reject()

    def describe_fault(self, pointer: str, detail: str) -> str:
        """A fault that the server found, in one line."""
        return f"{pointer}: {detail}" if pointer else detail

    def _check_name(self) -> bool:
        fault = find_name_fault(self.name.text())
        self.name_field.set_error(fault)
        if fault:
            self.name.setFocus()
        return not fault

    def _on_created(self, chain: RuleChainDetail) -> None:
        self._is_asking = False
        self.set_busy(False)
        self.accept()
        self.created.emit(chain)

    def _on_failed(self, error: ClientError) -> None:
        self._is_asking = False
        self.set_busy(False)
        if isinstance(error, ValidationFailed) and error.problem.errors:
            self._show_faults(error)
        elif isinstance(error, OutcomeUnknown | UnexpectedAnswer):
            self._say(_MAYBE)
            self.outdated.emit()
        else:
            self._say(describe(error))
            if concerns_the_window(error):
                self.failed.emit(error)

    def _show_faults(self, error: ValidationFailed) -> None:
        faults = list(error.problem.errors or ())
        for fault in [fault for fault in faults if fault.pointer == "/name"]:
            self.name_field.set_error(fault.detail)
            faults.remove(fault)
        if faults:
            lines = [self.describe_fault(fault.pointer, fault.detail) for fault in faults[:_FAULTS_SHOWN]]
            more = f"\nand {len(faults) - _FAULTS_SHOWN} more" if len(faults) > _FAULTS_SHOWN else ""
            self._say("The server cannot take this rule chain:\n" + "\n".join(lines) + more)

    def _say(self, text: str) -> None:
        self.notice.say(text)
        self.notice.show()


class TemplateCard(QPushButton):
    """A template to choose: icon, title, one line, and a mark on the chosen one."""

    def __init__(self, template: Template, *, theme: Theme, name: str) -> None:
        super().__init__()
        self.template = template
        self.setObjectName(name)
        self.setProperty("kind", "card")
        self.setCheckable(True)
        self.setAutoDefault(False)  # Enter creates the chain; Space chooses the card
        self.setAccessibleName(template.title)
        self.setAccessibleDescription(template.line)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._mark = IconLabel("ph.circle", "text_dimmed", theme=theme, size=18)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(words(template.title, "strong"))
        text.addWidget(words(template.line, "caption"))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(12)
        row.addWidget(IconLabel(template.icon, "accent_fg", theme=theme, size=22))
        row.addLayout(text, 1)
        row.addWidget(self._mark)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.toggled.connect(self._show_chosen)

    @override
    def sizeHint(self) -> QSize:
        inside = self.layout()
        return super().sizeHint() if inside is None else inside.sizeHint()

    def _show_chosen(self, chosen: bool) -> None:
        self._mark.show_as("ph.check-circle" if chosen else "ph.circle", "accent_fg" if chosen else "text_dimmed")


class NewChainDialog(_CreateDialog):
    """A name and one of the templates; the arrow keys go from card to card."""

    def __init__(self, parent: QWidget | None, surroundings: Surroundings, templates: Sequence[Template]) -> None:
        super().__init__(parent, surroundings, name="ruleChainNew", heading="New Rule Chain")
        self._cards = QButtonGroup(self)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(words("Start from", "label"))
        for number, template in enumerate(templates):
            card = TemplateCard(template, theme=surroundings.theme, name=f"ruleChainNew.template{number + 1}")
            self._cards.addButton(card, number)
            column.addWidget(card)
        self._templates = tuple(templates)
        self._cards.button(0).setChecked(True)
        self.body.addLayout(column)

    @override
    def order(self, name: str) -> NewRuleChain:
        return self._templates[self._cards.checkedId()].order.model_copy(update={"name": name.strip()})


class ImportChainDialog(_CreateDialog):
    """A name for the chain of a file, and what the file holds."""

    def __init__(self, parent: QWidget | None, surroundings: Surroundings, opened: OpenedFile) -> None:
        super().__init__(parent, surroundings, name="ruleChainImport", heading="Import a rule chain")
        if opened.chain is None:
            raise ValueError("a file without a chain")
        chain = self._chain = opened.chain
        self._text = opened.text
        self.name.setText((chain.name or "")[:LABEL_MAX_CHARACTERS])
        self.name.selectAll()
        nodes, edges = len(chain.definition["nodes"]), len(chain.definition["edges"])
        parts = f"{_count(nodes, 'node')} and {_count(edges, 'edge')}"
        if chain.schema_place:
            text = f"{opened.name} holds a graph of {parts}. The schema of its input node becomes the input schema."
        elif chain.is_whole:
            text = f"{opened.name} holds {parts}, with an input schema."
        else:
            text = f"{opened.name} holds a graph of {parts}, without an input schema: any JSON object will be taken."
        self.body.addWidget(wrapped_label(text, "dimmed"))

    @override
    def order(self, name: str) -> NewRuleChain:
        chain = self._chain
        return NewRuleChain(
            name=name,
            description=chain.description or "",
            input_schema=chain.input_schema if chain.input_schema is not None else dict(_ANY_OBJECT),
            definition=chain.definition,
            sample_payload=chain.sample_payload or {},
        )

    @override
    def describe_fault(self, pointer: str, detail: str) -> str:
        """A fault at its line of the file."""
        within = pointer if self._chain.is_whole else pointer.removeprefix("/definition")
        if self._chain.schema_place and pointer.startswith("/input_schema"):
            within = self._chain.schema_place + pointer.removeprefix("/input_schema")
        line = line_of_pointer(self._text, within)
        return f"Line {line}: {detail}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
