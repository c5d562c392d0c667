"""The controls of a form's fields: each shows one value and gives it back exactly, as long as nobody edits it."""

import math
import re

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent, QTextOption, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget
from typing_extensions import override

from ss_admin.desktop.rule_chains.json_editor.highlighter import JsonHighlighter
from ss_admin.desktop.rule_chains.json_editor.json_text import escape_unseen, read_json, write_json
from ss_admin.desktop.rule_chains.trial.schema_shape import MISSING, FieldKind, FieldShape, json_text, same_json
from ss_admin.desktop.theme.theme import Theme

__all__ = ["ChoiceEditor", "JsonValueEditor", "NumberEditor", "TextEditor", "ValueEditor", "make_editor"]

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_LONGEST_NUMBER = 400
_LINES_OF_TEXT = 3
_MOST_LINES = 10
_LONGEST_CHOICE = 80


class ValueEditor(QObject):
    """One control. `problem` says why what stands in it is no value; the value is then still the one before."""

    changed = Signal()

    def __init__(self, shape: FieldShape, widget: QWidget) -> None:
        super().__init__(widget)
        self.shape = shape
        self.widget = widget
        self.problem = ""
        self._value: object = MISSING
        self._showing = False

    @property
    def value(self) -> object:
        """The value, or `MISSING`."""
        return self._value

    def show_value(self, value: object) -> None:
        """Shows `value`; nothing is shown afresh where it is there already."""
        if same_json(value, self._value, in_order=True) and not self.problem:
            return
        self._value = value
        self.problem = ""
        self._showing = True
        self._display(value)
        self._showing = False

    def _take(self) -> None:
        """Somebody edited what is shown."""
        if not self._showing:
            self.problem = ""
            self._value = self._read()
            self.changed.emit()

    def _nothing(self) -> object:
        """What an empty field means."""
        return None if self.shape.nullable and self.shape.required else MISSING

    def _display(self, value: object) -> None:
        raise NotImplementedError

    def _read(self) -> object:
        """The value that is shown. Where it is none, sets `problem` and gives the one before."""
        raise NotImplementedError


class TextEditor(ValueEditor):
    """A line, or a few lines of text. An empty one means that the member is not there, unless it is required."""

    def __init__(self, shape: FieldShape) -> None:
        self._line = QLineEdit() if shape.kind is FieldKind.TEXT else None
        self._lines = _TextBox() if self._line is None else None
        field = self._line or self._lines
        assert field is not None  # noqa: S101 -- one of the two was made just now
        field.setPlaceholderText(f"Such as {shape.hint}" if shape.hint else "")
        super().__init__(shape, field)
        if self._line is not None:
            self._line.setMaxLength(1_000_000)
            self._line.textEdited.connect(self._take)
        elif self._lines is not None:
            self._lines.textChanged.connect(self._take)

    @override
    def _display(self, value: object) -> None:
        text = value if isinstance(value, str) else ""
        if self._line is not None:
            self._line.setText(text)
            self._line.setCursorPosition(0)
        elif self._lines is not None:
            self._lines.setPlainText(text)

    @override
    def _read(self) -> object:
        text = self._line.text() if self._line is not None else _text_of(self._lines)
        if text:
            return text
        return "" if self.shape.required and not self.shape.nullable else self._nothing()


class NumberEditor(ValueEditor):
    """A number as it is written in JSON. Whole numbers keep every digit."""

    def __init__(self, shape: FieldShape) -> None:
        self._line = QLineEdit()
        self._line.setPlaceholderText(f"Such as {shape.hint}" if shape.hint else "")
        super().__init__(shape, self._line)
        self._line.textEdited.connect(self._take)

    @override
    def _display(self, value: object) -> None:
        self._line.setText("" if value is MISSING or value is None else json_text(value))

    @override
    def _read(self) -> object:
        text = self._line.text().strip()
        whole = self.shape.kind is FieldKind.INTEGER
        if not text:
            return self._nothing()
        if len(text) <= _LONGEST_NUMBER and _INTEGER.fullmatch(text):
            return int(text)
        if not whole and _NUMBER.fullmatch(text) and math.isfinite(float(text)):
            return float(text)
        told = "a whole number, such as 12" if whole else "a number, such as 12 or 0.5"
        self.problem = f"This is not {told}."
        return self._value


