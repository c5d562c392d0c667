"""The signing secret: fetched when asked for, copied by one door, replaced after a question, gone with the dialog."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from ss_admin.client.errors import ServerUnreachable
from ss_admin.desktop.rule_chains.edit.signing_dialog import SigningSecretDialog
from ss_admin.desktop.widgets.dialog import Question
from tests.support.accessibility import assert_accessible
from tests.support.sample_chains import SECRET, with_webhook


@pytest.fixture
def dialog(surroundings, background, qtbot):
    made = SigningSecretDialog(None, with_webhook(surroundings.chains.chains[0]), surroundings)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.open()
    assert background.wait_idle()
    return made


def test_it_shows_the_secret_in_its_field_alone(dialog):
    assert dialog.box.field.text() == SECRET
    for widget in (dialog, *dialog.findChildren(QWidget)):
        told = (widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), widget.windowTitle())
        assert not any(SECRET in text for text in told)
    assert not any(SECRET in label.text() for label in dialog.findChildren(QLabel))
    assert_accessible(dialog)


def test_a_copy_is_cleared_again_and_says_so(dialog, surroundings, qtbot):
    qtbot.mouseClick(dialog.box.copy_button, Qt.MouseButton.LeftButton)
    assert surroundings.clipboard.text == SECRET
    outcome = dialog.findChild(QLabel, "signingSecret.outcome").text()
    assert outcome == "Copied. The clipboard is cleared in 60 s"


def test_it_is_gone_with_the_dialog(dialog):
    dialog.accept()
    assert dialog.box.field.text() == ""


def test_replacing_asks_first(dialog, surroundings, background, qtbot):
    qtbot.mouseClick(dialog.replace_button, Qt.MouseButton.LeftButton)
    (question,) = dialog.findChildren(Question)
    qtbot.mouseClick(question.cancel_button, Qt.MouseButton.LeftButton)
    assert surroundings.chains.writes == [("signing_secret", "chain-1")]
    qtbot.mouseClick(dialog.replace_button, Qt.MouseButton.LeftButton)
    question = next(each for each in dialog.findChildren(Question) if each.isVisible())
    qtbot.mouseClick(
        question.findChild(QPushButton, "signingSecret.replaceQuestion.primary"), Qt.MouseButton.LeftButton
    )
    assert background.wait_idle()
    assert surroundings.chains.writes[-1] == ("replace_signing_secret", "chain-1")
    assert dialog.box.field.text() not in {"", SECRET}
    assert "was replaced" in dialog.notice.text


def test_a_server_that_is_away_is_told_and_nothing_is_shown(surroundings, background, qtbot):
    surroundings.chains.fail_with = ServerUnreachable("away")
    dialog = SigningSecretDialog(None, surroundings.chains.chains[0], surroundings)
    qtbot.addWidget(dialog)
    dialog.open()
    with qtbot.waitSignal(dialog.failed):
        assert background.wait_idle()
    assert dialog.box.field.text() == ""
    assert dialog.notice.text
