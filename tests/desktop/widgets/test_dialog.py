"""Dialogs: as high as their words, Escape leaves, busy ones refuse a second order; toasts and notices."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.banner import Banner
from ss_admin.desktop.widgets.busy import ProgressStripe
from ss_admin.desktop.widgets.buttons import IconButton
from ss_admin.desktop.widgets.dialog import Dialog, Message, Question
from ss_admin.desktop.widgets.empty_state import EmptyState
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.menu import Menu
from ss_admin.desktop.widgets.notice import Notice
from ss_admin.desktop.widgets.toast import ToastArea
from tests.support.accessibility import assert_accessible


@pytest.fixture
def dialog(theme: Theme, qtbot) -> Dialog:
    made = Dialog(None, theme=theme, name="sample", heading="A heading", primary="Save")
    made.editor = QLineEdit()
    made.editor.setObjectName("sample.editor")
    made.editor.setAccessibleName("Editor")
    made.body.addWidget(made.editor)
    qtbot.addWidget(made)
    return made


def test_every_control_of_a_dialog_can_be_found(dialog: Dialog):
    dialog.show()
    assert_accessible(dialog)
    assert dialog.accessibleName() == "A heading"


def test_escape_leaves(dialog: Dialog, qtbot):
    dialog.show()
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


@pytest.mark.parametrize("lines", [1, 3, 12])
def test_wrapped_words_are_never_cut(dialog: Dialog, qtbot, lines: int):
    label = wrapped_label("Words that fill about one line of the dialog when it is five hundred wide. " * lines)
    dialog.body.addWidget(label)
    dialog.show()
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))
    assert dialog.width() == 520


def test_a_dialog_grows_with_what_is_said_later(dialog: Dialog, qtbot):
    notice = Notice("warning", "", theme=dialog.theme)
    notice.hide()
    dialog.body.addWidget(notice)
    dialog.show()
    before = dialog.height()
    notice.say("Something to heed, told in a good many words, so that it takes more than one line of this dialog.")
    notice.show()
    qtbot.waitUntil(lambda: dialog.height() > before)
    assert notice.accessibleName() == notice.text


def test_a_steady_dialog_keeps_its_size_and_scrolls_what_comes_later(theme: Theme, qtbot):
    dialog = Dialog(None, theme=theme, name="sample", heading="A heading", primary="Save", steady=True)
    qtbot.addWidget(dialog)
    field, later = QLineEdit(), Notice("info", "Some words. " * 30, theme=theme)
    dialog.body.addWidget(field)
    dialog.body.addWidget(later)
    later.hide()
    with qtbot.waitExposed(dialog):
        dialog.show()
    size, place = dialog.size(), field.geometry()
    later.show()
    bar = dialog.findChild(QScrollArea).verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    qtbot.waitUntil(lambda: field.geometry() == place)
    assert dialog.size() == size


def test_while_busy_nothing_can_be_ordered_twice_and_the_focus_comes_back(dialog: Dialog, qtbot):
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    dialog.editor.setFocus()
    dialog.set_busy(True)
    assert dialog.is_busy
    assert not dialog.primary_button.isEnabled()
    assert not dialog.editor.isEnabled()
    dialog.set_busy(False)
    assert dialog.primary_button.isEnabled()
    assert dialog.focusWidget() is dialog.editor


def test_the_default_answer_of_a_question_is_cancel(theme: Theme, qtbot):
    question = Question(None, theme=theme, name="ask", heading="Delete?", text="It cannot be undone.", primary="Delete")
    qtbot.addWidget(question)
    question.show()
    assert question.cancel_button.isDefault()
    with qtbot.waitSignal(question.rejected):
        qtbot.keyClick(question, Qt.Key.Key_Return)


def test_enter_presses_the_button_that_has_the_focus(theme: Theme, qtbot):
    question = Question(None, theme=theme, name="ask", heading="Delete?", text="It cannot be undone.", primary="Delete")
    qtbot.addWidget(question)
    with qtbot.waitActive(question):
        question.show()
        question.activateWindow()
    question.primary_button.setFocus()
    with qtbot.waitSignal(question.accepted):
        qtbot.keyClick(question.primary_button, Qt.Key.Key_Return)


def test_enter_presses_a_button_with_an_icon_alone_once(theme: Theme, qtbot):
    icon_button = IconButton("ph.copy", "Copy", name="sample.copy", theme=theme)
    qtbot.addWidget(icon_button)
    icon_button.show()
    pressed = []
    icon_button.clicked.connect(lambda: pressed.append("pressed"))
    qtbot.keyClick(icon_button, Qt.Key.Key_Return)
    held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "", autorep=True)
    QApplication.sendEvent(icon_button, held)
    assert pressed == ["pressed"]


def test_a_message_has_one_button(theme: Theme, qtbot):
    message = Message(None, theme=theme, name="tell", heading="It was not saved", text="Somebody deleted the key.")
    qtbot.addWidget(message)
    message.show()
    assert_accessible(message)
    assert not message.cancel_button.isVisible()
    assert message.primary_button.isDefault()


@pytest.mark.parametrize("lines", [1, 3, 12])
def test_a_dialog_has_its_final_size_when_it_appears(dialog: Dialog, qtbot, lines: int):
    dialog.body.addWidget(Notice("warning", "Words that fill about one line of a dialog. " * lines, theme=dialog.theme))
    dialog.show()
    at_first = dialog.size()
    qtbot.wait(60)
    assert dialog.size() == at_first


def test_the_page_keys_scroll_what_is_higher_than_the_screen(dialog: Dialog, qtbot):
    for _ in range(12):
        dialog.body.addWidget(Notice("info", "A good many words. " * 40, theme=dialog.theme))
    dialog.show()
    bar = dialog.findChild(QScrollArea).verticalScrollBar()
    assert bar.maximum() > 0
    qtbot.keyClick(dialog, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    qtbot.keyClick(dialog, Qt.Key.Key_PageUp)
    assert bar.value() < bar.maximum()


def test_a_toast_comes_goes_and_takes_no_focus(theme: Theme, qtbot):
    window = QWidget()
    window.resize(600, 400)
    qtbot.addWidget(window)
    window.show()
    toasts = ToastArea(window, theme=theme)
    toasts.say("Saved.")
    assert toasts.text == "Saved."
    assert toasts._frame.focusPolicy() == Qt.FocusPolicy.NoFocus
    toasts.say("A newer message that is rather long. " * 4)
    assert window.rect().contains(toasts._frame.geometry())
    toasts._timer.setInterval(1)
    qtbot.waitUntil(lambda: toasts.text == "")


def test_the_stripe_shows_only_what_takes_longer_than_a_moment(theme: Theme, qtbot):
    stripe = ProgressStripe(theme=theme)
    qtbot.addWidget(stripe)
    stripe.start()
    assert not stripe.is_running
    stripe.stop()
    stripe.start()
    qtbot.waitUntil(lambda: stripe.is_running, timeout=2000)
    assert stripe.accessibleName() == "Loading"
    stripe.grab()
    stripe.stop()
    assert not stripe.is_running


def test_an_empty_state_says_what_to_do(theme: Theme, qtbot):
    state = EmptyState("ph.key", "No keys", "Make one.", "Create", theme=theme, name="list.empty")
    qtbot.addWidget(state)
    assert_accessible(state)
    with qtbot.waitSignal(state.acted):
        state.action.click()
    state.say("ph.key", "No match", "Nothing fits.")
    assert not state.action.isVisibleTo(state)


def test_a_banner_asks_for_one_thing(theme: Theme, qtbot):
    banner = Banner("warning", "The server is away.", "Try again", theme=theme, name="shell.banner")
    qtbot.addWidget(banner)
    assert_accessible(banner)
    banner.note("Trying again in 8 s")
    banner.say("The server is still away.")
    assert banner.accessibleName() == banner.text
    with qtbot.waitSignal(banner.acted):
        banner.action.click()


def test_a_menu_opens_and_escape_closes_it(theme: Theme, qtbot):
    menu = Menu(name="row.menu")
    qtbot.addWidget(menu)
    menu.addAction("Edit")
    menu.popup(menu.pos())
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()
