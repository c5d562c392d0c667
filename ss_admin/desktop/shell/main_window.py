"""The window: sign-in, the workspace of the signed-in person, and the ways between them."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError
from ss_admin.contract.accounts import Role
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.session import Credentials, DesktopSession, ServerChoice
from ss_admin.desktop.shell.place import BuildPlaces, Surroundings
from ss_admin.desktop.shell.plain_pages import NotAllowedPage, WaitingPage
from ss_admin.desktop.shell.workspace import Workspace
from ss_admin.desktop.sign_in.again_dialog import SignInAgainDialog
from ss_admin.desktop.sign_in.form import SignInForm
from ss_admin.desktop.sign_in.page import SignInPage
from ss_admin.desktop.token_store import TokenStore, TokenStoreState
from ss_admin.desktop.widgets.toast import ToastArea

__all__ = ["MainWindow"]

_FIRST_SIZE = QSize(1280, 800)
_LEAST_SIZE = QSize(900, 560)


class MainWindow(QWidget):
    """Made once; what is in it follows the session. `first_page` is the title of the page to open at."""

    def __init__(
        self,
        session: DesktopSession,
        token_store: TokenStore,
        around: Surroundings,
        build_places: BuildPlaces,
        *,
        first_page: str,
        sample_data: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName("shell.window")
        self.setWindowTitle("SignalSync Admin")
        self._session = session
        self._token_store = token_store
        self._around = around
        self._build_places = build_places
        self._first_page = first_page
        self._sample_data = sample_data
        self._keyring_state = TokenStoreState(usable=False, reason="Looking for the system’s keyring…")
        self._submitted: Credentials | None = None
        self._again: SignInAgainDialog | None = None
        self.workspace: Workspace | None = None
        self.waiting_page = WaitingPage(theme=around.theme)
        self.sign_in_page = SignInPage(theme=around.theme)
        self.not_allowed_page = NotAllowedPage(theme=around.theme)
        self._stack = QStackedWidget(self)
        for page in (self.waiting_page, self.sign_in_page, self.not_allowed_page):
            self._stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.toasts = ToastArea(self, theme=around.theme)
        self._connect()
        _restore_size(self, around.preferences)

    def start(self, server_url: str = "", credentials: Credentials | None = None) -> None:
        """Signs in with `credentials` if given, else with the kept token if there is one, else asks."""
        self._look_for_keyring()
        preferences = self._around.preferences
        self._fill(self.sign_in_page.form, server_url)
        self._stack.setCurrentWidget(self.waiting_page)
        self.waiting_page.start()
        if credentials is not None:
            self._sign_in(credentials, self.sign_in_page.form)
        elif preferences.stays_signed_in and preferences.last_username and not server_url:
            server = ServerChoice(
                preferences.last_server,
                preferences.ca_file,
                allow_plain_http=preferences.last_server.startswith("http://"),  # it was confirmed at sign-in
            )
            self._session.come_back(
                server, preferences.last_username, absent=self._show_sign_in, failed=self._show_sign_in_failure
            )
        else:
            self._show_sign_in()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Closes, after a question where something would be lost."""
        workspace = self.workspace
        if workspace is not None and self.isVisible() and workspace.unsaved.text:
            event.ignore()
            workspace.unsaved.ask("Close without saving?", "Close", self.close)
            return
        self._around.preferences.window_geometry = self.saveGeometry()
        self._around.preferences.save()
        super().closeEvent(event)

    def _connect(self) -> None:
        form = self.sign_in_page.form
        form.submitted.connect(lambda credentials: self._sign_in(credentials, form))
        self.not_allowed_page.signed_out.connect(self._session.sign_out)
        self._session.signed_in.connect(self._show_signed_in)
        self._session.resumed.connect(self._show_resumed)
        self._session.signed_out.connect(self._show_signed_out)
        self._session.ended.connect(self._show_ended)
        self._session.token_not_kept.connect(self._say_not_kept)

    def _look_for_keyring(self) -> None:
        if self._sample_data:
            self._keyring_found(TokenStoreState(usable=False, reason="Not with sample data."))
            return
        self._around.background.run(
            self._token_store.state, owner=self, done=self._keyring_found, failed=lambda _error: None
        )

    def _keyring_found(self, state: TokenStoreState) -> None:
        self._keyring_state = state
        self.sign_in_page.form.set_token_store_state(state)
        if self._again is not None:
            self._again.form.set_token_store_state(state)

    def _fill(self, form: SignInForm, server_url: str = "") -> None:
        preferences = self._around.preferences
        form.fill(
            server=server_url or preferences.last_server,
            username=preferences.last_username,
            ca_file=preferences.ca_file,
            stay=preferences.stays_signed_in,
        )
        form.set_token_store_state(self._keyring_state)

    def _show_sign_in(self) -> None:
        self.waiting_page.stop()
        self.sign_in_page.form.set_busy(False)
        self._stack.setCurrentWidget(self.sign_in_page)
        self.sign_in_page.form.focus_first_empty()

    def _show_sign_in_failure(self, error: ClientError) -> None:
        self._show_sign_in()
        self.sign_in_page.form.show_error(error)

    def _sign_in(self, credentials: Credentials, form: SignInForm) -> None:
        def failed(error: ClientError) -> None:
            self._submitted = None
            if form is self.sign_in_page.form:
                self._show_sign_in_failure(error)
            elif self._again is not None:
                self._again.show_error(error)

        self._submitted = credentials
        self._session.sign_in(credentials, done=self._remember, failed=failed)

    def _remember(self) -> None:
        """Keeps what was typed at a sign-in that succeeded, but for the password, for the next time."""
        credentials, self._submitted = self._submitted, None
        if credentials is None or self._sample_data:
            return
        preferences = self._around.preferences
        if preferences.stays_signed_in and not credentials.stay:
            self._session.forget_kept(preferences.last_server, preferences.last_username)
        preferences.last_server = credentials.server.url
        preferences.last_username = credentials.username
        preferences.ca_file = credentials.server.ca_file
        preferences.stays_signed_in = credentials.stay
        preferences.save()

    def _show_signed_in(self) -> None:
        session, connection = self._session.session, self._session.connection
        if session is None or connection is None:
            return
        self._leave_sign_in()
        self._drop_workspace()
        if session.user.role is not Role.TENANT_ADMIN:
            self._show_not_allowed()
            return
        places = self._build_places(connection, self._around)
        workspace = Workspace(places, connection, self._around, sample_data=self._sample_data)
        workspace.show_session(session)
        workspace.said.connect(self.toasts.say)
        workspace.session_ended.connect(self._session.end)
        workspace.sign_in_wanted.connect(self._show_ended)
        workspace.not_allowed.connect(self._show_not_allowed)
        workspace.signed_out.connect(self._session.sign_out)
        self.workspace = workspace
        self._stack.addWidget(workspace)
        self._stack.setCurrentWidget(workspace)
        workspace.open_page(self._first_page)

    def _show_resumed(self) -> None:
        self._leave_sign_in()
        if self.workspace is not None:
            self.workspace.resume()

    def _show_not_allowed(self) -> None:
        if self._session.session is not None:
            self.not_allowed_page.show_session(self._session.session)
        self._stack.setCurrentWidget(self.not_allowed_page)
        self.not_allowed_page.sign_out_button.setFocus()
        self._drop_workspace()

    def _show_signed_out(self) -> None:
        self._leave_sign_in()
        self._fill(self.sign_in_page.form)
        self._show_sign_in()
        self._drop_workspace()

    def _show_ended(self) -> None:
        """Sign-in comes up over whatever is in front, a dialog with things typed included.

        Not out of the tray: there it waits until the window is wanted.
        """
        if self.workspace is not None:
            self.workspace.show_ended()
        if self._again is not None or self.isHidden():
            return
        again = SignInAgainDialog(QApplication.activeModalWidget() or self, theme=self._around.theme)
        self._again = again
        self._fill(again.form)
        _fill_in_session(again.form, self._session)
        again.form.submitted.connect(lambda credentials: self._sign_in(credentials, again.form))
        again.finished.connect(self._forget_again)
        again.open_over_all()

    def _leave_sign_in(self) -> None:
        self.waiting_page.stop()
        self.sign_in_page.form.set_busy(False)
        self.sign_in_page.form.forget_password()
        if self._again is not None:
            self._again.accept()

    def _forget_again(self) -> None:
        if self._again is not None:
            self._again.form.forget_password()
            self._again.deleteLater()
        self._again = None

    def _drop_workspace(self) -> None:
        if self.workspace is not None:
            self._stack.removeWidget(self.workspace)
            self.workspace.deleteLater()
        self.workspace = None

    def _say_not_kept(self, reason: str) -> None:
        if self.workspace is not None:
            self.workspace.show_message("You will have to sign in again next time", reason)


def _restore_size(window: QWidget, preferences: Preferences) -> None:
    window.setMinimumSize(_LEAST_SIZE)
    geometry = preferences.window_geometry
    if geometry.isEmpty() or not window.restoreGeometry(geometry):
        window.resize(_FIRST_SIZE.boundedTo(window.screen().availableGeometry().size()))


def _fill_in_session(form: SignInForm, session: DesktopSession) -> None:
    """The same person on the same server is who most likely comes back."""
    if session.connection is not None and session.session is not None:
        form.server.address.setText(session.connection.server_url)
        form.username.setText(session.session.user.username)
