"""The field that a key's user is chosen with: type, and pick from the people found."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError
from ss_admin.contract.accounts import User
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.api_keys.people.user_delegate import UserDelegate
from ss_admin.desktop.api_keys.people.user_search import UserSearch, UserSource
from ss_admin.desktop.background import Background
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.choosing.search_line import SearchLine

__all__ = ["UserPicker"]


class UserPicker(SearchLine):
    """Gives a person, or the text that was typed while nobody is chosen.

    `changed` is emitted whenever the person or the text changes, `left` when the field has been left and it is known
    whom the text means. Leaving the field takes a person only where the text can mean no other.
    """

    changed = Signal()
    left = Signal()

    def __init__(
        self, accounts: UserSource, background: Background, theme: Theme, parent: QWidget | None = None
    ) -> None:
        self._user: ObjectRef | None = None
        self._settle_on_answer = False
        self._people = UserSearch(accounts, background)
        super().__init__(
            self._people, UserDelegate(theme), theme=theme, name="apiKeyEditor.user", items="people", parent=parent
        )
        self.setPlaceholderText("Type a name")
        self.textEdited.connect(self._on_typed)

    def user(self) -> ObjectRef | None:
        """Who is chosen."""
        return self._user

    def set_user(self, user: ObjectRef | None) -> None:
        """Chooses somebody, without asking anyone."""
        self._user = user
        self.setText(user.name if user else "")
        self.setCursorPosition(0)
        self.changed.emit()

    @override
    def take(self, item: User) -> None:
        self._settle_on_answer = False
        self._fold()
        self.set_user(ObjectRef(id=item.id, name=item.name))

    @override
    def first_search(self) -> str:
        """Everybody while somebody is chosen, else those who match the text."""
        return "" if self._user else self.text()

    @override
    def nothing_found(self) -> str:
        return f"Nobody matches “{self.text().strip()}”."

    def _on_typed(self) -> None:
        self._user, self._settle_on_answer = None, False
        self.changed.emit()

    @override
    def _on_left(self) -> None:
        self._settle()

    @override
    def _on_early_enter(self) -> None:
        self._settle_on_answer = True

    @override
    def _on_answered(self) -> None:
        self._slow.stop()
        if self._settle_on_answer and self._settle():
            return
        super()._on_answered()

    @override
    def _on_failed(self, error: ClientError) -> None:
        super()._on_failed(error)
        if self._settle_on_answer:
            self._settle()

    def _settle(self) -> bool:
        """Takes the one person whom the text can mean, as soon as that is known; whether the search is over by it."""
        text = self.text().strip()
        if self._user is None and text and self._search.is_pending:
            self._settle_on_answer = True
            return False
        user = self._people.find_exactly(text) if self._user is None and text else None
        self._settle_on_answer = False
        if user is not None:
            self.take(user)
        if user is None and self.hasFocus():
            return False  # several are meant, and the list can still be asked
        self.left.emit()
        return True
