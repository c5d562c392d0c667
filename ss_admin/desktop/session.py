"""The desktop's session with a backend: sign in, come back with a kept token, sign out, and notice the end."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr
from PySide6.QtCore import QObject, Signal

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.connection import Connection
from ss_admin.client.errors import ClientError, SessionEnded
from ss_admin.contract.accounts import Session
from ss_admin.desktop.background import Background
from ss_admin.desktop.token_store import TokenStore, TokenStoreRefused

__all__ = ["Credentials", "DesktopSession", "ServerChoice"]

Connect = Callable[["ServerChoice"], Connection]


@dataclass(frozen=True)
class ServerChoice:
    """Which backend to talk to, and how it is trusted. `ca_file` empty: the system's authorities count."""

    url: str
    ca_file: str = ""
    allow_plain_http: bool = False


@dataclass(frozen=True)
class Credentials:
    """What a person signs in with; `stay` keeps the session in the system's keyring."""

    server: ServerChoice
    username: str
    password: SecretStr
    stay: bool = False


@dataclass(frozen=True, repr=False)
class _Opened:
    server: ServerChoice
    connection: Connection
    session: Session
    token: str


def open_connection(server: ServerChoice) -> Connection:
    """A connection to the chosen server. Raises `InvalidServerUrl` and `PlainHttpRefused`."""
    return Connection(server.url, ca_file=server.ca_file or None, allow_plain_http=server.allow_plain_http)


class DesktopSession(QObject):
    """Who is signed in where.

    `signed_in` is emitted for a new person or server: build everything anew. `resumed` is emitted when the same
    person came back after the session had ended: the connection is the same as before, with a new token.
    """

    signed_in = Signal()
    resumed = Signal()
    signed_out = Signal()
    ended = Signal()
    token_not_kept = Signal(str)

    def __init__(
        self,
        background: Background,
        token_store: TokenStore,
        *,
        connect: Connect = open_connection,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._token_store = token_store
        self._connect = connect
        self._kept_as: tuple[str, str] | None = None
        self._has_ended = False
        self._opened: _Opened | None = None
        self.connection: Connection | None = None
        self.session: Session | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the person must sign in again before anything more can be asked of the server."""
        return self._has_ended

    def sign_in(
        self, credentials: Credentials, *, done: Callable[[], None], failed: Callable[[ClientError], None]
    ) -> None:
        """Signs in; `done` is called after `signed_in` or `resumed` was emitted."""

        def opened(result: _Opened) -> None:
            self._adopt(result)
            if credentials.stay:
                self._keep_token(result.connection.server_url, credentials.username, result.token)
            done()

        self._background.run(lambda: self._open(credentials), owner=self, done=opened, failed=failed)

    def come_back(
        self, server: ServerChoice, username: str, *, absent: Callable[[], None], failed: Callable[[ClientError], None]
    ) -> None:
        """Tries the token that the keyring keeps for `username`. `absent`: there is none, or it is over."""

        def opened(result: _Opened | None) -> None:
            if result is None:
                absent()
                return
            self._kept_as = (result.connection.server_url, username)
            self._adopt(result)

        self._background.run(lambda: self._reopen(server, username), owner=self, done=opened, failed=failed)

    def sign_out(self) -> None:
        """Signs out here at once; the server and the keyring are told in the background."""
        connection, self.connection, self.session = self.connection, None, None
        self._opened = None
        self._has_ended = False
        kept_as, self._kept_as = self._kept_as, None
        self._background.run(
            lambda: self._forget(connection, kept_as), owner=self, done=lambda _none: None, failed=lambda _error: None
        )
        self.signed_out.emit()

    def forget_kept(self, server_url: str, username: str) -> None:
        """Takes a token that the keyring keeps for `username` out of it, in the background."""
        self._background.run(
            lambda: self._delete_token(server_url, username),
            owner=self,
            done=lambda _none: None,
            failed=lambda _error: None,
        )

    def end(self) -> None:
        """The server says that the session is over. What is on the screen stays until somebody signs in again."""
        if self._has_ended or self.session is None:
            return
        self._has_ended = True
        kept_as, self._kept_as = self._kept_as, None
        if kept_as is not None:
            self.forget_kept(*kept_as)
        self.ended.emit()

    def _open(self, credentials: Credentials) -> _Opened:
        connection = self._connect(credentials.server)
        try:
            grant = AccountsClient(connection).sign_in(credentials.username, credentials.password.get_secret_value())
        except ClientError:
            connection.close()
            raise
        connection.token = grant.token
        return _Opened(credentials.server, connection, grant.session, grant.token)

    def _reopen(self, server: ServerChoice, username: str) -> _Opened | None:
        """The kept session, if the server still knows it."""
        connection = self._connect(server)
        try:
            token = self._token_store.load(connection.server_url, username)
        except TokenStoreRefused:
            token = None
        if token is None:
            connection.close()
            return None
        connection.token = token
        try:
            return _Opened(server, connection, AccountsClient(connection).who_am_i(), token)
        except SessionEnded:
            self._delete_token(connection.server_url, username)
            connection.close()
            return None
        except ClientError:
            connection.close()
            raise

    def _adopt(self, opened: _Opened) -> None:
        before, connection_before = self._opened, self.connection
        self._opened = opened
        self.session = opened.session
        self._has_ended = False
        if connection_before is not None and before is not None and _is_same_person(before, opened):
            connection_before.token = opened.token
            opened.connection.close()
            self.resumed.emit()
            return
        self.connection = opened.connection
        if connection_before is not None:
            connection_before.close()
        self.signed_in.emit()

    def _keep_token(self, server_url: str, username: str, token: str) -> None:
        def kept(refusal: str) -> None:
            if refusal:
                self.token_not_kept.emit(refusal)
            else:
                self._kept_as = (server_url, username)

        self._background.run(
            lambda: self._save_token(server_url, username, token), owner=self, done=kept, failed=lambda _error: None
        )

    def _save_token(self, server_url: str, username: str, token: str) -> str:
        """Empty if the token was kept, else why not."""
        try:
            self._token_store.save(server_url, username, token)
        except TokenStoreRefused as refused:
            return str(refused)
        return ""

    def _delete_token(self, server_url: str, username: str) -> None:
        try:
            self._token_store.delete(server_url, username)
        except TokenStoreRefused:
            return  # it is worthless by now: the server ended the session

    def _forget(self, connection: Connection | None, kept_as: tuple[str, str] | None) -> None:
        if kept_as is not None:
            self._delete_token(*kept_as)
        if connection is not None:
            try:
                AccountsClient(connection).sign_out()
            finally:
                connection.close()


def _is_same_person(before: _Opened, after: _Opened) -> bool:
    """The same person of the same tenant, on the same server, reached in the same way."""
    return (before.session.user.id, before.session.tenant.id, before.server) == (
        after.session.user.id,
        after.session.tenant.id,
        after.server,
    )
