"""The parts of a form: a field with its label and its fault, and a group of parts under a heading."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ss_admin.desktop.rule_chains.json_editor.json_places import to_pointer
from ss_admin.desktop.rule_chains.trial.schema_shape import MISSING, FieldKind, FieldShape
from ss_admin.desktop.rule_chains.trial.value_editors import ValueEditor, make_editor
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.form_field import FormField
from ss_admin.desktop.widgets.labels import words, wrapped_label

__all__ = ["FieldPart", "GroupPart", "Part"]

_GAP = 14
_NAMES_SHOWN = 8
_LONG_LABEL = 40
_LONG_WORD = re.compile(r"(\S{24})(?=\S)")
_EXPECTED = {
    FieldKind.TEXT: "a text",
    FieldKind.LONG_TEXT: "a text",
    FieldKind.NUMBER: "a number",
    FieldKind.INTEGER: "a whole number",
    FieldKind.GROUP: "an object",
}


class Part(Protocol):
    """A field or a group. `changed` is emitted when somebody edits within it."""

    shape: FieldShape
    widget: QWidget

    @property
    def value(self) -> object:
        """The value, or `MISSING`."""
        ...

    def show_value(self, value: object) -> None:
        """Shows `value`."""
        ...

    def say(self, fault: str) -> None:
        """Says what is wrong with the value; empty takes that back."""
        ...

    def fields(self) -> "Iterator[FieldPart]":
        """Every field, from the top."""
        ...


class FieldPart(QObject):
    """One field. `wanted` is the schema's idea of it, `shape` that which the value allows."""

    changed = Signal()

    def __init__(self, shape: FieldShape, wanted: FieldShape, *, theme: Theme, name: str) -> None:
        self.editor: ValueEditor = make_editor(shape, theme=theme)
        self._field = FormField(
            shape.label or "(no name)",
            self.editor.widget,
            help=shape.help,
            required=shape.required,
            editor_name=f"{name}{to_pointer(list(shape.path))}",
        )
        super().__init__(self._field)
        self.shape = shape
        self._wanted = wanted
        self.widget: QWidget = self._field
        self._field.set_help(_breakable(shape.help))
        self._field.label.setText(_breakable(self._field.label.text()))
        self._field.label.setWordWrap(len(shape.label) > _LONG_LABEL)
        if shape.label != shape.name:
            self._field.label.setToolTip(shape.name)
        self.editor.changed.connect(self._on_changed)

    @property
    def value(self) -> object:
        """The value, or `MISSING`."""
        return self.editor.value

    @property
    def problem(self) -> str:
        """Why what stands in the field is no value."""
        return self.editor.problem

    @property
    def error(self) -> str:
        """What is said below the field."""
        return self._field.error

    def show_value(self, value: object) -> None:
        """Shows `value`, and says so where it is not what the schema wants."""
        self.editor.show_value(value)
        self._say(self._misfit(value))

    def say(self, fault: str) -> None:
        """Says what is wrong with the value; empty takes that back."""
        self._say(_breakable(fault) or self.problem or self._misfit(self.value))

    def fields(self) -> "Iterator[FieldPart]":
        """This field alone."""
        yield self

    def _say(self, text: str) -> None:
        if text != self._field.error:  # saying nothing anew would dress the field anew
            self._field.set_error(text)

    def _misfit(self, value: object) -> str:
        expected = _EXPECTED.get(self._wanted.kind)
        if self.shape.kind is not FieldKind.JSON or expected is None:
            return ""
        if isinstance(value, str) and self._wanted.kind in {FieldKind.TEXT, FieldKind.LONG_TEXT}:
            return "This text has characters that cannot be seen, so it is shown as JSON."
        return f"Expected here is {expected}."

    def _on_changed(self) -> None:
        self._say(self.problem)
        self.changed.emit()


