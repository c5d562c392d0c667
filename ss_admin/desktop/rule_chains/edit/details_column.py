"""The left side of “Edit Rulechain”: name, description, the two switches, the endpoint, the signing secret."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from ss_admin.contract.documents import LABEL_MAX_CHARACTERS
from ss_admin.contract.rule_chains import RuleChainDetail
from ss_admin.desktop.rule_chains.edit.chain_draft import ChainDraft, DraftField
from ss_admin.desktop.rule_chains.edit.endpoint_section import EndpointSection
from ss_admin.desktop.rule_chains.surroundings import Surroundings
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.form_field import FormField
from ss_admin.desktop.widgets.labels import line
from ss_admin.desktop.widgets.scroll_column import ScrollColumn
from ss_admin.desktop.widgets.switch import Switch

__all__ = ["DetailsColumn"]

_DESCRIPTION_LINES = 5
_BAR_MARGIN = 14


class DetailsColumn(ScrollColumn):
    """`changed` tells of every change by a person; `secret_requested` that the signing secret is to be shown."""

    changed = Signal()
    said = Signal(str)
    secret_requested = Signal()

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme = surroundings.theme
        self.name = QLineEdit()
        self.name.setMaxLength(LABEL_MAX_CHARACTERS)
        self.description = QPlainTextEdit()
        self.description.setTabChangesFocus(True)
        self.description.setPlaceholderText("What it is for")
        self.external = Switch("Partners can call it", theme=theme)
        self.enabled = Switch("It runs", theme=theme)
        self.endpoint = EndpointSection(clipboard=surroundings.clipboard, theme=theme)
        self.secret_button = button(
            "Show signing secret…", name="ruleChainEditor.signingSecret", theme=theme, icon="ph.shield-check"
        )
        self.secret_button.setToolTip("What receivers check the signature of this chain’s webhooks with")
        self._fields = {
            DraftField.NAME: FormField("Name", self.name, required=True, editor_name="ruleChainEditor.name"),
            DraftField.DESCRIPTION: FormField(
                "Description", self.description, editor_name="ruleChainEditor.description"
            ),
            DraftField.IS_EXTERNAL: FormField(
                "Is External", self.external, help=" ", editor_name="ruleChainEditor.isExternal"
            ),
            DraftField.ENABLED: FormField("Enabled", self.enabled, help=" ", editor_name="ruleChainEditor.enabled"),
        }
        lines = self.description.fontMetrics().lineSpacing() * _DESCRIPTION_LINES
        self.description.setFixedHeight(lines + 20)
        self.column.setContentsMargins(0, 4, 0, 4)
        self.keep_bar_in_margin(_BAR_MARGIN)
        self.column.setSpacing(theme.tokens.l)
        for field in self._fields.values():
            self.column.addWidget(field)
        self.column.addWidget(line())
        self.column.addWidget(self.endpoint)
        self.column.addWidget(self.secret_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)
        self._connect()

    def show_draft(self, draft: ChainDraft) -> None:
        """Shows what stands in the draft; nothing is told as changed."""
        self.blockSignals(True)
        self.name.setText(draft.name)
        self.name.setCursorPosition(0)
        self.description.setPlainText(draft.description)
        self.external.setChecked(draft.is_external)
        self.enabled.setChecked(draft.enabled)
        self.blockSignals(False)
        self.show_faults({})
        self._say_switches()

    def show_stored(self, chain: RuleChainDetail, *, has_webhook: bool) -> None:
        """What holds for the chain as it is stored."""
        self.endpoint.show_chain(chain)
        self.secret_button.setVisible(has_webhook)

    @property
    def has_faults(self) -> bool:
        """Whether a field says that something is wrong with it."""
        return any(field.error for field in self._fields.values())

    def show_faults(self, faults: dict[DraftField, str]) -> bool:
        """Says at each field what is wrong with it, and goes to the first. Whether there was any."""
        for name, field in self._fields.items():
            field.set_error(faults.get(name, ""))
        for name in self._fields:
            if name in faults:
                self._fields[name].editor.setFocus()
                self.ensureWidgetVisible(self._fields[name], 0, 16)
                return True
        return False

    def _connect(self) -> None:
        self.name.textChanged.connect(self._on_name_changed)
        self.description.textChanged.connect(self._on_description_changed)
        for switch in (self.external, self.enabled):
            switch.toggled.connect(self._on_switched)
        self.endpoint.said.connect(self.said)
        self.endpoint.disclosure.heading.toggled.connect(lambda: QTimer.singleShot(0, self, self._show_endpoint))
        self.secret_button.clicked.connect(self.secret_requested)

    def _show_endpoint(self) -> None:
        """What was unfolded comes into view, its heading first."""
        self.ensureWidgetVisible(self.endpoint, 0, 8)
        self.ensureWidgetVisible(self.endpoint.disclosure.heading, 0, 8)

    def _on_name_changed(self) -> None:
        self._fields[DraftField.NAME].clear_error()
        self.changed.emit()

    def _on_description_changed(self) -> None:
        self._fields[DraftField.DESCRIPTION].clear_error()
        self.changed.emit()

    def _on_switched(self) -> None:
        self._say_switches()
        self.changed.emit()

    def _say_switches(self) -> None:
        external, enabled = self.external.isChecked(), self.enabled.isChecked()
        self.external.setText("On" if external else "Off")
        self.enabled.setText("On" if enabled else "Off")
        self._fields[DraftField.IS_EXTERNAL].set_help(
            "Partners can call it with an API key" if external else "Partners’ calls are refused (403)"
        )
        self._fields[DraftField.ENABLED].set_help("Calls are run" if enabled else "Every call is refused (403)")
        for switch in (self.external, self.enabled):
            switch.updateGeometry()
