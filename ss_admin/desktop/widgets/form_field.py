"""A field of a form: its label, the editor, a line of help, and what is wrong with it."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ss_admin.desktop.widgets.labels import words, wrapped_label

__all__ = ["FormField"]


class FormField(QWidget):
    """Label, editor, help and error in one column. The label is the editor's accessible name.

    `editor_name` is the objectName the editor gets, unless it has one already.
    """

    def __init__(
        self,
        label: str,
        editor: QWidget,
        *,
        help: str = "",  # noqa: A002 -- the word everybody expects here; the builtin is of no use in a window
        required: bool = False,
        editor_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.editor = editor
        self._help_text = help
        if editor_name:
            editor.setObjectName(editor_name)
        editor.setAccessibleName(label)
        self.label = words(label, "label")
        self.label.setBuddy(editor)
        self._help = wrapped_label(help, "caption")
        self._help.setVisible(bool(help))
        self._error = wrapped_label("", "error")
        self._error.setVisible(False)
        self._error.setObjectName(f"{editor.objectName()}.error")
        head = QHBoxLayout()
        head.setSpacing(3)
        head.addWidget(self.label)
        if required:
            star = words("*", "error")
            star.setToolTip("Required")
            head.addWidget(star)
        head.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addLayout(head)
        layout.addWidget(editor)
        layout.addWidget(self._help)
        layout.addWidget(self._error)
        editor.setAccessibleDescription(help)

    @property
    def error(self) -> str:
        """What is said to be wrong; empty if nothing is."""
        return self._error.text()

    def set_help(self, text: str) -> None:
        """Changes the line of help; empty takes it away."""
        self._help_text = text
        self._help.setText(text)
        self._help.setVisible(bool(text) and not self.error)

    def set_error(self, text: str) -> None:
        """Says below the field what is wrong with it; it stands in the place of the help."""
        self._error.setText(text)
        self._error.setVisible(bool(text))
        self._help.setVisible(bool(self._help_text) and not text)
        self.editor.setAccessibleDescription(text or self._help_text)
        if self.editor.property("invalid") != bool(text):
            self.editor.setProperty("invalid", bool(text))
            self.editor.style().unpolish(self.editor)
            self.editor.style().polish(self.editor)

    def clear_error(self) -> None:
        """Takes back what was said to be wrong."""
        self.set_error("")
