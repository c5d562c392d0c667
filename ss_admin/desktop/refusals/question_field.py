"""The box for a request's id or a key: a key is covered as soon as it is recognised, and forgotten when told to."""

from pydantic import SecretStr
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QClipboard,
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from ss_admin.desktop.refusals.question_text import AskedKey, AskedRequest, Unclear, is_key_like, read_question
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.menu import Menu

__all__ = ["QuestionField"]

_LONGEST = 4000
_KEY_HINTS = Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText


class QuestionField(QLineEdit):
    """`edited` is emitted whenever `question` is another one. While a key is in it nothing can be copied out of it.

    What is pasted is looked at before the field gets it, so that a key never becomes text that a screen reader is told
    of, an undo history keeps or a selection hands on. A key that is typed is covered from its `ss_` on.
    """

    edited = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked: AskedKey | None = None
        self.setMaxLength(_LONGEST)
        self.setInputMethodHints(_KEY_HINTS)
        self._forget_action = self.addAction(
            theme.icon("ph.x", "text_dimmed"), QLineEdit.ActionPosition.TrailingPosition
        )
        self._forget_action.setToolTip("Clear")
        self._forget_action.setVisible(False)
        self._forget_action.triggered.connect(self._start_again)
        self.textChanged.connect(self._on_text)

    @property
    def question(self) -> AskedRequest | AskedKey | Unclear:
        """What is asked for."""
        if self._asked is None and self.holds_key:  # also what is left of one whose beginning was taken away
            return AskedKey(SecretStr(self.text()), "ss_…", is_whole=False)
        return self._asked or read_question(self.text())

    @property
    def holds_key(self) -> bool:
        """Whether a key, or the beginning of one, is in the field."""
        return self._asked is not None or self.echoMode() is QLineEdit.EchoMode.Password

    def take(self, text: str) -> None:
        """Puts pasted `text` into the field; a whole key is kept aside, and only its masked form shows."""
        joined = self._with_insertion(text)
        asked = read_question(joined)
        if isinstance(asked, AskedKey):
            self._cover(asked)
        elif self._asked is None:
            self.insert(" ".join(text.split()))

    def forget(self) -> None:
        """Forgets what was entered; nothing brings it back."""
        self._asked = None
        self.setReadOnly(False)
        self.setEchoMode(QLineEdit.EchoMode.Normal)
        self.setText("")  # unlike clear(), this empties the undo history too
        self._forget_action.setVisible(False)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste(QClipboard.Mode.Clipboard)
        elif self._asked is not None and event.key() in {Qt.Key.Key_Backspace, Qt.Key.Key_Delete}:
            self._start_again()
        elif self.holds_key and (
            event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.Cut)
        ):
            event.accept()
        else:
            super().keyPressEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton and QGuiApplication.clipboard().supportsSelection():
            self._paste(QClipboard.Mode.Selection)
        else:
            super().mouseReleaseEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasText():
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self.take(event.mimeData().text())
        event.acceptProposedAction()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = Menu(self, name="refusals.questionMenu")
        paste = menu.addAction("Paste")
        paste.setEnabled(bool(QGuiApplication.clipboard().text()))
        paste.triggered.connect(lambda: self._paste(QClipboard.Mode.Clipboard))
        clear = menu.addAction("Clear")
        clear.setEnabled(bool(self.text()))
        clear.triggered.connect(self._start_again)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

    def _paste(self, mode: QClipboard.Mode) -> None:
        self.take(QGuiApplication.clipboard().text(mode))

    def _with_insertion(self, text: str) -> str:
        """The text that there would be; a covered key is replaced, not added to."""
        if self._asked is not None:
            return text
        whole, start = self.text(), self.selectionStart()
        if start < 0:
            return whole[: self.cursorPosition()] + text + whole[self.cursorPosition() :]
        return whole[:start] + text + whole[start + self.selectionLength() :]

    def _cover(self, asked: AskedKey) -> None:
        self._asked = asked
        self.setEchoMode(QLineEdit.EchoMode.Normal)
        self.setReadOnly(True)
        self._forget_action.setVisible(True)
        self.blockSignals(True)
        self.setText(asked.shown)
        self.blockSignals(False)
        self.edited.emit()

    def _start_again(self) -> None:
        self.forget()
        self.setFocus()

    def _on_text(self, text: str) -> None:
        """Typed text: covered from `ss_` on, and kept aside once it is a whole key."""
        if self._asked is None and is_key_like(text):
            asked = read_question(text)
            if isinstance(asked, AskedKey) and asked.is_whole:
                self._cover(asked)
                return
            if self.echoMode() is QLineEdit.EchoMode.Normal:
                self.setEchoMode(QLineEdit.EchoMode.Password)
        elif not text and self.echoMode() is QLineEdit.EchoMode.Password:
            self.forget()  # what is left of a key stays covered until nothing is
        self.edited.emit()
