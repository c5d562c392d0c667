"""How a person looks in a list of people: the name, and dimmed below it the user name and role."""

from typing_extensions import override

from ss_admin.contract.accounts import User
from ss_admin.desktop.api_keys.people.user_search import describe_role
from ss_admin.desktop.widgets.choosing.two_line_delegate import TwoLineDelegate

__all__ = ["UserDelegate"]


class UserDelegate(TwoLineDelegate):
    """Paints the rows of a `UserSearch`; two people of one name are told apart by their user names."""

    @override
    def lines(self, item: User) -> tuple[str, str]:
        return item.name, f"{item.username} · {describe_role(item.role)}"
