"""The ⋯ menu of an entry: open it, narrow the list to what is like it, or go to its key."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ss_admin.contract.activity import ActivityAction, ActivityEntry
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.activity.activity_filter import ActivityFilter
from ss_admin.desktop.activity.cells import name_and_key
from ss_admin.desktop.activity_words import ACTION_WORDS
from ss_admin.desktop.widgets.menu import Menu

__all__ = ["RowMenu"]

_LONGEST_NAME = 40


class RowMenu(Menu):
    """`filter_requested` carries the `ActivityFilter` in force with one more choice, `key_requested` a key's id."""

    open_requested = Signal()
    filter_requested = Signal(object)
    key_requested = Signal(str)

    def __init__(self, entry: ActivityEntry, shown: ActivityFilter, *, parent: QWidget) -> None:
        super().__init__(parent, name="activity.rowMenu")
        self.setAccessibleName("Actions")
        self.addAction("Open details").triggered.connect(self.open_requested)
        if _is_about_a_key(entry):
            self.addAction("Open API key").triggered.connect(lambda: self.key_requested.emit(entry.object.id))
        self.addSeparator()
        if entry.actor is not None:
            self._offer(entry.actor.name, replace(shown, person=_only(entry.actor)))
        self._offer(name_and_key(entry.object.name)[0], replace(shown, object=_only(entry.object)))
        action = ObjectRef(id=entry.action.value, name=ACTION_WORDS[entry.action])
        self._offer(action.name, replace(shown, action=action))

    def _offer(self, name: str, wanted: ActivityFilter) -> None:
        cut = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
        action = self.addAction(f"Show “{cut}” only".replace("&", "&&"))
        action.triggered.connect(lambda: self.filter_requested.emit(wanted))


def _is_about_a_key(entry: ActivityEntry) -> bool:
    others = {ActivityAction.INVENTORY_EXPORTED, ActivityAction.EXPIRIES_EXPORTED}
    return entry.action not in others and entry.action.value.startswith(("api_key.", "signal."))


def _only(named: ObjectRef) -> ObjectRef:
    return ObjectRef(id=named.id, name=named.name)
