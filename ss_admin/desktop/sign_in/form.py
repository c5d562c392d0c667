"""The sign-in form: four fields, one button, and every error in the place it belongs to."""

from pydantic import SecretStr
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QLineEdit, QToolButton, QVBoxLayout, QWidget

from ss_admin.client.errors import (
    ClientError,
    InvalidServerUrl,
    PlainHttpRefused,
    ServerUnreachable,
    UnexpectedAnswer,
    WrongCredentials,
)
from ss_admin.client.server_url import parse_server_url
from ss_admin.desktop.error_text import describe
from ss_admin.desktop.session import Credentials, ServerChoice
from ss_admin.desktop.sign_in.server_field import ServerField
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.token_store import TokenStoreState
from ss_admin.desktop.widgets.busy import ProgressStripe
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.dialog import Question
from ss_admin.desktop.widgets.form_field import FormField
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.notice import Notice

__all__ = ["SignInForm"]

_AT_THE_SERVER = (InvalidServerUrl, PlainHttpRefused, ServerUnreachable, UnexpectedAnswer)


class SignInForm(QWidget):
    """Asks for `Credentials` and emits them with `submitted`; `show_error` says what came of it."""

    submitted = Signal(object)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._confirmed_http = ""
        self.server = ServerField(theme=theme)
        self.username = QLineEdit()
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.username_field = FormField("User name", self.username, editor_name="signIn.user")
        self.password_field = FormField("Password", self.password, editor_name="signIn.password")
        self.stay = QCheckBox("Stay signed in on this workstation")
        self.stay.setObjectName("signIn.stay")
        self.stay.setAccessibleName(self.stay.text())
        self._stay_reason = wrapped_label("", "caption")
        self._notice = Notice("danger", "", theme=theme)
        self.sign_in_button = button("Sign in", "primary", name="signIn.submit")
        self._stripe = ProgressStripe(theme=theme)
        self._eye = self._add_eye()
        self._lay_out()
        self._connect()
        self.set_token_store_state(TokenStoreState(usable=False, reason="Looking for the system’s keyring…"))

    @property
    def is_busy(self) -> bool:
        """Whether a sign-in is under way."""
        return not self.sign_in_button.isEnabled()

    def fill(self, *, server: str, username: str, ca_file: str, stay: bool) -> None:
        """Fills in what is known, and puts the focus where typing begins."""
        self.server.address.setText(server)
        self.server.set_ca_file(ca_file)
        self.username.setText(username)
        self.stay.setProperty("wanted", stay)
        self.stay.setChecked(stay and self.stay.isEnabled())
        self.focus_first_empty()

    def focus_first_empty(self) -> None:
        """The focus goes to the first field that is still empty."""
        for editor in (self.server.address, self.username, self.password):
            if not editor.text():
                editor.setFocus()
                return
        self.password.setFocus()

    def set_token_store_state(self, state: TokenStoreState) -> None:
        """Where there is no safe keyring, “Stay signed in” is off and says why."""
        self.stay.setEnabled(state.usable)
        self.stay.setChecked(state.usable and bool(self.stay.property("wanted")))
        self.stay.setAccessibleDescription(state.reason)
        self._stay_reason.setText(state.reason)
        self._stay_reason.setVisible(bool(state.reason))

    def set_busy(self, busy: bool) -> None:
        """While signing in the fields are off and a stripe runs."""
        for widget in (self.server, self.username_field, self.password_field, self.sign_in_button):
            widget.setEnabled(not busy)
        self.stay.setEnabled(not busy and not self._stay_reason.text())
        if busy:
            self._stripe.start()
        else:
            self._stripe.stop()

    def show_error(self, error: ClientError) -> None:
        """Says what went wrong at the field that it concerns."""
        self.set_busy(False)
        text = describe(error)
        if isinstance(error, WrongCredentials):
            self.password_field.set_error(text)
            self.password.setFocus()
            self.password.selectAll()
        elif isinstance(error, _AT_THE_SERVER):
            self.server.field.set_error(text)
            self.server.address.setFocus()
        else:
            self.say(text)
            self.password.setFocus()

    def say(self, text: str) -> None:
        """A message above the fields; empty takes it away."""
        self._notice.say(text)
        self._notice.setVisible(bool(text))

    def forget_password(self) -> None:
        """Takes the typed password out of the field."""
        self.password.clear()

    def submit(self) -> None:
        """Checks the fields and emits `submitted`, after asking where the password would travel readable."""
        if self.is_busy or not self._is_complete():
            return
        allow_http = self.server.text == self._confirmed_http
        try:
            server = parse_server_url(self.server.text, allow_plain_http=allow_http)
        except PlainHttpRefused:
            self._ask_about_plain_http()
            return
        except InvalidServerUrl as error:
            self.show_error(error)
            return
        self.say("")
        self.set_busy(True)
        choice = ServerChoice(server.text, self.server.ca_file, allow_plain_http=allow_http)
        password = SecretStr(self.password.text())
        self.submitted.emit(Credentials(choice, self.username.text().strip(), password, self.stay.isChecked()))

    def _is_complete(self) -> bool:
        wanted = (
            (self.server.field, self.server.text, "Enter the address of your server."),
            (self.username_field, self.username.text().strip(), "Enter your user name."),
            (self.password_field, self.password.text(), "Enter your password."),
        )
        missing = [(field, sentence) for field, text, sentence in wanted if not text]
        for field, sentence in missing:
            field.set_error(sentence)
        if missing:
            missing[0][0].editor.setFocus()
        return not missing

    def _ask_about_plain_http(self) -> None:
        address = self.server.text
        question = Question(
            self,
            theme=self._theme,
            name="signIn.plainHttp",
            heading="Send your password unencrypted?",
            text=(
                f"{address} is not encrypted. Anybody on the way can read your password and everything you do. "
                "Go on only in a network that you trust entirely."
            ),
            primary="Sign in unencrypted",
        )
        question.accepted.connect(lambda: self._confirm_http(address))
        question.open()

    def _confirm_http(self, address: str) -> None:
        self._confirmed_http = address
        self.submit()

    def _submit_by_enter(self) -> None:
        """In a dialog, which has a button of its own, Enter presses that one."""
        if not self.sign_in_button.isHidden():
            self.submit()

    def _add_eye(self) -> QAction:
        eye = self.password.addAction(
            self._theme.icon("ph.eye", "text_dimmed"), QLineEdit.ActionPosition.TrailingPosition
        )
        eye.setText("Show password")
        eye.setToolTip("Show password")
        eye.setCheckable(True)
        for tool in self.password.findChildren(QToolButton):
            tool.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            tool.setAccessibleName("Show password")
        return eye

    def _show_password(self, shown: bool) -> None:
        self.password.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._eye.setIcon(self._theme.icon("ph.eye-slash" if shown else "ph.eye", "text_dimmed"))
        self._eye.setToolTip("Hide password" if shown else "Show password")

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(self._theme.tokens.l)
        stay = QVBoxLayout()
        stay.setSpacing(2)
        stay.addWidget(self.stay)
        stay.addWidget(self._stay_reason)
        for part in (self._notice, self.server, self.username_field, self.password_field):
            layout.addWidget(part)
        layout.addLayout(stay)
        layout.addWidget(self.sign_in_button)
        layout.addWidget(self._stripe)
        self._notice.hide()

    def _connect(self) -> None:
        self.username.textEdited.connect(self.username_field.clear_error)
        self.password.textEdited.connect(self.password_field.clear_error)
        self._eye.toggled.connect(self._show_password)
        self.stay.clicked.connect(lambda checked: self.stay.setProperty("wanted", checked))
        self.sign_in_button.clicked.connect(self.submit)
        for editor in (self.server.address, self.username, self.password):
            editor.returnPressed.connect(self._submit_by_enter)