class ChoiceEditor(ValueEditor):
    """One of a few values, or none. A value that is none of them can be kept."""

    def __init__(self, shape: FieldShape) -> None:
        self._box = _QuietComboBox()
        super().__init__(shape, self._box)
        self._entries: list[object] = []
        self._fill(MISSING)
        self._box.activated.connect(self._take)

    @override
    def _display(self, value: object) -> None:
        self._fill(value)
        self._box.setCurrentIndex(next(at for at, entry in enumerate(self._entries) if same_json(entry, value)))

    @override
    def _read(self) -> object:
        return self._entries[self._box.currentIndex()]

    def _fill(self, value: object) -> None:
        entries = [(entry, _shown(entry)) for entry in self.shape.choices]
        if not self.shape.required:
            entries.insert(0, (MISSING, "(none)"))
        elif value is MISSING:
            entries.insert(0, (MISSING, "Choose…"))
        if not any(same_json(entry, value) for entry, _ in entries):
            entries.append((value, f"{_shown(value)} (not among the choices)"))
        self._entries = [entry for entry, _ in entries]
        self._box.clear()
        self._box.addItems([text for _, text in entries])


class JsonValueEditor(ValueEditor):
    """A small field for any JSON. An empty one means that the member is not there."""

    def __init__(self, shape: FieldShape, *, theme: Theme) -> None:
        self._box = _JsonBox(theme=theme)
        self._box.setPlaceholderText(f"Such as {shape.hint}" if shape.hint else "JSON")
        super().__init__(shape, self._box)
        self._box.textChanged.connect(self._take)

    @override
    def _display(self, value: object) -> None:
        self._box.setPlainText("" if value is MISSING else _compact(value))

    @override
    def _read(self) -> object:
        text = _text_of(self._box)
        if not text.strip():
            return MISSING
        reading = read_json(text, only_object=False)
        if reading.faults:
            line = text.count("\n", 0, reading.faults[0].start) + 1
            where = f"Line {line}: " if "\n" in text else ""
            self.problem = f"{where}{reading.faults[0].detail}"
            return self._value
        return reading.value


def make_editor(shape: FieldShape, *, theme: Theme) -> ValueEditor:
    """The control for a field that is no group."""
    match shape.kind:
        case FieldKind.TEXT | FieldKind.LONG_TEXT:
            return TextEditor(shape)
        case FieldKind.NUMBER | FieldKind.INTEGER:
            return NumberEditor(shape)
        case FieldKind.CHOICE:
            return ChoiceEditor(shape)
    return JsonValueEditor(shape, theme=theme)


class _QuietComboBox(QComboBox):
    """The wheel scrolls the form; it must not change a choice in passing."""

    def __init__(self) -> None:
        super().__init__()
        self.setMaxVisibleItems(12)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _TextBox(QPlainTextEdit):
    """A few lines of text; Tab leads to the next field."""

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.textChanged.connect(self._fit)
        self._fit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        lines = max(_LINES_OF_TEXT, min(_MOST_LINES, round(self.document().size().height())))
        self.setFixedHeight(QFontMetrics(self.font()).lineSpacing() * lines + 26)


class _JsonBox(_TextBox):
    """A few lines of JSON, coloured."""

    def __init__(self, *, theme: Theme) -> None:
        super().__init__()
        self.setFont(theme.mono_font())
        self._highlighter = JsonHighlighter(self, theme=theme)
        theme.changed.connect(self._recolour)
        self.textChanged.connect(self._colour)
        self.updateRequest.connect(self._on_update)

    def _on_update(self, _rect: object, scrolled: int) -> None:
        if scrolled:
            self._colour()

    def _recolour(self) -> None:
        self._highlighter.recolour()
        self._colour()

    def _colour(self) -> None:
        self._highlighter.colour(self.firstVisibleBlock(), _MOST_LINES + 2)


def _text_of(box: QPlainTextEdit | None) -> str:
    return box.document().toRawText().replace("\u2029", "\n") if box is not None else ""


def _compact(value: object) -> str:
    """JSON on one line if it is short, else laid out."""
    line = escape_unseen(json_text(value))
    return line if len(line) <= 60 else write_json(value)


def _shown(value: object) -> str:
    text = value if isinstance(value, str) and value else json_text(value)
    return text if len(text) <= _LONGEST_CHOICE else text[:_LONGEST_CHOICE] + "…"
