"""A field for a whole number that takes whatever is typed and lets the form say what is wrong with it."""

from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QSpinBox, QWidget
from typing_extensions import override

__all__ = ["NumberField"]

_EMPTY = -1
_MOST_DIGITS = 9
_INDENT = 11  # what the style sheet gives other fields; the left padding of a spin box is lost on its way
_SEPARATORS = str.maketrans("", "", ",\u202f\u00a0 ")


class NumberField(QSpinBox):
    """Unlike a plain spin box it neither clamps nor restores what was typed: nothing, 0 or too much can stand in it.

    The arrows stay within 1 and `largest`. Thousands are separated by commas once the field is left.
    """

    def __init__(self, largest: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._largest = largest
        self.setRange(_EMPTY, 10**_MOST_DIGITS - 1)
        self.setAccelerated(True)
        self.lineEdit().setTextMargins(_INDENT, 0, 0, 0)

    def number(self) -> int | None:
        """What stands in the field; None where nothing does."""
        number = self.valueFromText(self.text())
        return None if number == _EMPTY else number

    def set_number(self, number: int | None) -> None:
        """Shows `number`."""
        self.setValue(_EMPTY if number is None else number)

    @override
    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        digits = text.translate(_SEPARATORS)
        fits = not digits or (digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS)
        return (QValidator.State.Acceptable if fits else QValidator.State.Invalid), text, position

    @override
    def valueFromText(self, text: str) -> int:
        digits = text.translate(_SEPARATORS)
        return int(digits) if digits else _EMPTY

    @override
    def textFromValue(self, value: int) -> str:
        return "" if value == _EMPTY else f"{value:,}"

    @override
    def stepBy(self, steps: int) -> None:
        self.setValue(max(1, min(max(self.value(), 0) + steps, self._largest)))
        self.selectAll()

    @override
    def stepEnabled(self) -> QSpinBox.StepEnabledFlag:
        up = QSpinBox.StepEnabledFlag.StepUpEnabled
        down = QSpinBox.StepEnabledFlag.StepDownEnabled
        none = QSpinBox.StepEnabledFlag.StepNone
        return (up if self.value() < self._largest else none) | (down if self.value() > 1 else none)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the wheel scrolls the form; it must not change a limit in passing
