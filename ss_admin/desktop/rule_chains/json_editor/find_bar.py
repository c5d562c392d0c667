"""The bars above the text: what to look for, or which line to go to. Enter goes there, Escape closes."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator, QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton
from ss_admin.desktop.widgets.labels import words

__all__ = ["FindBar", "LineBar"]

_MOST_MATCHES = 1000


class _Bar(QFrame):
    """A line to type into, and a button that closes. `closed` is emitted when it goes."""

    closed = Signal()

    def __init__(self, label: str, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.field = QLineEdit()
        self.field.setObjectName(f"{name}.field")
        self.field.setAccessibleName(label)
        self.field.setPlaceholderText(label)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 8)
        self.row.setSpacing(4)
        self.row.addWidget(self.field, 1)
        self.close_button = IconButton("ph.x", "Close", name=f"{name}.close", theme=theme)
        self.close_button.clicked.connect(self.leave)
        self.hide()

    def leave(self) -> None:
        """Closes the bar."""
        self.hide()
        self.closed.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._on_enter(backwards=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    def _on_enter(self, *, backwards: bool) -> None:
        raise NotImplementedError


class FindBar(_Bar):
    """Searches without regard to upper and lower case. `found` carries all matches, for the editor to tint."""

    found = Signal(object)

    def __init__(self, area: QPlainTextEdit, *, theme: Theme, name: str) -> None:
        super().__init__("Find", theme=theme, name=name)
        self._area = area
        self._count = words("", "dimmed")
        self._count.setContentsMargins(6, 0, 0, 0)
        self._count.setMinimumWidth(76)
        before = IconButton("ph.caret-up", "Previous match (Shift+F3)", name=f"{name}.previous", theme=theme)
        after = IconButton("ph.caret-down", "Next match (F3)", name=f"{name}.next", theme=theme)
        for part in (self._count, before, after, self.close_button):
            self.row.addWidget(part)
        before.clicked.connect(lambda: self.go(backwards=True))
        after.clicked.connect(self.go)
        self.field.textEdited.connect(self._on_typed)
        self.closed.connect(lambda: self.found.emit(()))

    @property
    def count_text(self) -> str:
        """“3 of 17”, as it is shown."""
        return self._count.text()

    def open_with_selection(self) -> None:
        """Shows the bar; what is selected on one line is searched for."""
        selected = self._area.textCursor().selectedText()
        if selected and "\u2029" not in selected:
            self.field.setText(selected)
        self.show()
        self.field.setFocus()
        self.field.selectAll()
        self.refresh()

    def go(self, *, backwards: bool = False) -> None:
        """Goes to the next match or the one before, round the end of the text if need be."""
        text = self.field.text()
        if not text:
            return
        document, cursor = self._area.document(), self._area.textCursor()
        flags = QTextDocument.FindFlag.FindBackward if backwards else QTextDocument.FindFlag(0)
        found = document.find(text, cursor, flags)
        if found.isNull():
            start = QTextCursor(document)
            start.movePosition(QTextCursor.MoveOperation.End if backwards else QTextCursor.MoveOperation.Start)
            found = document.find(text, start, flags)
        if not found.isNull():
            self._area.setTextCursor(found)
        self.refresh()

    def refresh(self) -> None:
        """Searches again, where the text has changed."""
        if not self.isHidden():
            matches = self._matches()
            self._say(matches)
            self.found.emit(matches)

    def _on_enter(self, *, backwards: bool) -> None:
        self.go(backwards=backwards)

    def _on_typed(self) -> None:
        """The match at the cursor, or the next one, is shown while its text is typed."""
        cursor = self._area.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._area.setTextCursor(cursor)
        self.go()
        self.refresh()

    def _matches(self) -> list[QTextCursor]:
        text = self.field.text()
        matches: list[QTextCursor] = []
        if not text:
            return matches
        found = self._area.document().find(text, 0)
        while not found.isNull() and len(matches) < _MOST_MATCHES:
            matches.append(found)
            found = self._area.document().find(text, found)
        return matches

    def _say(self, matches: Sequence[QTextCursor]) -> None:
        start = self._area.textCursor().selectionStart()
        at = next((number for number, match in enumerate(matches, 1) if match.selectionStart() == start), 0)
        many = f"{_MOST_MATCHES:,}+" if len(matches) == _MOST_MATCHES else str(len(matches))
        text = "" if not self.field.text() else "Not found" if not matches else f"{at} of {many}" if at else many
        self._count.setText(text)
        self.field.setAccessibleDescription(text)


class LineBar(_Bar):
    """`line_chosen` carries the number of a line, from 1."""

    line_chosen = Signal(int)

    def __init__(self, *, theme: Theme, name: str) -> None:
        super().__init__("Go to line", theme=theme, name=name)
        self.field.setValidator(QIntValidator(1, 9_999_999, self.field))
        self.row.addWidget(self.close_button)

    def open(self) -> None:
        """Shows the bar."""
        self.show()
        self.field.setFocus()
        self.field.selectAll()

    def _on_enter(self, *, backwards: bool) -> None:
        if self.field.hasAcceptableInput():
            self.line_chosen.emit(int(self.field.text()))
            self.leave()