class GroupPart(QObject):
    """An object. One that may be left out has a check box: without the tick, the payload does not have it.

    Members that the schema does not describe stay as they are, in their places.
    """

    changed = Signal()

    def __init__(self, shape: FieldShape, wanted: FieldShape, *, theme: Theme, name: str) -> None:
        self.widget: QWidget = QWidget()
        super().__init__(self.widget)
        self.shape = shape
        self._given: object = MISSING
        self._wanted = {member.name: member for member in wanted.members}
        self._tick = self._make_tick(name) if shape.path and not shape.required else None
        self._error = wrapped_label("", "error")
        self._rest = wrapped_label("", "caption")
        self._body = QFrame()
        self.parts: list[Part] = []
        for member in shape.members:
            part = self._make_part(member, theme=theme, name=name)
            self.parts.append(part)
        self._lay_out()
        self._show_state()

    @property
    def value(self) -> object:
        """The object, or `MISSING`."""
        if self._tick is not None and not self._tick.isChecked():
            return MISSING
        before = self._given if isinstance(self._given, dict) else {}
        parts = {part.shape.name: part for part in self.parts}
        merged = {name: parts[name].value if name in parts else value for name, value in before.items()}
        merged |= {name: part.value for name, part in parts.items() if name not in merged}
        made = {name: value for name, value in merged.items() if value is not MISSING}
        left_out = not made and self._given is MISSING and self._tick is None and bool(self.shape.path)
        return MISSING if left_out else made

    def show_value(self, value: object) -> None:
        """Shows an object, or that there is none."""
        self._given = value
        members = value if isinstance(value, dict) else {}
        for part in self.parts:
            part.show_value(members.get(part.shape.name, MISSING))
        if self._tick is not None:
            self._tick.setChecked(value is not MISSING)
        self.say("")
        self._tell_rest(members)
        self._show_state()

    def say(self, fault: str) -> None:
        """Says what is wrong with the object as such; empty takes that back."""
        self._error.setText(_breakable(fault))
        self._error.setVisible(bool(fault))

    def fields(self) -> Iterator[FieldPart]:
        """Every field within, from the top, unless the object is left out."""
        if self._tick is None or self._tick.isChecked():
            for part in self.parts:
                yield from part.fields()

    def find(self, path: Sequence[str]) -> tuple[Part, list[str]]:
        """The innermost part on the way `path`, and the rest of the way."""
        for part in self.parts:
            if path and part.shape.name == path[0]:
                return part.find(path[1:]) if isinstance(part, GroupPart) else (part, list(path[1:]))
        return self, list(path)

    def _make_part(self, shape: FieldShape, *, theme: Theme, name: str) -> Part:
        kind = GroupPart if shape.kind is FieldKind.GROUP else FieldPart
        part = kind(shape, self._wanted.get(shape.name, shape), theme=theme, name=name)
        part.changed.connect(self._on_changed)
        return part

    def _make_tick(self, name: str) -> QCheckBox:
        label = self.shape.label
        shown = label if len(label) <= _LONG_LABEL else label[:_LONG_LABEL] + "…"
        tick = QCheckBox(shown.replace("&", "&&") or "(no name)")
        tick.setToolTip("" if shown == label == self.shape.name else f"{label} ({self.shape.name})")
        tick.setObjectName(f"{name}{to_pointer(list(self.shape.path))}")
        tick.setAccessibleName(self.shape.label)
        tick.setAccessibleDescription(self.shape.help)
        tick.setProperty("role", "group")
        tick.clicked.connect(self._on_ticked)
        return tick

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        inside = QVBoxLayout(self._body)
        inside.setSpacing(_GAP)
        if self.shape.path:
            self._add_heading(column)
            self._body.setProperty("role", "fieldGroup")
            inside.setContentsMargins(14, 6, 0, 6)
        else:
            inside.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._error)
        column.addWidget(self._body)
        for part in self.parts:
            inside.addWidget(part.widget)
        inside.addWidget(self._rest)

    def _add_heading(self, column: QVBoxLayout) -> None:
        head = QHBoxLayout()
        head.setSpacing(3)
        title = words(_breakable(self.shape.label) or "(no name)", "strong")
        title.setWordWrap(len(self.shape.label) > _LONG_LABEL)
        head.addWidget(self._tick or title)
        if self.shape.required:
            star = words("*", "error")
            star.setToolTip("Required")
            head.addWidget(star)
        head.addStretch()
        column.addLayout(head)
        if self.shape.help:
            column.addWidget(wrapped_label(_breakable(self.shape.help), "caption"))

    def _tell_rest(self, members: dict[str, Any]) -> None:
        known = {part.shape.name for part in self.parts}
        others = [name for name in members if name not in known]
        shown = ", ".join(others[:_NAMES_SHOWN]) + (
            f" and {len(others) - _NAMES_SHOWN} more" * (len(others) > _NAMES_SHOWN)
        )
        text = f"Also in the payload, without a field here: {shown}." if others else ""
        if self.shape.is_cut:
            text = f"The schema describes more than a form can show. Write the rest as JSON. {text}"
        self._rest.setText(_breakable(text.strip()))

    def _show_state(self) -> None:
        self._rest.setVisible(bool(self._rest.text()))
        self._error.setVisible(bool(self._error.text()))
        self._body.setVisible(self._tick is None or self._tick.isChecked())

    def _on_ticked(self) -> None:
        self._show_state()
        self._on_changed()

    def _on_changed(self) -> None:
        self.say("")
        self.changed.emit()


def _breakable(text: str) -> str:
    """The text with places to break its very long words (zero-width spaces), so that a form keeps its width."""
    return _LONG_WORD.sub("\\1\u200b", text)
