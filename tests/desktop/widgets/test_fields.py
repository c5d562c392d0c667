"""Fields: their names for screen readers, their errors, search as you type, the switch."""

import pytest
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtGui import QTextFormat
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton, button, set_kind
from ss_admin.desktop.widgets.date_time_edit import DateTimeEdit
from ss_admin.desktop.widgets.form_field import FormField
from ss_admin.desktop.widgets.labels import ElidedLabel
from ss_admin.desktop.widgets.search_field import SearchField
from ss_admin.desktop.widgets.switch import Switch
from tests.support.accessibility import assert_accessible, find_focusable


def test_a_field_lends_its_label_to_its_editor(theme: Theme, qtbot):
    field = FormField("Name", QLineEdit(), help="What it is for.", required=True, editor_name="form.name")
    qtbot.addWidget(field)
    assert field.editor.accessibleName() == "Name"
    assert field.editor.objectName() == "form.name"
    assert field.label.buddy() is field.editor
    assert field.editor.accessibleDescription() == "What it is for."


def test_an_error_stands_in_the_place_of_the_help_and_is_read_aloud(theme: Theme, qtbot):
    field = FormField("Name", QLineEdit(), help="What it is for.", editor_name="form.name")
    qtbot.addWidget(field)
    field.set_error("Enter a name.")
    assert field.error == "Enter a name."
    assert field.editor.accessibleDescription() == "Enter a name."
    assert field.editor.property("invalid") is True
    assert not field._help.isVisibleTo(field)
    field.clear_error()
    assert field.error == ""
    assert field._help.isVisibleTo(field)
    assert field.editor.property("invalid") is False


def test_a_long_error_is_shown_whole(theme: Theme, qtbot):
    field = FormField("Name", QLineEdit(), editor_name="form.name")
    qtbot.addWidget(field)
    field.resize(240, field.heightForWidth(240))
    field.show()
    field.set_error("This is what is wrong, in a sentence that needs more than one line to be told. " * 2)
    field.resize(240, field.heightForWidth(240))
    qtbot.waitUntil(lambda: field._error.height() >= field._error.heightForWidth(field._error.width()))


def test_search_waits_for_a_rest_in_typing(theme: Theme, qtbot):
    field = SearchField("Search", theme=theme, name="list.search")
    qtbot.addWidget(field)
    searched: list[str] = []
    field.searched.connect(searched.append)
    qtbot.keyClicks(field, "alarm ")
    assert searched == []
    qtbot.waitUntil(lambda: searched == ["alarm"])


def test_enter_searches_at_once_and_escape_clears(theme: Theme, qtbot):
    field = SearchField("Search", theme=theme, name="list.search")
    qtbot.addWidget(field)
    searched: list[str] = []
    field.searched.connect(searched.append)
    qtbot.keyClicks(field, "x")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert searched == ["x"]
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: searched == ["x", ""])


def test_space_toggles_a_switch(theme: Theme, qtbot):
    switch = Switch("Enable rate limiting", theme=theme)
    qtbot.addWidget(switch)
    switch.show()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert switch.isChecked()
    assert switch.accessibleName() == "Enable rate limiting"
    qtbot.waitUntil(lambda: knob_is_at(switch, 24, "knob"))


def knob_is_at(switch: Switch, x: int, role: str) -> bool:
    pixels = switch.grab().toImage()
    return pixels.pixelColor(x, pixels.height() // 2) == switch._theme.colour(role)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_switch_shows_its_state_by_place_and_not_by_colour_alone(theme: Theme, qtbot, name: str):
    theme.force(name)
    switch = Switch("", theme=theme)
    qtbot.addWidget(switch)
    assert knob_is_at(switch, 10, "text_dimmed")
    switch.setChecked(True)
    qtbot.waitUntil(lambda: knob_is_at(switch, 24, "knob"))


def test_an_icon_button_is_called_what_its_tooltip_says(theme: Theme, qtbot):
    made = IconButton("ph.copy", "Copy", name="key.copy", theme=theme)
    qtbot.addWidget(made)
    assert (made.toolTip(), made.accessibleName(), made.objectName()) == ("Copy", "Copy", "key.copy")
    made.show_as("ph.check", "Copied")
    assert (made.toolTip(), made.accessibleName()) == ("Copied", "Copied")


def test_a_button_changes_its_kind_after_it_was_dressed(theme: Theme, qtbot):
    made = button("Delete", "danger", name="key.delete", theme=theme, icon="ph.trash")
    qtbot.addWidget(made)
    before = made.grab().toImage()
    set_kind(made, "quiet")
    assert made.grab().toImage() != before


def test_text_that_does_not_fit_is_whole_in_the_tooltip(theme: Theme, qtbot):
    label = ElidedLabel("A name far too long for the room that it was given")
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.show()
    assert label.toolTip() == label.text()
    label.resize(800, 20)
    assert label.toolTip() == ""


def test_the_calendar_wears_the_theme(theme: Theme, qtbot):
    editor = DateTimeEdit(theme=theme, name="form.date")
    qtbot.addWidget(editor)
    editor.setDateTime(QDateTime(2026, 12, 23, 14, 0, 0))
    assert editor.text() == "2026-12-23 14:00"
    theme.force("dark")
    calendar = editor.calendarWidget()
    assert not calendar.weekdayTextFormat(Qt.DayOfWeek.Sunday).hasProperty(QTextFormat.Property.ForegroundBrush)
    assert calendar.headerTextFormat().foreground().color() == theme.colour("text_dimmed")


@pytest.mark.parametrize(
    ("key", "modifier"),
    [(Qt.Key.Key_F4, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)],
)
def test_the_calendar_opens_from_the_keyboard(theme: Theme, qtbot, key: Qt.Key, modifier: Qt.KeyboardModifier):
    editor = DateTimeEdit(theme=theme, name="form.date")
    qtbot.addWidget(editor)
    editor.resize(268, 34)
    editor.show()
    qtbot.keyClick(editor, key, modifier)
    assert editor.calendarWidget().isVisible()
    editor.calendarWidget().window().close()


def test_escape_in_a_date_is_left_to_the_dialog(theme: Theme, qtbot):
    dialog = QDialog()
    qtbot.addWidget(dialog)
    editor = DateTimeEdit(theme=theme, name="form.date", parent=dialog)
    dialog.show()
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(editor, Qt.Key.Key_Escape)


def test_the_walk_finds_controls_without_a_name(theme: Theme, qtbot):
    root = QWidget()
    qtbot.addWidget(root)
    editor = QLineEdit()
    QVBoxLayout(root).addWidget(editor)
    assert find_focusable(root) == [editor]
    with pytest.raises(AssertionError, match="accessible name"):
        assert_accessible(root)
    editor.setAccessibleName("Name")
    with pytest.raises(AssertionError, match="objectName"):
        assert_accessible(root)
    editor.setObjectName("form.name")
    assert_accessible(root)
