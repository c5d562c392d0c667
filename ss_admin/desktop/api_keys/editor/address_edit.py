"""A field for addresses and networks, one a line; what is wrong with a line is marked while it is typed."""

import math

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget
from typing_extensions import override

from ss_admin.desktop.api_keys.editor.scope_draft import read_addresses, split_addresses, tidy_addresses
from ss_admin.desktop.theme.theme import Theme

__all__ = ["AddressEdit"]

_LINES = 5
_PADDING = 9
_REST_MS = 600


class AddressEdit(QPlainTextEdit):
    """The line that is being typed is judged once typing rests, the others at once. Tab leaves the field.

    Pasted lists are put a network a line, whatever separated them; on leaving, what is right takes its normal form.
    `judged` carries what is wrong with the line of the cursor, else with the first one at fault, and is empty where
    nothing is.
    """

    judged = Signal(str)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._fault = ""
        self._judges_current = True
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(theme.mono_font(theme.tokens.body))
        self.setPlaceholderText("One a line, for example\n203.0.113.7\n203.0.113.0/24\n2001:db8::/32")
        lines = _LINES * math.ceil(QFontMetricsF(self.font()).lineSpacing())
        self.setFixedHeight(math.ceil(lines + 2 * (self.document().documentMargin() + _PADDING)))
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._judge_all)
        self.textChanged.connect(self._on_typed)
        self.cursorPositionChanged.connect(self._judge)
        theme.changed.connect(self._judge)

    @property
    def fault(self) -> str:
        """What was last said to be wrong."""
        return self._fault

    def set_text(self, text: str) -> None:
        """Shows `text`; there is nothing to undo then."""
        if text != self.toPlainText():
            self.setPlainText(text)
        self._judge_all()

    @override
    def insertFromMimeData(self, source: QMimeData) -> None:
        parts = split_addresses(source.text())
        cursor = self.textCursor()
        ends_line = len(parts) > 1 and not cursor.block().text()[cursor.positionInBlock() :].strip()
        cursor.insertText("\n".join(parts) + ("\n" if ends_line else ""))
        self.ensureCursorVisible()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() not in {Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason}:
            self._tidy()
        super().focusOutEvent(event)

    def _on_typed(self) -> None:
        self._judges_current = False
        self._rest.start()
        self._judge()

    def _tidy(self) -> None:
        """Normal forms, as one step that can be undone."""
        tidy = tidy_addresses(self.toPlainText())
        if tidy != self.toPlainText():
            cursor = QTextCursor(self.document())
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText(tidy)
        self._judge_all()

    def _judge_all(self) -> None:
        self._rest.stop()
        self._judges_current = True
        self._judge()

    def _judge(self) -> None:
        current = self.textCursor().blockNumber() + 1
        faults = {
            line.number: line.fault
            for line in read_addresses(self.toPlainText())
            if line.fault and (self._judges_current or line.number != current)
        }
        self.setExtraSelections([self._mark(number) for number in faults])
        fault = faults.get(current) or next(iter(faults.values()), "")
        if fault != self._fault:
            self._fault = fault
            self.judged.emit(fault)

    def _mark(self, number: int) -> QTextEdit.ExtraSelection:
        tint = QTextCharFormat()
        tint.setBackground(self._theme.colour("danger_bg"))
        tint.setProperty(QTextFormat.Property.FullWidthSelection, True)
        tint.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        tint.setUnderlineColor(QColor(self._theme.tokens.danger_fg))
        mark = QTextEdit.ExtraSelection()
        mark.format = tint
        mark.cursor = QTextCursor(self.document().findBlockByNumber(number - 1))
        mark.cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        return mark
