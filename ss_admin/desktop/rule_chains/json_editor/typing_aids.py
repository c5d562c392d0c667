"""What the editor does by itself while somebody types: indents, and keeps brackets in their column."""

from PySide6.QtGui import QTextBlock, QTextCursor

__all__ = ["break_line", "close_bracket", "indent", "outdent"]

_STEP = "  "


def indent(cursor: QTextCursor) -> None:
    """Moves the selected lines in by a step; without a selection of several lines, inserts one at the cursor."""
    if not _spans_lines(cursor):
        cursor.insertText(_STEP)
        return
    cursor.beginEditBlock()
    for block in _lines(cursor):
        if block.text().strip():
            QTextCursor(block).insertText(_STEP)
    cursor.endEditBlock()


def outdent(cursor: QTextCursor) -> None:
    """Moves the line of the cursor, or the selected lines, out by a step as far as they are indented."""
    cursor.beginEditBlock()
    for block in _lines(cursor):
        text = block.text()
        spaces = len(text) - len(text.lstrip(" "))
        tab = 1 if text.startswith("\t") else min(spaces, len(_STEP))
        start = QTextCursor(block)
        start.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor, tab)
        start.removeSelectedText()
    cursor.endEditBlock()


def break_line(cursor: QTextCursor) -> None:
    """A new line as far in as this one, further in behind an opening bracket; between two brackets, one of its own."""
    cursor.beginEditBlock()
    cursor.removeSelectedText()
    line = cursor.block().text()
    column = cursor.positionInBlock()
    before, after = line[:column].rstrip(), line[column:].lstrip()
    inset = line[: len(line) - len(line.lstrip())][:column]
    deeper = inset + _STEP if before.endswith(("{", "[")) else inset
    cursor.insertText("\n" + deeper)
    if deeper != inset and after.startswith(("}", "]")):
        cursor.insertText("\n" + inset)
        cursor.movePosition(QTextCursor.MoveOperation.PreviousBlock)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
    cursor.endEditBlock()


def close_bracket(cursor: QTextCursor, bracket: str) -> None:
    """Writes a closing bracket; as the first sign of its line it stands a step further out."""
    cursor.beginEditBlock()
    cursor.removeSelectedText()
    before = cursor.block().text()[: cursor.positionInBlock()]
    if before and not before.strip():
        count = min(len(_STEP), len(before))
        cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter, QTextCursor.MoveMode.KeepAnchor, count)
    cursor.insertText(bracket)
    cursor.endEditBlock()


def _spans_lines(cursor: QTextCursor) -> bool:
    return "\u2029" in cursor.selectedText()


def _lines(cursor: QTextCursor) -> list[QTextBlock]:
    document = cursor.document()
    block = document.findBlock(cursor.selectionStart())
    end = cursor.selectionEnd()
    lines = [block]
    while (block := block.next()).isValid() and block.position() < end:
        lines.append(block)
    return lines
