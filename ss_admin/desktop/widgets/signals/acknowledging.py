"""The few words with which a signal is acknowledged."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.signals import NOTE_MAX_CHARACTERS
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import words

__all__ = ["EVIDENCE_CHANGED", "AcknowledgeForm"]

EVIDENCE_CHANGED = "New evidence has come meanwhile, so nothing was acknowledged. Look at it, then acknowledge again."

_WHAT_COMES_OF_IT = "It leaves the list, and comes back only when there is new evidence."


class AcknowledgeForm(QWidget):
    """A line for a note and two buttons. `acknowledged` carries the note, `left` tells that it was cancelled.

    Enter acknowledges, Escape cancels. A whole API key that is written into the note is masked at once.
    """

    acknowledged = Signal(str)
    left = Signal()

    def __init__(self, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.note = QLineEdit()
        self.note.setObjectName(f"{name}.note")
        self.note.setAccessibleName("Note")
        self.note.setAccessibleDescription(_WHAT_COMES_OF_IT)
        self.note.setPlaceholderText("Note (optional): what you found out")
        self.note.setMaxLength(NOTE_MAX_CHARACTERS)
        self.confirm_button = button("Acknowledge", "primary", name=f"{name}.confirm")
        self.cancel_button = button("Cancel", name=f"{name}.cancel")
        row = QHBoxLayout()
        row.setSpacing(theme.tokens.s)
        row.addWidget(self.note, 1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.confirm_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(words(_WHAT_COMES_OF_IT, "caption"))
        self.note.textChanged.connect(self._mask)
        self.note.returnPressed.connect(self._confirm)
        self.confirm_button.clicked.connect(self._confirm)
        self.cancel_button.clicked.connect(self._cancel)

    def open_form(self) -> None:
        """Shows it, with the keyboard in the note."""
        self.show()
        self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_form(self) -> None:
        """Hides it and forgets the note."""
        self.note.clear()
        self.hide()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._cancel()
        else:
            super().keyPressEvent(event)

    def _confirm(self) -> None:
        self.acknowledged.emit(self.note.text().strip())

    def _cancel(self) -> None:
        self.close_form()
        self.left.emit()

    def _mask(self, text: str) -> None:
        masked = mask_api_keys_within(text)
        if masked != text:
            self.note.setText(masked)
