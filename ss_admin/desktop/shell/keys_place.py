"""The place “API Keys Management”: the list, and in its place the page of the key that was opened."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.following_words import AppliedChange, ChangeKind
from ss_admin.desktop.key_page.page import KeyPage

__all__ = ["KeysPlace"]

_DOUBLE_CLICK_MS = 400


class KeysPlace(QWidget):
    """Where the two features meet: what is asked for on a key's page is done by the list's own actions.

    `activity_requested` carries the key, as an `ObjectRef`, whose whole history is wanted.
    """

    said = Signal(str)
    failed = Signal(object)
    recovered = Signal()
    activity_requested = Signal(object)

    def __init__(self, keys: ApiKeysPage, key: KeyPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = keys
        self.key = key
        self._was_shown = False
        self._stack = QStackedWidget()
        for page in (keys, key):
            self._stack.addWidget(page)
            page.said.connect(self.said)
            page.failed.connect(self.failed)
            page.recovered.connect(self.recovered)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._connect_ways()
        self._connect_actions()

    @property
    def is_key_open(self) -> bool:
        """Whether a key's page stands in the place of the list."""
        return self._stack.currentWidget() is self.key

    def open_key(self, api_key_id: str | None) -> None:
        """Opens a key's page; None: the list. The second half of a double click must not press what lies there."""
        if api_key_id is None:
            if self.is_key_open:
                self.key.leave()
            return
        self.key.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        QTimer.singleShot(
            _DOUBLE_CLICK_MS,
            self.key,
            lambda: self.key.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False),
        )
        row = self.list.model.find(api_key_id)
        self._stack.setCurrentWidget(self.key)
        self.key.open(api_key_id, None if row is None else self.list.model.api_key(row))

    def activate(self) -> None:
        """The place comes to the front; chosen once more while it is there, it goes back to the list."""
        was_shown, self._was_shown = self._was_shown, False
        if not self.is_key_open:
            self.list.activate()
        elif was_shown:
            self.key.refresh()
        else:
            self.key.leave()

    def refresh(self) -> None:
        """Asks anew for what is in front."""
        if self.is_key_open:
            self.key.refresh()
        else:
            self.list.refresh()

    def set_stale(self, stale: bool) -> None:
        """The backend is away (or back): marks what is shown, which stays as it is."""
        self.list.set_stale(stale)
        self.key.set_stale(stale)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._was_shown = True

    def _connect_ways(self) -> None:
        self.list.key_opened.connect(self.open_key)
        self.key.left.connect(self._show_list)
        self.key.orders.activity_requested.connect(self.activity_requested)

    def _connect_actions(self) -> None:
        orders, actions, editing = self.key.orders, self.list.actions_on_key, self.list.editing
        orders.edit_requested.connect(editing.open)
        orders.status_requested.connect(actions.set_status)
        orders.curl_requested.connect(actions.copy_curl_example)
        orders.delete_requested.connect(actions.delete)
        orders.card_answered.connect(self.list.answering.answer)
        for changing in (editing, actions):
            changing.changed.connect(self.key.show_key)
            changing.outdated.connect(self._freshen_key)
            changing.applied.connect(self._on_applied)
        self.list.follower.told.connect(self.key.head.show_following)

    def _show_list(self) -> None:
        self._stack.setCurrentWidget(self.list)
        self.list.activate()
        self.list.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _freshen_key(self) -> None:
        if self.is_key_open:
            self.key.refresh()

    def _on_applied(self, change: AppliedChange) -> None:
        """A key that was deleted on its page leaves nothing to look at there."""
        if change.kind is ChangeKind.DELETED and self.is_key_open and change.api_key_id == self.key.key_id:
            self.key.leave()
