"""“Stay signed in on this workstation”, with a real Secret Service: kept, found again, gone after sign-out."""

from collections.abc import Callable
from pathlib import Path

import keyring
import pytest
from keyring.backends.SecretService import Keyring
from PySide6.QtWidgets import QApplication, QCheckBox
from secretstorage.exceptions import ItemNotFoundException

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.connection import Connection
from ss_admin.client.errors import SessionEnded
from ss_admin.desktop.app import AppOptions
from ss_admin.desktop.demo import DemoBackend
from tests.support.real_window import RealApp, wait_until

StartApp = Callable[[AppOptions], RealApp]


@pytest.fixture(autouse=True)
def _real_secret_service() -> None:
    assert isinstance(keyring.get_keyring(), Keyring) or any(
        isinstance(backend, Keyring) for backend in keyring.get_keyring().backends
    )


def kept_token(backend: DemoBackend) -> str | None:
    try:
        return Keyring().get_password("SignalSync Admin", f"{backend.administrator.username} at {backend.ready.url}")
    except ItemNotFoundException:  # it was taken away between being found and being read
        return None


def is_over(backend: DemoBackend, token: str) -> bool:
    connection = Connection(backend.ready.url, token=token)
    try:
        AccountsClient(connection).who_am_i()
    except SessionEnded:
        return True
    else:
        return False
    finally:
        connection.close()


def sign_in_with_the_keyboard(app: RealApp, backend: DemoBackend, *, stay: bool) -> None:
    wait_until(lambda: app.sees("signIn.server"), "the form can be seen")
    app.tab_to("signIn.server")
    app.press("ctrl+a")
    app.write(backend.ready.url)
    app.tab_to("signIn.user")
    app.press("ctrl+a")
    app.write(backend.administrator.username)
    app.tab_to("signIn.password")
    app.write(backend.administrator.password)
    box = app.find(QCheckBox, "signIn.stay")
    wait_until(box.isEnabled, "the keyring is there")
    if stay:
        app.tab_to("signIn.stay")
        app.press("space")
    assert box.isChecked() is stay
    app.tab_to("signIn.submit")
    app.press("space")
    app.wait_for_list()


def test_the_token_is_kept_in_the_keyring_found_again_and_gone_after_sign_out(
    start_app: StartApp, backend: DemoBackend, tmp_path: Path
):
    first = start_app(AppOptions())
    sign_in_with_the_keyboard(first, backend, stay=True)
    wait_until(lambda: kept_token(backend), "the keyring has the token")
    token = kept_token(backend)
    assert token is not None
    first.close()

    second = start_app(AppOptions())
    second.wait_for_list()
    assert second.session.session is not None
    assert second.session.session.user.username == backend.administrator.username

    second.tab_to("shell.signOut")
    second.press("space")
    wait_until(lambda: second.sees("signIn"), "sign-in is back")
    wait_until(lambda: kept_token(backend) is None, "the token is gone from the keyring")
    wait_until(lambda: is_over(backend, token), "the server has ended the session")
    settings = (tmp_path / "settings.ini").read_bytes()
    assert token.encode() not in settings
    assert backend.administrator.password.encode() not in settings


def test_without_the_box_nothing_is_kept(start_app: StartApp, backend: DemoBackend):
    app = start_app(AppOptions())
    sign_in_with_the_keyboard(app, backend, stay=False)
    app.background.wait_idle()
    assert kept_token(backend) is None
    app.close()

    again = start_app(AppOptions())
    wait_until(lambda: again.sees("signIn"), "sign-in comes up")
    assert again.window.workspace is None


def test_a_kept_session_that_is_over_leads_to_sign_in_with_everything_but_the_password(
    start_app: StartApp, backend: DemoBackend
):
    first = start_app(AppOptions())
    sign_in_with_the_keyboard(first, backend, stay=True)
    wait_until(lambda: kept_token(backend), "the keyring has the token")
    connection = Connection(backend.ready.url, token=kept_token(backend))
    AccountsClient(connection).sign_out()
    first.close()

    second = start_app(AppOptions())
    wait_until(lambda: second.sees("signIn"), "sign-in comes up")
    wait_until(lambda: kept_token(backend) is None, "the worthless token is gone")
    form = second.window.sign_in_page.form
    assert form.username.text() == backend.administrator.username
    assert form.password.text() == ""
    wait_until(lambda: QApplication.focusWidget() is form.password, "the keyboard waits in the password")


def test_the_demo_touches_no_keyring(app: RealApp, backend: DemoBackend):
    app.background.wait_idle()
    assert kept_token(backend) is None
