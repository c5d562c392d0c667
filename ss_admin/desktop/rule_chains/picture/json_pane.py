"""A JSON value to read, under its title; where there is none, or one too large to keep, words say so."""

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ss_admin.desktop.rule_chains.json_editor.json_editor import JsonEditor
from ss_admin.desktop.rule_chains.json_editor.json_text import write_json
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import words, wrapped_label

__all__ = ["JsonPane"]


class JsonPane(QWidget):
    """“Got” and what a node got, for instance. Where the title stands already, `titled` is not asked for."""

    def __init__(
        self, title: str, *, theme: Theme, name: str, titled: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._editor = JsonEditor(theme=theme, name=name, label=title)
        self._editor.set_read_only(True)
        self._words = wrapped_label("", "dimmed")
        self._words.setContentsMargins(0, 4, 0, 4)
        note = QWidget()
        inside = QVBoxLayout(note)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self._words)
        inside.addStretch()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._editor)
        self._stack.addWidget(note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        if titled:
            layout.addWidget(words(title, "label"))
        layout.addWidget(self._stack, 1)

    @property
    def text(self) -> str:
        """What is shown: JSON, or words."""
        return self._words.text() if self._stack.currentIndex() else self._editor.text()

    def show_value(self, value: object) -> None:
        """Shows a value. A text is a sentence about a value that was too large to keep."""
        if isinstance(value, str):
            self.say(value)
            return
        self._editor.set_text(write_json(value))
        self._stack.setCurrentIndex(0)

    def say(self, sentence: str) -> None:
        """Shows words where there is no value."""
        self._editor.set_text("")
        self._words.setText(sentence)
        self._stack.setCurrentIndex(1)
