"""“API Key Created Successfully”: one copy, a countdown, a question before the key is lost, and nothing left of it."""

import gc

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import ApiKeyCreated
from ss_admin.desktop.api_keys.created_dialog import ApiKeyCreatedDialog
from ss_admin.desktop.api_keys.editor.editor_dialog import ApiKeyEditor
from ss_admin.desktop.clipboard import CopyOutcome, SystemClipboard
from ss_admin.desktop.widgets.buttons import IconButton
from tests.support.accessibility import assert_accessible
from tests.support.key_editing import CountingClipboard, HeldKeys, ManyChains, ManyPeople
from tests.support.sample_keys import sample_key

WARNING = (
    "This is the only time you will see the complete API key. You cannot retrieve it again after closing this dialog."
)


class Stage:
    """An open dialog that shows a fresh key."""

    def __init__(self, qtbot, theme, clipboard):
        self.qtbot = qtbot
        self.clipboard = clipboard
        created = ApiKeyCreated(api_key=sample_key(1, name="Alarm"), secret=new_api_key())
        self.dialog = ApiKeyCreatedDialog(None, created, clipboard, theme)
        qtbot.addWidget(self.dialog)
        with qtbot.waitActive(self.dialog):
            self.dialog.open()

    def find(self, name, kind=QWidget):
        widget = self.dialog.findChild(kind, f"apiKeyCreated.{name}")
        assert widget is not None, name
        return widget

    @property
    def key(self):
        return self.find("key", QLineEdit)

    @property
    def outcome(self):
        return self.find("outcome", QLabel).text()

    def copy(self):
        self.qtbot.mouseClick(self.find("copy"), Qt.MouseButton.LeftButton)

    def answer(self, name):
        (button,) = (button for button in self.dialog.findChildren(QPushButton, name) if button.isVisible())
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def leave(self, way):
        self.qtbot.keyClick(self.dialog, Qt.Key.Key_Escape) if way == "escape" else self.dialog.close()


@pytest.fixture
def stage(qtbot, theme):
    return lambda clipboard=None: Stage(qtbot, theme, clipboard or CountingClipboard())


class TestShowing:
    def test_warning_stands_word_for_word(self, stage):
        stage = stage()
        assert stage.dialog.heading == "API Key Created Successfully"
        assert stage.find("warning").text == WARNING
        assert stage.find("done", QPushButton).text() == "I have saved it"

    def test_key_is_whole_and_can_be_selected_but_not_changed(self, stage, qtbot):
        stage = stage()
        assert len(stage.key.text()) == 42
        assert stage.key.isReadOnly()
        assert stage.key.fontMetrics().horizontalAdvance(stage.key.text()) < stage.key.width()
        stage.key.selectAll()
        assert stage.key.selectedText() == stage.key.text()
        qtbot.keyClicks(stage.key, "x")
        assert len(stage.key.text()) == 42

    def test_there_is_one_copy_target_with_a_name(self, stage):
        stage = stage()
        assert [button.accessibleName() for button in stage.dialog.findChildren(IconButton)] == ["Copy API key"]
        assert_accessible(stage.dialog)

    def test_key_stands_in_the_field_alone(self, stage):
        stage = stage()
        secret = stage.key.text()
        for widget in (stage.dialog, *stage.dialog.findChildren(QWidget)):
            told = [widget.windowTitle(), widget.accessibleDescription(), widget.accessibleName(), widget.toolTip()]
            assert not any(secret in text for text in told)
        holders = [label for label in stage.dialog.findChildren(QLabel) if secret in label.text()]
        assert holders == []
        assert secret not in repr(stage.dialog)


class TestCopying:
    def test_copy_counts_down_to_the_clearing(self, stage, qtbot):
        stage = stage()
        stage.copy()
        assert stage.clipboard.lengths == [42]
        assert stage.outcome == "Copied. The clipboard is cleared in 60 s"
        qtbot.waitUntil(lambda: stage.outcome == "Copied. The clipboard is cleared in 59 s")
        stage.dialog._secret._deadline.setRemainingTime(1)
        qtbot.waitUntil(lambda: stage.outcome == "The clipboard has been cleared.")

    def test_keyboard_copies_by_the_same_door(self, stage, qtbot):
        stage = stage()
        stage.key.setFocus()
        stage.key.selectAll()
        qtbot.keySequence(stage.key, QKeySequence(QKeySequence.StandardKey.Copy))
        assert stage.clipboard.lengths == [42]
        assert stage.outcome.startswith("Copied.")

    def test_enter_presses_the_copy_button_that_has_the_focus(self, stage, qtbot):
        stage = stage()
        assert stage.dialog.focusWidget() is stage.find("copy")
        qtbot.keyClick(stage.find("copy"), Qt.Key.Key_Return)
        assert stage.clipboard.lengths == [42]
        assert stage.dialog.isVisible()

    def test_copy_made_elsewhere_since_is_told(self, stage, qtbot):
        stage = stage(SystemClipboard())
        stage.copy()
        assert stage.outcome.startswith("Copied.")
        stage.dialog._secret._settling.stop()
        QGuiApplication.clipboard().setText("something else")
        assert stage.outcome == "Something else was copied since; the key is no longer on the clipboard."

    def test_clearing_is_not_taken_for_a_copy(self, stage):
        stage = stage(SystemClipboard())
        stage.copy()
        stage.dialog._secret._settling.stop()
        QGuiApplication.clipboard().clear()
        assert stage.outcome == "The clipboard has been cleared."

    def test_our_own_copy_is_not_taken_for_somebody_elses(self, stage):
        stage = stage(SystemClipboard())
        stage.copy()
        stage.dialog._secret._settling.stop()
        QGuiApplication.clipboard().dataChanged.emit()
        assert stage.outcome.startswith("Copied.")

    def test_without_a_clipboard_the_key_is_selected_and_that_is_said(self, stage):
        stage = stage(CountingClipboard(CopyOutcome.NOT_AVAILABLE))
        stage.copy()
        assert stage.outcome.startswith("The clipboard cannot be reached. The key is selected")
        assert stage.key.selectedText() == stage.key.text()


