"""The line under the text: where the cursor is, as line and column and as the way through the document."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ss_admin.desktop.rule_chains.json_editor.code_area import CodeArea
from ss_admin.desktop.rule_chains.json_editor.current_text import CurrentText
from ss_admin.desktop.rule_chains.json_editor.json_places import pointer_tokens
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton
from ss_admin.desktop.widgets.labels import ElidedLabel, words

__all__ = ["StatusLine"]

_LONG_TEXT = 60_000
_TOO_LONG_TEXT = 2_000_000
_SOON_MS = 40
_LATER_MS = 350


class StatusLine(QWidget):
    """Follows the cursor of `area`, and frames the bracket at the cursor and its mate in it."""

    find_wanted = Signal()
    lay_out_wanted = Signal()

    def __init__(self, area: CodeArea, current: CurrentText, *, theme: Theme, name: str) -> None:
        super().__init__()
        self._area = area
        self._current = current
        self._where = words("", "caption")
        self._path = ElidedLabel("", "caption")
        self._look = QTimer(self, singleShot=True)
        self._look.timeout.connect(self.look_around)
        find = IconButton("ph.magnifying-glass", "Find (Ctrl+F)", name=f"{name}.find", theme=theme)
        lay_out = IconButton(
            "ph.text-align-left",
            "Lay out with line breaks and indents (Ctrl+Shift+F)",
            name=f"{name}.layOut",
            theme=theme,
        )
        find.clicked.connect(self.find_wanted)
        lay_out.clicked.connect(self.lay_out_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._where)
        row.addWidget(self._path, 1)
        row.addWidget(find)
        row.addWidget(lay_out)
        area.cursorPositionChanged.connect(self._on_moved)
        self._on_moved()

    def look_around(self) -> None:
        """Works out what is at the cursor; for a long text this waits until the cursor rests."""
        self._look.stop()
        if self._area.document().characterCount() > _TOO_LONG_TEXT:
            self._path.setText("")
            self._area.tints.show_brackets(())
            return
        position = self._area.textCursor().position()
        places = self._current.places()
        self._path.setText(" › ".join(pointer_tokens(places.pointer_at(position))))
        self._area.tints.show_brackets(places.brackets_at(position) or ())

    def _on_moved(self) -> None:
        cursor = self._area.textCursor()
        self._where.setText(f"Line {cursor.blockNumber() + 1:,}, column {cursor.positionInBlock() + 1:,}")
        long_text = self._area.document().characterCount() > _LONG_TEXT
        self._look.start(_LATER_MS if long_text else _SOON_MS)
