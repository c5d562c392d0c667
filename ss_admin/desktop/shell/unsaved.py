"""Asks before something that a person has not saved is lost with the window or the session."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from ss_admin.desktop.shell.place import Place
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Question

__all__ = ["Unsaved"]


class Unsaved:
    """What the pages hold that is not saved, and the question about it over `window`'s window."""

    def __init__(self, places: Sequence[Place], window: QWidget, theme: Theme) -> None:
        self._places = tuple(places)
        self._window = window
        self._theme = theme
        self._may_be_lost = False

    @property
    def text(self) -> str:
        """What would be lost, in a sentence; empty: nothing, or the person has agreed to it."""
        if self._may_be_lost:
            return ""
        return next((text for place in self._places if (text := place.unsaved())), "")

    def ask(self, heading: str, primary: str, lose: Callable[[], object]) -> None:
        """Calls `lose` at once where nothing is unsaved, else when the person has said yes."""
        text = self.text
        if not text:
            lose()
            return
        question = Question(
            self._window.window(),
            theme=self._theme,
            name="shell.unsaved",
            heading=heading,
            text=text,
            primary=primary,
            cancel="Keep editing",
        )

        def agree() -> None:
            self._may_be_lost = True
            lose()

        question.accepted.connect(agree)
        question.open()