class TestLeaving:
    def test_saved_closes_at_once(self, stage, qtbot):
        stage = stage()
        qtbot.mouseClick(stage.find("done"), Qt.MouseButton.LeftButton)
        assert not stage.dialog.isVisible()

    @pytest.mark.parametrize("way", ["escape", "close"])
    def test_leaving_before_the_copy_asks(self, stage, way):
        stage = stage()
        stage.leave(way)
        assert stage.dialog.isVisible()
        texts = [label.text() for label in stage.dialog.findChildren(QLabel)]
        assert any(text.startswith("The key has not been copied") for text in texts)
        stage.answer("apiKeyCreated.leave.cancel")
        assert stage.dialog.isVisible()
        stage.leave(way)
        stage.answer("apiKeyCreated.leave.primary")
        assert not stage.dialog.isVisible()

    @pytest.mark.parametrize("way", ["escape", "close"])
    def test_leaving_after_the_copy_does_not_ask(self, stage, way):
        stage = stage()
        stage.copy()
        stage.leave(way)
        assert not stage.dialog.isVisible()

    def test_second_enter_too_many_does_not_close(self, stage, qtbot):
        stage = stage()
        stage.key.setFocus()
        qtbot.keyClick(stage.key, Qt.Key.Key_Return)
        assert stage.dialog.isVisible()

    def test_failed_copy_does_not_count_as_a_copy(self, stage):
        stage = stage(CountingClipboard(CopyOutcome.NOT_AVAILABLE))
        stage.copy()
        stage.leave("escape")
        assert stage.dialog.isVisible()


class TestForgetting:
    def test_nothing_of_the_key_is_left_when_the_dialog_has_closed(self, qtbot, theme, background):
        tails = []

        def make_secret():
            secret = new_api_key()
            tails.append(secret[10:30][::-1])  # enough to know it again, and not itself part of the key
            return secret

        keys, shown = HeldKeys(), []
        keys.make_secret = make_secret
        editor = ApiKeyEditor(
            None,
            api_keys=keys,
            accounts=ManyPeople("Maria Keller"),
            chains=ManyChains(),
            background=background,
            theme=theme,
        )
        qtbot.addWidget(editor)

        def show(created):
            shown.append(ApiKeyCreatedDialog(None, created, SystemClipboard(), theme))
            shown[0].open()

        editor.created.connect(show)
        editor.open()
        editor.findChild(QWidget, "apiKeyEditor.name").setText("Alarm")
        editor.findChild(QWidget, "apiKeyEditor.user").set_user(ManyPeople.ref("Maria Keller"))
        editor.submit()
        assert background.wait_idle()
        dialog = shown.pop()
        kept = [dialog.findChild(QLineEdit, "apiKeyCreated.key").text()]
        assert {"list", "SecretField on the screen"} <= set(find_holders(tails[0]))  # the search finds what is there
        kept.clear()
        dialog.findChild(QWidget, "apiKeyCreated.copy").click()
        dialog.findChild(QWidget, "apiKeyCreated.key").selectAll()
        dialog.accept()
        QGuiApplication.clipboard().clear()
        assert find_holders(tails[0]) == []
        dialog.deleteLater()
        del dialog
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert find_holders(tails[0]) == []


def find_holders(reversed_tail):
    """The types of everything alive, of Python's or of Qt's, that holds a text with the tail in it."""
    tail = reversed_tail[::-1]
    gc.collect()
    holders = list(_texts_alive(tail))
    for widget in QApplication.allWidgets():
        properties = [
            widget.property(name) for name in ("text", "plainText", "toolTip", "accessibleName", "windowTitle")
        ]
        if any(isinstance(text, str) and tail in text for text in properties):
            holders.append(f"{type(widget).__name__} on the screen")
    return holders


def _texts_alive(tail):
    for holder in gc.get_objects():
        for part in gc.get_referents(holder):
            if isinstance(part, str) and len(part) >= 40 and tail in part:
                yield type(holder).__name__
