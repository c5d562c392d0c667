"""The text itself: monospaced, numbered, coloured, with faults underlined and the keyboard's habits of an editor."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget
from typing_extensions import override

from ss_admin.desktop.rule_chains.json_editor.gutter import Gutter
from ss_admin.desktop.rule_chains.json_editor.highlighter import JsonHighlighter
from ss_admin.desktop.rule_chains.json_editor.json_text import escape_unseen, lay_out, read_json
from ss_admin.desktop.rule_chains.json_editor.tints import Tints
from ss_admin.desktop.rule_chains.json_editor.typing_aids import break_line, close_bracket, indent, outdent
from ss_admin.desktop.theme.theme import Theme

__all__ = ["CodeArea"]

_LONG_LINE = 5000
_KEYS = "Tab indents. Press Escape and then Tab to go on to the next control."


class CodeArea(QPlainTextEdit):
    """`edited` tells of each change of the text: where (UTF-16 code units), how much went, how much came.

    `menu_wanted` asks for the context menu at a point of the screen. `tints` and `gutter` show what others know of it.
    """

    edited = Signal(int, int, int)
    menu_wanted = Signal(object)

    def __init__(self, *, theme: Theme, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._leaving = False
        self.tints = Tints(self, theme=theme)
        self.setObjectName(name)
        self.setProperty("role", "code")
        self.setAccessibleName(label)
        self.setAccessibleDescription(_KEYS)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(theme.mono_font())
        self.setTabStopDistance(2 * QFontMetricsF(self.font()).horizontalAdvance(" "))
        self._highlighter = JsonHighlighter(self, theme=theme)
        self.gutter = Gutter(self, self, theme=theme)
        self.gutter.line_pressed.connect(self._select_line)
        self.document().contentsChange.connect(self._on_contents_change)
        self.textChanged.connect(self._colour)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._on_update)
        self.cursorPositionChanged.connect(self.tints.draw)
        theme.changed.connect(self._on_theme_changed)
        self._make_room()
        self.tints.draw()

    def raw_text(self) -> str:
        """The text as it is; Qt's own `toPlainText` changes some characters."""
        return self.document().toRawText().replace("\u2029", "\n")

    def make_read_only(self, read_only: bool) -> None:
        """Makes it something to read, with a cursor still, and Tab leading on."""
        self.setReadOnly(read_only)
        self.setTabChangesFocus(read_only)
        flags = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        self.setTextInteractionFlags(flags if read_only else Qt.TextInteractionFlag.TextEditorInteraction)
        self.setAccessibleDescription("" if read_only else _KEYS)

    def go_to_position(self, position: int) -> None:
        """Puts the cursor there, into the middle of the view."""
        cursor = self.textCursor()
        cursor.setPosition(max(0, min(position, self.document().characterCount() - 1)))
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus()

    def line_of(self, position: int) -> int:
        """The line of a place, from 0."""
        document = self.document()
        return document.findBlock(min(position, document.characterCount() - 1)).blockNumber()

    def lines_in_view(self) -> list[tuple[int, int, int]]:
        """Number (from 0), top and height of each line that can be seen."""
        block = self.firstVisibleBlock()
        place = self.blockBoundingGeometry(block).translated(self.contentOffset())
        top = place.top() + self.viewport().y() - self.gutter.y()
        lines = []
        while block.isValid() and top < self.viewport().height():
            lines.append((block.blockNumber(), round(top), round(block.layout().boundingRect().height())))
            top += self.blockBoundingRect(block).height()
            block = block.next()
        return lines

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        leaving, self._leaving = self._leaving, False
        key = event.key()
        if self.isReadOnly() or event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        ):
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape and not leaving:
            self._leaving = True
        elif key in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}:
            if leaving:
                self._leave(forwards=key == Qt.Key.Key_Tab)
            else:
                (indent if key == Qt.Key.Key_Tab else outdent)(self.textCursor())
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._edit_at_cursor(break_line)
        elif event.text() in {"}", "]"}:
            self._edit_at_cursor(lambda cursor: close_bracket(cursor, event.text()))
        else:
            if key in {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta}:
                self._leaving = leaving  # Escape, then Shift+Tab
            super().keyPressEvent(event)

    @override
    def insertFromMimeData(self, source: QMimeData) -> None:
        """Pastes text with its unseen characters escaped; JSON on one very long line is laid out."""
        text = escape_unseen(source.text())
        longest = max((len(line) for line in text.split("\n")), default=0)
        if longest > _LONG_LINE and not read_json(text, only_object=False).faults:
            text = lay_out(text)
        self.textCursor().insertText(text)
        self.ensureCursorVisible()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_gutter()
        self._colour()

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        """Over something underlined, the tooltip says what is wrong."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self.cursorForPosition(event.pos()).position()
            QToolTip.showText(event.globalPos(), "\n".join(self.tints.details_at(at)), self)
            return True
        return super().viewportEvent(event)

    def _leave(self, *, forwards: bool) -> None:
        self.setTabChangesFocus(True)
        self.focusNextPrevChild(forwards)
        self.setTabChangesFocus(False)

    def _edit_at_cursor(self, edit: Callable[[QTextCursor], None]) -> None:
        cursor = self.textCursor()
        edit(cursor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _on_contents_change(self, at: int, removed: int, added: int) -> None:
        if not self._highlighter.is_colouring:
            self.edited.emit(at, removed, added)

    def _on_update(self, _rect: QRect, scrolled: int) -> None:
        if scrolled:
            self._colour()
        self.gutter.update()

    def _on_theme_changed(self) -> None:
        self._highlighter.recolour()
        self._colour()
        self.tints.recolour()
        self.gutter.update()

    def _colour(self) -> None:
        lines = self.viewport().height() // max(1, self.fontMetrics().height()) + 2
        self._highlighter.colour(self.firstVisibleBlock(), lines)

    def _make_room(self) -> None:
        self.setViewportMargins(self.gutter.width_wanted(), 0, 0, 0)
        self._place_gutter()

    def _place_gutter(self) -> None:
        inside = self.contentsRect()
        self.gutter.setGeometry(inside.left(), inside.top(), self.gutter.width_wanted(), self.viewport().height())

    def _select_line(self, line: int) -> None:
        cursor = QTextCursor(self.document().findBlockByNumber(line))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.setFocus()
