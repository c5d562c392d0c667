"""The list of addresses: judged as it is typed, line by line, and tidied when it is left."""

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ss_admin.desktop.api_keys.editor.address_edit import AddressEdit


@pytest.fixture
def edit(qtbot, theme):
    window = QWidget()
    qtbot.addWidget(window)
    edit = AddressEdit(theme=theme)
    layout = QVBoxLayout(window)
    layout.addWidget(edit)
    layout.addWidget(QLineEdit())
    with qtbot.waitActive(window):
        window.show()
    edit.setFocus()
    yield edit
    window.close()


def marked(edit):
    return [mark.cursor.block().text() for mark in edit.extraSelections()]


def paste(edit, text):
    data = QMimeData()
    data.setText(text)
    edit.insertFromMimeData(data)


def test_line_being_typed_is_judged_once_typing_rests(edit, qtbot):
    qtbot.keyClicks(edit, "203.0.11")
    assert (edit.fault, marked(edit)) == ("", [])
    qtbot.waitUntil(lambda: "203.0.11" in edit.fault)
    assert marked(edit) == ["203.0.11"]
    qtbot.keyClicks(edit, "3.7")
    assert (edit.fault, marked(edit)) == ("", [])


def test_line_that_was_left_is_judged_at_once(edit, qtbot):
    qtbot.keyClicks(edit, "10.0.0.1/8")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.fault.startswith("Line 1: “10.0.0.1/8” names an address within a network")
    assert marked(edit) == ["10.0.0.1/8"]


def test_fault_of_the_cursors_line_is_told_before_others(edit, qtbot):
    edit.set_text("foo\n203.0.113.7\nbar")
    assert "Line 1" in edit.fault
    qtbot.keyClick(edit, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert "Line 3" in edit.fault
    assert marked(edit) == ["foo", "bar"]


def test_pasted_list_is_put_one_a_line_whatever_separates_it(edit):
    paste(edit, "203.0.113.7, 198.51.100.0/24;2001:db8::/32\r\n192.0.2.1 \t nonsense")
    lines = ["203.0.113.7", "198.51.100.0/24", "2001:db8::/32", "192.0.2.1", "nonsense", ""]
    assert edit.toPlainText().split("\n") == lines
    assert "nonsense" in edit.fault


def test_pasting_within_a_line_stays_within_it(edit, qtbot):
    qtbot.keyClicks(edit, "/24")
    qtbot.keyClick(edit, Qt.Key.Key_Home)
    paste(edit, " 203.0.113.0\n")
    assert edit.toPlainText() == "203.0.113.0/24"


def test_leaving_shows_normal_forms_and_undo_takes_them_back(edit, qtbot):
    qtbot.keyClicks(edit, "203.0.113.7,foo")
    qtbot.keyClick(edit, Qt.Key.Key_Tab)
    assert edit.toPlainText() == "203.0.113.7/32\nfoo"
    assert "Line 2" in edit.fault
    edit.undo()
    assert edit.toPlainText() == "203.0.113.7,foo"
