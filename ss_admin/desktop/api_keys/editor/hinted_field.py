"""The base of a group of controls with one line below it: what they mean, a warning, or what is wrong."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ss_admin.desktop.api_keys.editor.hint_line import HintKind, HintLine
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import words

__all__ = ["HintedField"]


class HintedField(QWidget):
    """A label, the controls that heirs put into `column`, and the hint. An error takes the hint's place.

    Heirs call `tell` with what the hint says while nothing is wrong.
    """

    def __init__(self, label: str, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hint = HintLine(theme=theme, name=f"{name}.words")
        self.label = words(label, "label")
        self._error = ""
        self._plain: tuple[str, HintKind] = ("", "plain")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        self.column.addWidget(self.label)

    @property
    def error(self) -> str:
        """What is said to be wrong; empty if nothing is."""
        return self._error

    def set_error(self, text: str) -> None:
        """Says what is wrong; nothing is with an empty text."""
        self._error = text
        for control in self.faulty():
            if control.property("invalid") != bool(text):
                control.setProperty("invalid", bool(text))
                control.style().unpolish(control)
                control.style().polish(control)
        self._say()

    def tell(self, text: str, kind: HintKind = "plain") -> None:
        """What the hint says while nothing is wrong."""
        self._plain = (text, kind)
        self._say()

    def faulty(self) -> Iterable[QWidget]:
        """The controls that are framed while something is wrong; the first takes the focus then."""
        raise NotImplementedError

    def focus_fault(self) -> None:
        """Puts the focus where the fault is."""
        for control in self.faulty():
            control.setFocus(Qt.FocusReason.OtherFocusReason)
            return

    def _say(self) -> None:
        text, kind = self._plain
        if self._error:
            text, kind = self._error, "error"
        self.hint.say(text, kind)
        for control in self.faulty():
            control.setAccessibleDescription(text)
