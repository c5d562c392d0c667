"""The field that a key's user is chosen with: type, and pick from the people found."""

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError
from ss_admin.contract.accounts import User
from ss_admin.contract.documents import SEARCH_MAX_CHARACTERS, ObjectRef
from ss_admin.desktop.api_keys.people.user_popup import UserPopup
from ss_admin.desktop.api_keys.people.user_search import UserSearch, UserSource
from ss_admin.desktop.background import Background
from ss_admin.desktop.error_text import describe
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.busy import PATIENCE_MS

__all__ = ["UserPicker"]

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -5, Qt.Key.Key_PageDown: 5}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class UserPicker(QLineEdit):
    """Looks like a combo box. Gives a person, or the text that was typed while nobody is chosen.

    `changed` is emitted whenever the person or the text changes, `left` when the field has been left and it is known
    whom the text means.
    Typing looks people up; Up and Down move through them, Enter takes the marked one, Escape folds the list up.
    Leaving the field takes a person only where the text can mean no other.
    """

    changed = Signal()
    left = Signal()
    failed = Signal(object)

    def __init__(
        self, accounts: UserSource, background: Background, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._user: ObjectRef | None = None
        self._settle_on_answer = False
        self._search = UserSearch(accounts, background, self)
        self._popup = UserPopup(self._search, theme, self)
        self._slow = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._slow.timeout.connect(self._say_searching)
        self.setMaxLength(SEARCH_MAX_CHARACTERS)
        self.setPlaceholderText("Type a name")
        unfold = self.addAction(theme.icon("ph.caret-down", "text_dimmed"), QLineEdit.ActionPosition.TrailingPosition)
        unfold.setText("Show people")
        unfold.triggered.connect(self._toggle)
        self.textEdited.connect(self._on_typed)
        self._popup.picked.connect(self._take)
        self._popup.dismissed.connect(self._fold)
        self._search.answered.connect(self._on_answered)
        self._search.failed.connect(self._on_failed)

    def user(self) -> ObjectRef | None:
        """Who is chosen."""
        return self._user

    def set_user(self, user: ObjectRef | None) -> None:
        """Chooses somebody, without asking anyone."""
        self._user = user
        self.setText(user.name if user else "")
        self.setCursorPosition(0)
        self.changed.emit()

    def is_unfolded(self) -> bool:
        """Whether the list of people is open."""
        return self._popup.isVisible()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._step(_STEPS[key])
        elif key in _ENTER and self._search.is_pending:
            self._settle_on_answer = True
        elif key in _ENTER and self.is_unfolded():
            self._take_marked()
        elif key == Qt.Key.Key_Escape and self.is_unfolded():
            self._fold()
        else:
            super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.is_unfolded():
            self._unfold()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.PopupFocusReason:
            return
        self._fold(keep_search=True)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._settle()

    def _on_typed(self, text: str) -> None:
        self._user, self._settle_on_answer = None, False
        self._look_for(text)
        self.changed.emit()

    def _look_for(self, text: str, *, at_once: bool = False) -> None:
        self._search.look_for(text, at_once=at_once)
        self._slow.start()

    def _toggle(self) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self.is_unfolded():
            self._fold()
        else:
            self._unfold()

    def _unfold(self) -> None:
        """Shows everybody while somebody is chosen, else those who match the text."""
        self._look_for("" if self._user else self.text(), at_once=True)

    def _fold(self, *, keep_search: bool = False) -> None:
        self._popup.hide()
        if not keep_search:
            self._slow.stop()
            self._search.give_up()

    def _show_popup(self) -> None:
        if self.hasFocus() and self.isEnabled():
            self._popup.unfold_below(self)

    def _say_searching(self) -> None:
        if self._search.is_pending:
            self._popup.say("Searching…")
            self._show_popup()

    def _on_answered(self) -> None:
        self._slow.stop()
        if self._settle_on_answer and self._settle():
            return
        nobody = self._search.rowCount() == 0
        self._popup.say(f"Nobody matches “{self.text().strip()}”." if nobody else "")
        self._popup.mark(0)
        self._show_popup()

    def _on_failed(self, error: ClientError) -> None:
        self._slow.stop()
        self._popup.say(f"{describe(error)} Press Enter to search again.")
        self._show_popup()
        if self._settle_on_answer:
            self._settle()
        self.failed.emit(error)

    def _step(self, rows: int) -> None:
        if not self.is_unfolded():
            self._unfold()
            return
        self._popup.mark(self._popup.row + rows)
        if self._popup.row >= self._search.rowCount() - 5 and self._search.canFetchMore(QModelIndex()):
            self._search.fetchMore(QModelIndex())
        words = self._popup.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
        if words:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _take_marked(self) -> None:
        if self._search.rowCount() == 0:
            self._look_for(self.text(), at_once=True)
        elif self._popup.row >= 0:
            self._take(self._search.user_at(self._popup.row))

    def _take(self, user: User) -> None:
        self._settle_on_answer = False
        self._fold()
        self.set_user(ObjectRef(id=user.id, name=user.name))

    def _settle(self) -> bool:
        """Takes the one person whom the text can mean, as soon as that is known; whether the search is over by it."""
        text = self.text().strip()
        if self._user is None and text and self._search.is_pending:
            self._settle_on_answer = True
            return False
        user = self._search.find_exactly(text) if self._user is None and text else None
        self._settle_on_answer = False
        if user is not None:
            self._take(user)
        if user is None and self.hasFocus():
            return False  # several are meant, and the list can still be asked
        self.left.emit()
        return True
