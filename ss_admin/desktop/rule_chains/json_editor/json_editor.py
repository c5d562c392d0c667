"""The editor for JSON: text with numbered lines, what is wrong told at its place, places found by JSON pointer."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ss_admin.contract.problems import FieldFault
from ss_admin.desktop.rule_chains.json_editor.code_area import CodeArea
from ss_admin.desktop.rule_chains.json_editor.commands import Command, add_commands
from ss_admin.desktop.rule_chains.json_editor.current_text import CurrentText
from ss_admin.desktop.rule_chains.json_editor.fault_list import FaultList
from ss_admin.desktop.rule_chains.json_editor.fault_view import FaultView
from ss_admin.desktop.rule_chains.json_editor.find_bar import FindBar, LineBar
from ss_admin.desktop.rule_chains.json_editor.json_text import (
    common_edges,
    escape_unseen,
    lay_out,
    read_json,
    utf16_offset,
    write_json,
)
from ss_admin.desktop.rule_chains.json_editor.status_line import StatusLine
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.menu import Menu

__all__ = ["JsonEditor"]

_LEAST_HEIGHT = 120
_REST_MS = 250
_LONG_REST_MS = 600
_LONG_TEXT = 200_000


class JsonEditor(QWidget):
    """Shows faults of the text itself as it is typed, and those that a server told of it until the text there changes.

    `changed` tells of every change that can be undone (typing, `replace_text`, undoing itself), `settled` that the text
    was checked after it came to rest. Keys: Ctrl+F, F3, Shift+F3 find; Ctrl+G goes to a line; F8 and Shift+F8 go from
    fault to fault; Ctrl+Shift+F lays the JSON out; Escape and then Tab leave.
    """

    changed = Signal()
    settled = Signal()

    def __init__(self, *, theme: Theme, name: str, label: str = "JSON", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._loading = False
        self._area = CodeArea(theme=theme, name=f"{name}.text", label=label)
        self._area.setMinimumHeight(_LEAST_HEIGHT)
        self._current = CurrentText(self._area)
        fault_list = FaultList(theme=theme, name=f"{name}.faults", label=label)
        self._faults = FaultView(self._area, self._current, fault_list)
        self._find = FindBar(self._area, theme=theme, name=f"{name}.findBar")
        self._line = LineBar(theme=theme, name=f"{name}.lineBar")
        self._status = StatusLine(self._area, self._current, theme=theme, name=name)
        self._rest = QTimer(self, singleShot=True)
        self._commands = add_commands(
            self,
            (
                Command("Find…", "Ctrl+F", self._find.open_with_selection),
                Command("Find next", "F3", self._find.go),
                Command("Find previous", "Shift+F3", lambda: self._find.go(backwards=True)),
                Command("Go to line…", "Ctrl+G", self._line.open),
                Command("Next fault", "F8", self._faults.go_to_next),
                Command("Previous fault", "Shift+F8", lambda: self._faults.go_to_next(backwards=True)),
                Command("Lay out", "Ctrl+Shift+F", self.lay_out, edits=True),
            ),
        )
        self.setFocusProxy(self._area)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self._find, self._line, self._area, self._status, fault_list):
            layout.addWidget(part, 1 if part is self._area else 0)
        self._connect()

    def text(self) -> str:
        """The text as it stands."""
        return self._current.text()

    def set_text(self, text: str) -> None:
        """Begins anew with another text; what was here before cannot be brought back."""
        self._loading = True
        self._area.setPlainText(escape_unseen(text))
        self._loading = False
        self._rest.stop()
        self._faults.tell(())
        self._faults.check()

    def set_document(self, document: dict[str, Any]) -> None:
        """Begins anew with a document, laid out with two spaces an indent."""
        self.set_text(write_json(document))

    def replace_text(self, text: str) -> None:
        """Puts another text in the place of this one, as one step that Ctrl+Z takes back.

        What both have in common at the beginning and at the end stays, with its faults and the cursor there.
        """
        before, after = self.text(), escape_unseen(text)
        start, end = common_edges(before, after)
        cursor = QTextCursor(self._area.document())
        cursor.setPosition(utf16_offset(before, start))
        cursor.setPosition(utf16_offset(before, len(before) - end), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(after[start : len(after) - end])
        self._faults.check()

    def replace_document(self, document: dict[str, Any]) -> None:
        """Puts a document in the place of this text, as one step that Ctrl+Z takes back."""
        self.replace_text(write_json(document))

    def document(self) -> dict[str, Any] | None:
        """The document that the text says; None while something is wrong with it."""
        value = self._current.reading().value
        return value if isinstance(value, dict) else None

    def has_syntax_error(self) -> bool:
        """Whether the text says no document: it is broken, repeats a name or is no object."""
        return bool(self._current.reading().faults)

    def fault_count(self) -> int:
        """How many faults there are: those of the text, and those that `show_faults` told."""
        self._faults.check()
        return self._faults.count

    def show_faults(self, faults: Sequence[FieldFault], prefix: str) -> None:
        """Shows the faults whose pointers are `prefix` or below it, in the place of those shown before."""
        below = [fault for fault in faults if fault.pointer == prefix or fault.pointer.startswith(f"{prefix}/")]
        self._faults.tell([(fault.pointer[len(prefix) :], fault.detail) for fault in below])

    def go_to(self, pointer: str) -> None:
        """Puts the cursor on the value at `pointer` of this document, or as near as there is something."""
        self._area.go_to_position(self._current.places().place_of(pointer).mark.start)

    def set_read_only(self, read_only: bool) -> None:
        """Makes it something to read: Tab then leads to the next control, and any JSON will do, not only an object.

        The line under the text goes, to leave the room to the text; its commands stay on their keys and in the menu.
        """
        self._current.take_anything(read_only)
        self._area.make_read_only(read_only)
        self._status.setVisible(not read_only)

    def lay_out(self) -> None:
        """Lays the JSON out afresh, as one step that can be undone; if something is wrong, goes there instead."""
        text = self.text()
        wrong = read_json(text, only_object=False).faults
        if self._area.isReadOnly():
            return
        if wrong:
            self._faults.check()
            self._area.go_to_position(wrong[0].start)
            return
        told = self._faults.told
        here = self._current.places().pointer_at(self._area.textCursor().position())
        if (laid_out := lay_out(text)) != text:
            self.replace_text(laid_out)
            self._faults.tell(told)
            self.go_to(here)

    def _connect(self) -> None:
        self._area.edited.connect(self._on_edited)
        self._area.menu_wanted.connect(self._show_menu)
        self._rest.timeout.connect(self._settle)
        self._find.found.connect(self._area.tints.show_matches)
        self._find.closed.connect(self._area.setFocus)
        self._line.closed.connect(self._area.setFocus)
        self._line.line_chosen.connect(
            lambda line: self._area.go_to_position(self._area.document().findBlockByNumber(line - 1).position())
        )
        self._status.find_wanted.connect(self._find.open_with_selection)
        self._status.lay_out_wanted.connect(self.lay_out)

    def _on_edited(self, at: int, removed: int, added: int) -> None:
        if self._loading:
            return
        self._faults.follow(at, removed, added)
        long_text = self._area.document().characterCount() > _LONG_TEXT
        self._rest.start(_LONG_REST_MS if long_text else _REST_MS)
        self.changed.emit()

    def _settle(self) -> None:
        self._faults.check()
        self._find.refresh()
        self.settled.emit()

    def _show_menu(self, at: QPoint) -> None:
        usual = self._area.createStandardContextMenu()
        menu = Menu(self, name=f"{self.objectName()}.menu")
        usual.setParent(menu, usual.windowFlags())
        menu.addActions(usual.actions())
        menu.addSeparator()
        menu.addActions(
            [action for command, action in self._commands if not (command.edits and self._area.isReadOnly())]
        )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)
