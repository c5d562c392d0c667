"""The field for whole numbers: it takes what is typed and hides nothing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QValidator

from ss_admin.desktop.api_keys.editor.number_field import NumberField


@pytest.fixture
def field(qtbot, theme):
    field = NumberField(1_000_000)
    qtbot.addWidget(field)
    field.show()
    field.set_number(100)
    return field


def retype(qtbot, field, text):
    field.selectAll()
    qtbot.keyClicks(field, text) if text else qtbot.keyClick(field, Qt.Key.Key_Delete)


@pytest.mark.parametrize(
    ("typed", "number"), [("250", 250), ("0", 0), ("2000000", 2_000_000), ("1,000", 1000), ("", None)]
)
def test_what_is_typed_stays_as_it_is(qtbot, field, typed, number):
    retype(qtbot, field, typed)
    field.clearFocus()
    assert field.number() == number


@pytest.mark.parametrize("typed", ["abc", "-5", "1.5"])
def test_what_is_no_digit_cannot_be_typed(qtbot, field, typed):
    field.set_number(None)
    qtbot.keyClicks(field, typed)
    assert all(character in "0123456789" for character in field.text())


def test_thousands_are_separated(field):
    field.set_number(1_000_000)
    assert field.text() == "1,000,000"


def test_arrows_stay_within_the_limits(qtbot, field):
    field.set_number(1_000_000)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.number() == 1_000_000
    field.set_number(1)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.number() == 1
    field.set_number(None)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.number() == 1


def test_digits_of_other_scripts_are_refused_where_they_are_pasted(field):
    state, _, _ = field.validate("٣", 1)
    assert state == QValidator.State.Invalid
