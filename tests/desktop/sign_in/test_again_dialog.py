"""Signing in again: Enter orders one sign-in, and a question about plain http comes once."""

import pytest
from PySide6.QtCore import Qt

from ss_admin.desktop.sign_in.again_dialog import SignInAgainDialog
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Question


@pytest.fixture
def dialog(theme: Theme, qtbot) -> SignInAgainDialog:
    made = SignInAgainDialog(None, theme=theme)
    qtbot.addWidget(made)
    made.form.server.address.setText("https://keys.example.com")
    made.form.username.setText("maria")
    made.form.password.setText("correct horse battery")
    with qtbot.waitActive(made):
        made.open_over_all()
    return made


def test_enter_in_the_password_signs_in_once(dialog: SignInAgainDialog, qtbot) -> None:
    submitted = []
    dialog.form.submitted.connect(submitted.append)
    qtbot.keyClick(dialog.form.password, Qt.Key.Key_Return)
    assert len(submitted) == 1


def test_enter_asks_about_plain_http_once(dialog: SignInAgainDialog, qtbot) -> None:
    dialog.form.server.address.setText("http://keys.example.com")
    qtbot.keyClick(dialog.form.password, Qt.Key.Key_Return)
    assert len(dialog.findChildren(Question)) == 1


def test_escape_puts_it_off(dialog: SignInAgainDialog, qtbot) -> None:
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog.form.password, Qt.Key.Key_Escape)
