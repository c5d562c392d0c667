"""The filter “User”: search as you type among thousands of people, one of whom is chosen."""

from PySide6.QtWidgets import QWidget

from ss_admin.desktop.api_keys.people.user_delegate import UserDelegate
from ss_admin.desktop.api_keys.people.user_search import UserSearch, UserSource
from ss_admin.desktop.background import Background
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.choosing.search_filter import FilterWords, SearchFilter

__all__ = ["UserFilter"]

_WORDS = FilterWords(
    label="User",
    heading="Choose a user",
    placeholder="Search users",
    items="Users",
    everything="Anyone",
    nothing="Nobody",
    subject="The users",
)


class UserFilter(SearchFilter):
    """One user, or anyone."""

    def __init__(
        self, accounts: UserSource, background: Background, *, name: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            UserSearch(accounts, background), UserDelegate(theme), _WORDS, name=name, theme=theme, parent=parent
        )
