"""The compact buttons of the filter bar; the ones for status and expiry open a menu of check boxes."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QPushButton, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.menu import Menu

__all__ = ["ChoiceFilter", "ChoiceMenu", "FilterButton"]

Value = TypeVar("Value")

_MAX_CHARACTERS = 20


class FilterButton(QPushButton):
    """“Status”, and “Status: Active” on a tint while something is chosen."""

    chosen = Signal()

    def __init__(self, label: str, *, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self.setObjectName(name)
        self.setCheckable(True)
        self.setAutoDefault(True)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.setIcon(theme.icon("ph.caret-down", "text_dimmed"))
        self.setIconSize(QSize(20, 12))  # wider than the arrow is, which keeps it off the words
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_choice("")

    def show_choice(self, words: str, number: int = 1) -> None:
        """Shows what is chosen; empty words: nothing is. Of more than one value the button shows their `number`."""
        whole = f"{self._label}: {words}" if words else self._label
        cut = words if len(words) <= _MAX_CHARACTERS else f"{words[: _MAX_CHARACTERS - 1].rstrip()}…"
        shown = f"{self._label} ({number})" if number > 1 else f"{self._label}: {cut}" if words else self._label
        self.setText(shown.replace("&", "&&"))
        self.setAccessibleName(whole)
        self.setToolTip("" if shown == whole else whole)
        self.setChecked(bool(words))

    def nextCheckState(self) -> None:
        """A press opens the popup; the tint follows the choice alone."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down opens the popup as Space and Enter do."""
        if event.key() == Qt.Key.Key_Down:
            self.click()
        else:
            super().keyPressEvent(event)

    def place_below(self) -> QPoint:
        """Where the popup opens, in global coordinates."""
        return self.mapToGlobal(QPoint(0, self.height() + 4))


class ChoiceMenu(Menu):
    """A menu of check boxes that stays open while they are changed; Enter, Escape or a click elsewhere closes it."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click changes a check box and leaves the menu open."""
        action = self.actionAt(event.position().toPoint())
        if action is not None and action.isCheckable():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So does Space."""
        action: QAction | None = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action is not None and action.isCheckable():
            action.trigger()
        else:
            super().keyPressEvent(event)


class ChoiceFilter(FilterButton, Generic[Value]):
    """Any number of a few values; none chosen filters nothing."""

    def __init__(
        self, label: str, choices: Mapping[Value, str], *, name: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        self._choices = choices
        super().__init__(label, name=name, theme=theme, parent=parent)
        self.menu_of_choices = ChoiceMenu(self, name=f"{name}.menu")
        self.menu_of_choices.setAccessibleName(label)
        self.menu_of_choices.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._actions: dict[Value, QAction] = {}
        for value, text in choices.items():
            action = self.menu_of_choices.addAction(text)
            action.setCheckable(True)
            action.toggled.connect(self._tell)
            self._actions[value] = action
        self.clicked.connect(self._open)

    @property
    def values(self) -> frozenset[Value]:
        """What is chosen."""
        return frozenset(value for value, action in self._actions.items() if action.isChecked())

    def choose(self, values: frozenset[Value]) -> None:
        """Chooses exactly these; `chosen` is emitted where that changes anything."""
        before = self.values
        for value, action in self._actions.items():
            action.blockSignals(True)
            action.setChecked(value in values)
            action.blockSignals(False)
        if self.values != before:
            self._tell()

    def _tell(self) -> None:
        chosen = [text for value, text in self._choices.items() if value in self.values]
        self.show_choice(", ".join(chosen), len(chosen))
        self.chosen.emit()

    def _open(self) -> None:
        self.menu_of_choices.popup(self.place_below())
        self.menu_of_choices.setActiveAction(next(iter(self._actions.values())))
