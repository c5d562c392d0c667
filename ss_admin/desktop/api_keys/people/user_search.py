"""The people who match what is typed."""

from typing import Protocol

from PySide6.QtCore import QObject

from ss_admin.contract.accounts import Role, User, UserPage
from ss_admin.desktop.background import Background
from ss_admin.desktop.role_words import ROLE_WORDS
from ss_admin.desktop.widgets.choosing.search_rows import SearchRows

__all__ = ["UserSearch", "UserSource", "describe_role"]

_PAGE_SIZE = 50


class UserSource(Protocol):
    """Where people are found: `AccountsClient`."""

    def find_users(self, search: str = "", *, limit: int = 50, cursor: str | None = None) -> UserPage:
        """A page of the people whose name or user name holds `search`."""


def describe_role(role: Role) -> str:
    """The role as people say it."""
    return ROLE_WORDS[role]


class UserSearch(SearchRows):
    """People, found by name and user name."""

    def __init__(self, source: UserSource, background: Background, parent: QObject | None = None) -> None:
        super().__init__(
            lambda text, cursor: source.find_users(text, limit=_PAGE_SIZE, cursor=cursor), _spoken, background, parent
        )

    def user_at(self, row: int) -> User:
        """The person in that row."""
        user: User = self.items[row]
        return user

    def find_exactly(self, text: str) -> User | None:
        """The one person meant by `text`: the only one found, or the only one of that name or user name."""
        if text.strip() != self.text:
            return None
        users: list[User] = self.items
        if len(users) == 1 and self.is_complete:
            return users[0]
        wanted = text.strip().casefold()
        alike = [user for user in users if wanted in {user.name.casefold(), user.username.casefold()}]
        return alike[0] if len(alike) == 1 else None


def _spoken(user: User) -> str:
    return f"{user.name}, {user.username}, {describe_role(user.role)}"
