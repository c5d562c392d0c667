"""Somebody else changed the key while it was edited."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets import conflict_dialog
from ss_admin.desktop.widgets.conflict_dialog import ConflictWords
from ss_admin.desktop.widgets.versions import ConflictRow

__all__ = ["ConflictDialog"]

_WORDS = ConflictWords("key", "Use mine", "Keep theirs")


class ConflictDialog(conflict_dialog.ConflictDialog):
    """The conflict view in the words of keys."""

    def __init__(self, parent: QWidget | None, *, rows: Sequence[ConflictRow], changed: str, theme: Theme) -> None:
        super().__init__(parent, rows=rows, changed=changed, words=_WORDS, theme=theme, name="apiKeyConflict")
