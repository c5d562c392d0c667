"""What an editor can be told to do by key or from its menu."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

__all__ = ["Command", "add_commands"]


@dataclass(frozen=True)
class Command:
    """Words of the menu, the key, and what is done. `edits`: not there where the text is only read."""

    text: str
    key: str
    do: Callable[[], None]
    edits: bool = False


def add_commands(widget: QWidget, commands: tuple[Command, ...]) -> list[tuple[Command, QAction]]:
    """Makes the keys work while `widget`, or something within it, has the focus; the actions are for its menu."""
    actions = []
    for command in commands:
        action = QAction(command.text, widget)
        action.setShortcut(QKeySequence(command.key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda _checked=False, do=command.do: do())
        widget.addAction(action)
        actions.append((command, action))
    return actions
