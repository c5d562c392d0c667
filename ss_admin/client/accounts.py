"""Signing in and out, and the people a key can be assigned to."""

from pydantic import SecretStr, field_serializer

from ss_admin.client.connection import Connection
from ss_admin.client.errors import OutcomeUnknown, ServerUnreachable
from ss_admin.contract.accounts import Session, SessionGrant, UserPage
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.documents import Request

__all__ = ["AccountsClient"]

_SESSION = "/api/v1/session"
_USERS = "/api/v1/users"


class _SignIn(Request):
    """`SignIn` as it is sent: the one place where the password is written out. The server judges its form."""

    username: str
    password: SecretStr

    @field_serializer("password", when_used="json")
    def _written_out(self, password: SecretStr) -> str:
        return password.get_secret_value()


class AccountsClient:
    """The session and the users of the signed-in person's tenant. Every method raises `ClientError`s."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sign_in(self, username: str, password: str) -> SessionGrant:
        """A new session. The connection does not use its token until it is set there.

        Raises `WrongCredentials` and `SignInLocked`; never `OutcomeUnknown`, since signing in again does no harm.
        """
        order = _SignIn(username=username, password=SecretStr(password))
        try:
            return self._connection.request("POST", _SESSION, body=order).read_as(SessionGrant)
        except OutcomeUnknown as unknown:
            raise ServerUnreachable(unknown.reason) from unknown

    def who_am_i(self) -> Session:
        """The session that the connection's token stands for. Raises `SessionEnded`."""
        return self._connection.request("GET", _SESSION).read_as(Session)

    def sign_out(self) -> None:
        """Ends the session on the server; the token is worthless afterwards."""
        try:
            self._connection.request("DELETE", _SESSION)
        except OutcomeUnknown as unknown:
            raise ServerUnreachable(unknown.reason) from unknown

    def find_users(self, search: str = "", *, limit: int = 50, cursor: str | None = None) -> UserPage:
        """The people whose name or user name holds `search`, a page at a time, by name."""
        params = {"search": mask_api_keys_within(search) or None, "limit": limit, "cursor": cursor}
        return self._connection.request("GET", _USERS, params=params).read_as(UserPage)
