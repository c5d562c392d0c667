"""The box: a key that is pasted, dropped or typed is covered, heard by nobody, and gone when it is to be forgotten."""

import gc

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QAccessible, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QLineEdit

from ss_admin.contract.api_key_format import mask_api_key, new_api_key
from ss_admin.desktop.refusals.question_field import QuestionField
from ss_admin.desktop.refusals.question_text import AskedKey, AskedRequest, Unclear
from tests.support.secret_search import whole_keys_in


@pytest.fixture
def field(qtbot, theme) -> QuestionField:
    field = QuestionField(theme)
    qtbot.addWidget(field)
    with qtbot.waitActive(field):
        field.show()
    field.setFocus()
    return field


def seen(field: QuestionField) -> str:
    """All that a person, a screen reader or another program could read of it."""
    spoken = QAccessible.queryAccessibleInterface(field)
    parts = [field.text() if field.echoMode() is QLineEdit.EchoMode.Normal else field.displayText()]
    parts += [
        spoken.text(role) for role in (QAccessible.Text.Name, QAccessible.Text.Value, QAccessible.Text.Description)
    ]
    clipboard = QGuiApplication.clipboard()
    return "\n".join(
        [*parts, field.toolTip(), field.selectedText(), repr(field), repr(field.question), clipboard.text()]
    )


def test_a_pasted_key_is_covered_at_once_and_never_becomes_text(field: QuestionField, qtbot) -> None:
    key = new_api_key()
    texts: list[str] = []
    field.textChanged.connect(texts.append)
    QGuiApplication.clipboard().setText(f"Bearer {key}\n")
    qtbot.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QGuiApplication.clipboard().clear()
    assert field.text() == mask_api_key(key)
    assert not whole_keys_in("\n".join([*texts, seen(field)]).encode())
    assert isinstance(field.question, AskedKey)
    assert field.question.pasted.get_secret_value() == f"Bearer {key}\n"


def test_a_dropped_key_is_covered_too(field: QuestionField) -> None:
    key, data = new_api_key(), QMimeData()
    data.setText(key)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    field.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys))
    assert field.text() == mask_api_key(key)


def test_a_typed_key_is_covered_from_its_beginning_on_and_cannot_be_copied_or_called_back(
    field: QuestionField, qtbot
) -> None:
    key = new_api_key()
    QGuiApplication.clipboard().clear()
    qtbot.keyClicks(field, key[:20])
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert key[:20] not in seen(field)
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    for letter in (Qt.Key.Key_C, Qt.Key.Key_X):
        qtbot.keyClick(field, letter, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == ""
    qtbot.keyClick(field, Qt.Key.Key_Home)
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    assert key[1:20] not in seen(field), "a key without its first letter is still a secret"
    field.forget()
    qtbot.keyClicks(field, key)
    assert field.text() == mask_api_key(key)
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    assert field.text() == ""
    for _ in range(3):
        qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == ""


def test_emptying_the_box_by_hand_leaves_nothing_to_undo(field: QuestionField, qtbot) -> None:
    qtbot.keyClicks(field, new_api_key()[:12])
    for _ in range(12):
        qtbot.keyClick(field, Qt.Key.Key_Backspace)
    assert field.echoMode() is QLineEdit.EchoMode.Normal
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == ""


def test_forgetting_leaves_no_trace_of_the_key(field: QuestionField) -> None:
    key = new_api_key()
    field.take(key)
    field.forget()
    gc.collect()
    assert field.question == Unclear("")
    assert not field.holds_key
    assert not field.isUndoAvailable()
    held = [part for part in gc.get_objects() if isinstance(part, AskedKey)]
    assert held == []


def test_an_id_is_plain_text_that_can_be_edited_and_a_key_pasted_over_it_takes_its_place(
    field: QuestionField, qtbot
) -> None:
    field.take("X-Request-Id: \n 01ABC")
    qtbot.keyClicks(field, "DEF")
    assert field.question == AskedRequest("01ABCDEF")
    key = new_api_key()
    field.selectAll()
    field.take(key)
    assert field.text() == mask_api_key(key)
    field.take("01ABCDEF")
    assert field.text() == mask_api_key(key), "what is covered is cleared first"
