"""The sign-in form: what it asks for, what it refuses, and every error at the field it concerns."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from ss_admin.client.errors import (
    CertificateRefused,
    ClientError,
    ServerUnreachable,
    SignInLocked,
    UnexpectedAnswer,
    WrongCredentials,
)
from ss_admin.contract.problems import Problem, ProblemCode
from ss_admin.desktop.session import Credentials
from ss_admin.desktop.sign_in.form import SignInForm
from ss_admin.desktop.sign_in.page import SignInPage
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.token_store import TokenStoreState
from ss_admin.desktop.widgets.dialog import Question
from tests.support.accessibility import assert_accessible, find_focusable

PASSWORD = "correct horse battery"


@pytest.fixture
def form(theme: Theme, qtbot) -> SignInForm:
    page = SignInPage(theme=theme)
    qtbot.addWidget(page)
    page.show()
    page.form.page = page
    return page.form


@pytest.fixture
def submitted(form: SignInForm) -> list[Credentials]:
    given: list[Credentials] = []
    form.submitted.connect(given.append)
    return given


def type_in(form: SignInForm, server: str = "https://keys.example.com", user: str = "maria", password: str = PASSWORD):
    form.server.address.setText(server)
    form.username.setText(user)
    form.password.setText(password)


def problem(code: ProblemCode) -> Problem:
    return Problem(type="t", title="T", status=401, detail="Detail.", code=code, request_id="r-1")


def test_every_control_has_the_name_that_is_on_the_screen(form: SignInForm):
    assert_accessible(form)
    names = {control.accessibleName() for control in find_focusable(form)}
    assert {"Server", "User name", "Password", "Stay signed in on this workstation", "Sign in"} <= names


def test_enter_sends_what_was_typed(form: SignInForm, submitted: list[Credentials], qtbot):
    type_in(form, server="keys.example.com/")
    qtbot.keyClick(form.password, Qt.Key.Key_Return)
    [given] = submitted
    assert given.server.url == "https://keys.example.com"
    assert (given.username, given.password.get_secret_value()) == ("maria", PASSWORD)
    assert not given.server.allow_plain_http
    assert form.is_busy


def test_a_second_press_while_signing_in_sends_nothing(form: SignInForm, submitted: list[Credentials]):
    type_in(form)
    form.submit()
    form.submit()
    assert len(submitted) == 1


def test_what_is_missing_is_said_at_its_field(form: SignInForm, submitted: list[Credentials]):
    type_in(form, server="", user=" ", password="")
    form.submit()
    assert submitted == []
    assert form.server.field.error
    assert form.username_field.error
    assert form.password_field.error
    form.username.setText("maria")
    form.username.textEdited.emit("maria")
    assert form.username_field.error == ""


@pytest.mark.parametrize("address", ["ftp://a", "https://user:pass@a", "https://a?b", "https:// spaces"])
def test_what_is_no_server_is_said_at_the_server(form: SignInForm, submitted: list[Credentials], address: str):
    type_in(form, server=address)
    form.submit()
    assert submitted == []
    assert "not an address" in form.server.field.error


def test_http_to_another_machine_must_be_confirmed(form: SignInForm, submitted: list[Credentials], qtbot):
    type_in(form, server="http://keys.example.com")
    form.submit()
    question = form.findChild(Question, "signIn.plainHttp")
    assert submitted == []
    assert question.cancel_button.isDefault()
    question.reject()
    assert submitted == []
    form.submit()
    form.findChildren(Question, "signIn.plainHttp")[-1].primary_button.click()
    qtbot.waitUntil(lambda: len(submitted) == 1)
    assert submitted[0].server.allow_plain_http


def test_a_confirmation_counts_for_that_address_only(form: SignInForm, submitted: list[Credentials]):
    form._confirmed_http = "http://keys.example.com"
    type_in(form, server="http://other.example.com")
    form.submit()
    assert submitted == []


def test_http_to_this_machine_needs_no_confirmation(form: SignInForm, submitted: list[Credentials]):
    type_in(form, server="http://127.0.0.1:8080")
    form.submit()
    assert submitted[0].server.url == "http://127.0.0.1:8080"


def test_wrong_credentials_are_told_at_the_password(form: SignInForm):
    type_in(form)
    form.show_error(WrongCredentials(problem(ProblemCode.WRONG_CREDENTIALS)))
    assert form.password_field.error == "User name or password is wrong."
    assert form.password.selectedText()
    assert not form.is_busy


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ServerUnreachable("connection refused"), "cannot be reached"),
        (CertificateRefused("self-signed"), "certificate"),
        (UnexpectedAnswer("HTML"), "not a SignalSync server"),
    ],
)
def test_what_is_wrong_with_the_server_is_told_there(form: SignInForm, error: ClientError, words: str):
    form.show_error(error)
    assert words in form.server.field.error
    form.server.address.textEdited.emit("x")
    assert form.server.field.error == ""


def test_a_lock_is_told_above_the_fields_with_its_time(form: SignInForm):
    form.show_error(SignInLocked(problem(ProblemCode.SIGN_IN_LOCKED), 900))
    assert "15 minutes" in form._notice.text
    assert form._notice.isVisibleTo(form)


def test_staying_signed_in_is_off_and_says_why_where_there_is_no_keyring(form: SignInForm):
    form.fill(server="", username="", ca_file="", stay=True)
    form.set_token_store_state(TokenStoreState(usable=False, reason="This system offers no keyring."))
    assert not form.stay.isEnabled()
    assert not form.stay.isChecked()
    assert form.stay.accessibleDescription() == "This system offers no keyring."
    form.set_token_store_state(TokenStoreState(usable=True))
    assert form.stay.isEnabled()
    assert form.stay.isChecked()


def test_a_private_certificate_authority_can_be_chosen_and_removed(form: SignInForm, submitted, tmp_path: Path, qtbot):
    form.server.choose_button.click()
    form.server.set_ca_file(str(tmp_path / "company-ca.pem"))
    type_in(form)
    form.submit()
    assert submitted[0].server.ca_file.endswith("company-ca.pem")
    form.set_busy(False)
    form.server.remove_button.click()
    assert form.server.ca_file == ""
    for dialog in form.server.findChildren(QLineEdit.__mro__[1]):
        if dialog.isWindow():
            dialog.close()


def test_the_password_can_be_looked_at(form: SignInForm):
    form.password.setText(PASSWORD)
    form._eye.trigger()
    assert form.password.echoMode() is QLineEdit.EchoMode.Normal
    form._eye.trigger()
    assert form.password.echoMode() is QLineEdit.EchoMode.Password


def test_the_focus_begins_where_something_is_missing(form: SignInForm, qtbot):
    with qtbot.waitActive(form.window()):
        form.window().activateWindow()
    form.fill(server="https://keys.example.com", username="maria", ca_file="", stay=False)
    assert form.password.hasFocus()
    form.fill(server="", username="maria", ca_file="", stay=False)
    assert form.server.address.hasFocus()
