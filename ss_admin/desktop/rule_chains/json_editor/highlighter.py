"""Colours the lines of JSON that are in view, and no others: opening and typing take the same time at any length."""

import re

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QPlainTextEdit

from ss_admin.desktop.theme.theme import Theme

__all__ = ["SYNTAX_ROLES", "JsonHighlighter"]

SYNTAX_ROLES = {
    "name": "accent_fg",
    "text": "success_fg",
    "number": "info_fg",
    "word": "warning_fg",
    "sign": "text_dimmed",
}
"""Which colour token each kind of JSON's parts has."""

_TOKEN = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<text>"(?:[^"\\]|\\.)*"?)|(?P<number>-?\d[\d.eE+-]*)'
    r"|(?P<word>\b(?:true|false|null)\b)|(?P<sign>[{}\[\],:]+)"
)
_LONGEST_LINE = 5000
_GENERATIONS = 16


class JsonHighlighter:
    """Call `colour()` whenever other lines come into view or a line has changed."""

    def __init__(self, area: QPlainTextEdit, *, theme: Theme) -> None:
        self._area = area
        self._theme = theme
        self._generation = 0
        self._formats: dict[str, QTextCharFormat] = {}
        self.is_colouring = False
        """While this is set, the document tells of changes that are none of its text."""
        self.recolour()

    def recolour(self) -> None:
        """Takes the colours of the theme in force."""
        self._generation = (self._generation + 1) % _GENERATIONS
        for kind, role in SYNTAX_ROLES.items():
            self._formats[kind] = QTextCharFormat()
            self._formats[kind].setForeground(self._theme.colour(role))

    def colour(self, first: QTextBlock, lines: int) -> None:
        """Colours `lines` lines from `first` on, as far as they are not coloured already."""
        start = end = -1
        block = first
        for _ in range(lines):
            if not block.isValid():
                break
            state = block.revision() * _GENERATIONS + self._generation
            if block.userState() != state:
                block.layout().setFormats(self._ranges(block.text()))
                block.setUserState(state)
                start = block.position() if start < 0 else start
                end = block.position() + block.length()
            block = block.next()
        if start >= 0:
            self.is_colouring = True
            with QSignalBlocker(self._area):
                self._area.document().markContentsDirty(start, end - start)
            self.is_colouring = False

    def _ranges(self, line: str) -> list[QTextLayout.FormatRange]:
        shift = None if line.isascii() else line
        ranges = []
        for match in _TOKEN.finditer(line[:_LONGEST_LINE]):
            part = QTextLayout.FormatRange()
            part.start = match.start() if shift is None else _units(line[: match.start()])
            part.length = len(match[0]) if shift is None else _units(match[0])
            part.format = self._formats[match.lastgroup or "sign"]
            ranges.append(part)
        return ranges


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
