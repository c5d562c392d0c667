"""A filter for one of a few values, chosen from a menu."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.choosing.filter_button import FilterButton
from ss_admin.desktop.widgets.menu import Menu

__all__ = ["OneOfFilter"]

Value = TypeVar("Value")


class OneOfFilter(FilterButton, Generic[Value]):
    """Exactly one of `choices` is chosen; the first one filters nothing, and holds at the beginning."""

    def __init__(
        self, label: str, choices: Mapping[Value, str], *, name: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(label, name=name, theme=theme, parent=parent)
        self._everything = next(iter(choices))
        self._value = self._everything
        self.menu_of_choices = Menu(self, name=f"{name}.menu")
        self.menu_of_choices.setAccessibleName(label)
        group = QActionGroup(self)
        self._actions: dict[Value, QAction] = {}
        for value, text in choices.items():
            action = self.menu_of_choices.addAction(text)
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, value=value: self.pick(value))
            self._actions[value] = action
        self._mark()
        self.clicked.connect(self._open)

    @property
    def value(self) -> Value:
        """What is chosen."""
        return self._value

    def choose(self, value: Value) -> None:
        """Chooses `value`; `chosen` is emitted where that changes anything."""
        if value != self._value:
            self._value = value
            self._mark()
            self.chosen.emit()

    def pick(self, value: Value) -> None:
        """An entry of the menu was taken."""
        self.choose(value)

    def words(self) -> str:
        """What the button shows of the choice; nothing where it filters nothing."""
        return "" if self._value == self._everything else self._actions[self._value].text()

    def _mark(self) -> None:
        self._actions[self._value].setChecked(True)
        self.show_choice(self.words())

    def _open(self) -> None:
        self.menu_of_choices.popup(self.place_below())
        self.menu_of_choices.setActiveAction(self._actions[self._value])
