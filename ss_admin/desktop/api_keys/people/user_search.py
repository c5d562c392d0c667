"""The people who match what is typed, as a list model that loads a page at a time, off the UI thread."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from typing_extensions import override

from ss_admin.client.errors import ClientError
from ss_admin.contract.accounts import Role, User, UserPage
from ss_admin.desktop.background import Background, Task

__all__ = ["UserSearch", "UserSource", "describe_role"]

_PAUSE_MS = 200
_PAGE_SIZE = 50
_Index = QModelIndex | QPersistentModelIndex
_ROLES = {
    Role.TENANT_ADMIN: "Tenant Administrator",
    Role.CUSTOMER_ADMIN: "Customer Administrator",
    Role.CUSTOMER_USER: "Customer User",
    Role.CLOUD_ADMIN: "Cloud Administrator",
}


class UserSource(Protocol):
    """Where people are found: `AccountsClient`."""

    def find_users(self, search: str = "", *, limit: int = 50, cursor: str | None = None) -> UserPage:
        """A page of the people whose name or user name holds `search`."""


def describe_role(role: Role) -> str:
    """The role as people say it."""
    return _ROLES[role]


class UserSearch(QAbstractListModel):
    """One search at a time: a new one waits for a pause in the typing and drops the answer of the one before.

    `answered` is emitted when the first page of the latest search has come, `failed` when a page could not be had.
    """

    answered = Signal()
    failed = Signal(object)

    def __init__(self, source: UserSource, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._background = background
        self._users: list[User] = []
        self._text = ""
        self._cursor: str | None = None
        self._task: Task | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._ask)

    @property
    def is_pending(self) -> bool:
        """Whether the rows may still be those of an earlier search."""
        return self._pause.isActive() or (self._task is not None and self._cursor is None)

    def look_for(self, text: str, *, at_once: bool = False) -> None:
        """Searches for `text`, after a pause in the typing or at once."""
        self._drop_task()
        self._text, self._cursor = text.strip(), None
        if at_once:
            self._pause.stop()
            self._ask()
        else:
            self._pause.start()

    def give_up(self) -> None:
        """Waits for no answer any more."""
        self._pause.stop()
        self._drop_task()

    def user_at(self, row: int) -> User:
        """The person in that row."""
        return self._users[row]

    def find_exactly(self, text: str) -> User | None:
        """The one person meant by `text`: the only one found, or the only one of that name or user name."""
        if text.strip() != self._text:
            return None
        if len(self._users) == 1 and self._cursor is None:
            return self._users[0]
        wanted = text.strip().casefold()
        alike = [user for user in self._users if wanted in {user.name.casefold(), user.username.casefold()}]
        return alike[0] if len(alike) == 1 else None

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own signature
        return 0 if parent.isValid() else len(self._users)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._users):
            return None
        user = self._users[index.row()]
        words: dict[int, Callable[[], object]] = {
            Qt.ItemDataRole.DisplayRole: lambda: user.name,
            Qt.ItemDataRole.UserRole: lambda: user,
            Qt.ItemDataRole.AccessibleTextRole: lambda: f"{user.name}, {user.username}, {describe_role(user.role)}",
        }
        say = words.get(role)
        return say() if say else None

    @override
    def canFetchMore(self, parent: _Index) -> bool:
        return not parent.isValid() and self._cursor is not None and self._task is None

    @override
    def fetchMore(self, parent: _Index) -> None:
        if self.canFetchMore(parent):
            self._ask()

    def _ask(self) -> None:
        source, text, cursor = self._source, self._text, self._cursor

        def find() -> UserPage:
            return source.find_users(text, limit=_PAGE_SIZE, cursor=cursor)

        done = self._begin_list if cursor is None else self._append_page
        self._task = self._background.run(find, owner=self, done=done, failed=self._fail)

    def _begin_list(self, page: UserPage) -> None:
        self._task = None
        self.beginResetModel()
        self._users, self._cursor = list(page.items), page.next_cursor
        self.endResetModel()
        self.answered.emit()

    def _append_page(self, page: UserPage) -> None:
        self._task, self._cursor = None, page.next_cursor
        if page.items:
            first = len(self._users)
            self.beginInsertRows(QModelIndex(), first, first + len(page.items) - 1)
            self._users.extend(page.items)
            self.endInsertRows()

    def _fail(self, error: ClientError) -> None:
        self._task = None
        if self._cursor is None:  # the rows are those of another search
            self.beginResetModel()
            self._users = []
            self.endResetModel()
        self.failed.emit(error)

    def _drop_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
