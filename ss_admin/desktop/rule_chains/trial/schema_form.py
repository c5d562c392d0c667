"""A form made from a JSON Schema: the payload as fields, with nothing of it lost that the form does not show."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ss_admin.contract.problems import FieldFault
from ss_admin.desktop.rule_chains.json_editor.json_places import pointer_tokens, to_pointer
from ss_admin.desktop.rule_chains.trial.form_parts import FieldPart, GroupPart
from ss_admin.desktop.rule_chains.trial.schema_shape import FieldShape, read_shape
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.scroll_column import ScrollColumn

__all__ = ["SchemaForm"]

_NO_MEMBERS = "The input schema describes no members, so there are no fields. Write the payload as JSON."


class SchemaForm(QWidget):
    """`changed` tells that somebody edited a field. `payload()` is exactly what was shown until then."""

    changed = Signal()

    def __init__(self, *, theme: Theme, name: str = "schemaForm", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._theme = theme
        self._name = name
        self._shape: FieldShape = read_shape({})
        self._scroll = ScrollColumn()
        self._scroll.column.setContentsMargins(0, 2, 0, 8)
        self._scroll.keep_bar_in_margin(14)
        self._empty = wrapped_label(_NO_MEMBERS, "dimmed")
        self._scroll.column.addWidget(self._empty)
        self._root = self._make_root(self._shape)
        self._scroll.column.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        self._root.show_value({})

    @property
    def has_fields(self) -> bool:
        """Whether the schema describes any members."""
        return bool(self._shape.members)

    def set_schema(self, schema: dict[str, Any]) -> None:
        """Makes the form anew for another schema; the payload stays."""
        shape = read_shape(schema)
        if shape != self._shape:
            payload = self.payload()
            self._shape = shape
            self._rebuild(payload)

    def payload(self) -> dict[str, Any]:
        """The payload as the fields say it. A field with a problem has the value before."""
        value = self._root.value
        return value if isinstance(value, dict) else {}

    def set_payload(self, payload: dict[str, Any]) -> None:
        """Shows a payload; fields that have the value already are not touched."""
        if self._shape.fitted_to(payload) == self._root.shape:
            self._root.show_value(payload)
        else:
            self._rebuild(payload)

    def show_faults(self, faults: Sequence[FieldFault]) -> list[FieldFault]:
        """Says what is wrong at each field, until it is edited; gives back the faults that belong to none."""
        self._forget_faults(self._root)
        unplaced = []
        for fault in faults:
            part, rest = self._root.find(pointer_tokens(fault.pointer))
            if part is self._root:
                unplaced.append(fault)
            else:
                part.say(f"{to_pointer(rest)}: {fault.detail}" if rest else fault.detail)
        return unplaced

    def find_problem(self) -> FieldPart | None:
        """The first field in which something stands that is no value."""
        return next((field for field in self._root.fields() if field.problem), None)

    def reveal(self, field: FieldPart) -> None:
        """Scrolls to a field and gives it the focus."""
        self._scroll.ensureWidgetVisible(field.widget)
        field.editor.widget.setFocus()

    def _forget_faults(self, group: GroupPart) -> None:
        for part in group.parts:
            part.say("")
            if isinstance(part, GroupPart):
                self._forget_faults(part)

    def _rebuild(self, payload: dict[str, Any]) -> None:
        old = self._root
        self._root = self._make_root(self._shape.fitted_to(payload))
        self._root.show_value(payload)
        old.widget.hide()
        old.widget.setParent(None)
        old.widget.deleteLater()

    def _make_root(self, shape: FieldShape) -> GroupPart:
        root = GroupPart(shape, self._shape, theme=self._theme, name=self._name)
        root.changed.connect(self.changed)
        self._scroll.column.insertWidget(0, root.widget)
        self._empty.setVisible(not shape.members)
        return root
