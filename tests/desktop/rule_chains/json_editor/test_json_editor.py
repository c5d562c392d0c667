"""The editor for JSON as people and other parts of the console use it."""

import json

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from ss_admin.contract.problems import FieldFault
from ss_admin.desktop.rule_chains.json_editor.fault_list import FaultList
from ss_admin.desktop.rule_chains.json_editor.find_bar import FindBar
from ss_admin.desktop.rule_chains.json_editor.highlighter import SYNTAX_ROLES
from ss_admin.desktop.rule_chains.json_editor.json_editor import JsonEditor
from ss_admin.desktop.theme.tokens import DARK, LIGHT, contrast_ratio
from tests.support.accessibility import assert_accessible

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def editor(theme, qtbot) -> JsonEditor:
    editor = JsonEditor(theme=theme, name="chain.definition", label="Definition")
    qtbot.addWidget(editor)
    editor.resize(640, 480)
    with qtbot.waitActive(editor):
        editor.show()
        editor.activateWindow()
    return editor


def area_of(editor: JsonEditor) -> QPlainTextEdit:
    return editor.findChild(QPlainTextEdit, "chain.definition.text")


def messages(editor: JsonEditor) -> list[str]:
    shown = editor.findChild(FaultList)
    return [shown.item(row).text() for row in range(shown.count())] if shown.isVisible() else []


def line_of_cursor(editor: JsonEditor) -> int:
    return area_of(editor).textCursor().blockNumber() + 1


def put_cursor(editor: JsonEditor, position: int) -> None:
    cursor = area_of(editor).textCursor()
    cursor.setPosition(position)
    area_of(editor).setTextCursor(cursor)


def press(editor: JsonEditor, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(area_of(editor), key, modifiers)


class TestDocuments:
    def test_a_document_comes_back_as_it_was_given(self, editor):
        given = {"b": [1, 2.5, None, "ä😀\u2028"], "a": {"nested": True}}
        editor.set_document(given)
        assert editor.document() == given
        assert editor.text().startswith('{\n  "b": [\n    1,')
        assert list(editor.document()) == ["b", "a"]
        assert not editor.has_syntax_error()

    def test_a_text_is_kept_to_the_letter(self, editor):
        text = '{"a":\t1.10,\r\n "b": "x\u00a0y"}'
        editor.set_text(text)
        assert editor.text() == text.replace("\r\n", "\n")

    def test_a_broken_text_is_no_document(self, editor):
        editor.set_text('{"a": 1,}')
        assert editor.document() is None
        assert editor.has_syntax_error()
        assert editor.fault_count() == 1
        assert messages(editor) == ["Line 1: Take this comma away: nothing follows it."]

    def test_loading_is_no_change_and_typing_is(self, editor, qtbot):
        with qtbot.assertNotEmitted(editor.changed):
            editor.set_document({"a": 1})
        with qtbot.waitSignal(editor.changed):
            press(editor, Qt.Key.Key_Space)

    def test_an_import_is_taken_back_with_one_undo(self, editor, qtbot):
        editor.set_document({"a": 1})
        put_cursor(editor, 0)
        QTest.keyClicks(area_of(editor), " ")
        typed = editor.text()
        with qtbot.waitSignal(editor.changed):
            editor.replace_document({"b": 2})
        assert editor.document() == {"b": 2}
        area_of(editor).undo()
        assert editor.text() == typed
        area_of(editor).undo()
        assert editor.document() == {"a": 1}
        assert not editor.text().startswith(" ")


class TestFaults:
    def test_what_is_typed_wrong_is_told_when_typing_rests(self, editor, qtbot):
        editor.set_document({"a": 1})
        put_cursor(editor, 1)
        with qtbot.waitSignal(editor.settled):
            QTest.keyClicks(area_of(editor), ",")
        assert messages(editor) == ["Line 1: One comma too many: a name is missing before it."]
        with qtbot.waitSignal(editor.settled):
            press(editor, Qt.Key.Key_Backspace)
        assert messages(editor) == []

    def test_a_faults_pointer_becomes_its_line(self, editor):
        editor.set_document({"nodes": [{"id": "a"}, {"id": "b", "name": "x"}]})
        faults = [
            FieldFault(pointer="/definition/nodes/1/name", detail="Too short."),
            FieldFault(pointer="/definition/nodes/0/kind", detail="This member is missing."),
            FieldFault(pointer="/definitions", detail="Another."),
            FieldFault(pointer="/input_schema/type", detail="Another."),
            FieldFault(pointer="/definition", detail="No output."),
        ]
        editor.show_faults(faults, "/definition")
        assert messages(editor) == [
            "Line 1: No output.",
            "Line 3: “kind”: This member is missing.",
            "Line 8: Too short.",
        ]
        assert editor.fault_count() == 3
        assert_accessible(editor)

    def test_enter_on_a_message_goes_to_its_line(self, editor, qtbot):
        editor.set_document({"a": 1, "b": {"c": 2}})
        editor.show_faults([FieldFault(pointer="/b/c", detail="No.")], "")
        shown = editor.findChild(FaultList)
        shown.setFocus()
        qtbot.keyClick(shown, Qt.Key.Key_Return)
        assert line_of_cursor(editor) == 4
        assert area_of(editor).hasFocus()

    def test_a_click_on_a_message_goes_to_its_line(self, editor, qtbot):
        editor.set_document({"a": 1, "b": {"c": 2}})
        editor.show_faults([FieldFault(pointer="/a", detail="No."), FieldFault(pointer="/b/c", detail="No.")], "")
        shown = editor.findChild(FaultList)
        place = shown.visualItemRect(shown.item(1)).center()
        qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert line_of_cursor(editor) == 4

    def test_a_long_message_wraps_and_no_row_is_cut_in_its_middle(self, editor):
        editor.set_document({"a": 1, "b": 2, "c": 3, "d": 4})
        detail = (
            "Node “Triage”, rule 2, column “Priority”: the text that begins at character 1 has no closing mark. " * 2
        )
        editor.show_faults([FieldFault(pointer=f"/{name}", detail=detail) for name in "abcd"], "")
        shown = editor.findChild(FaultList)
        rows = [shown.visualItemRect(shown.item(row)) for row in range(shown.count())]
        assert all(row.height() > 2 * shown.fontMetrics().height() for row in rows)
        assert any(abs(row.bottom() - shown.viewport().rect().bottom()) <= 1 for row in rows)

    def test_a_told_fault_goes_when_its_value_is_edited_and_the_others_stay(self, editor, qtbot):
        editor.set_document({"a": 11, "b": 22})
        editor.show_faults([FieldFault(pointer="/a", detail="A."), FieldFault(pointer="/b", detail="B.")], "")
        put_cursor(editor, editor.text().index("11") + 1)
        with qtbot.waitSignal(editor.settled):
            press(editor, Qt.Key.Key_5)
        assert messages(editor) == ["Line 3: B."]
        put_cursor(editor, 1)
        with qtbot.waitSignal(editor.settled):
            press(editor, Qt.Key.Key_Return)
        assert messages(editor) == ["Line 4: B."]

    def test_f8_goes_from_fault_to_fault(self, editor):
        editor.set_document({"a": 1, "b": 2, "c": 3})
        editor.show_faults([FieldFault(pointer=f"/{name}", detail="No.") for name in "ac"], "")
        lines = []
        for modifiers in (Qt.KeyboardModifier.NoModifier,) * 3 + (SHIFT,):
            press(editor, Qt.Key.Key_F8, modifiers)
            lines.append(line_of_cursor(editor))
        assert lines == [2, 4, 2, 4]

    def test_go_to_leads_to_a_pointer(self, editor):
        editor.set_document({"a": 1, "b": {"c": [1, {"d": 2}]}})
        editor.go_to("/b/c/1/d")
        assert area_of(editor).textCursor().block().text().strip() == '"d": 2'
        assert area_of(editor).hasFocus()


class TestKeyboard:
    def test_enter_indents_and_opens_a_bracket_up(self, editor):
        editor.set_text("{}")
        put_cursor(editor, 1)
        press(editor, Qt.Key.Key_Return)
        QTest.keyClicks(area_of(editor), '"a": [')
        press(editor, Qt.Key.Key_Return)
        QTest.keyClicks(area_of(editor), "1")
        press(editor, Qt.Key.Key_Return)
        QTest.keyClicks(area_of(editor), "]")
        assert editor.text() == '{\n  "a": [\n    1\n  ]\n}'

    def test_tab_indents_the_selected_lines_and_back(self, editor):
        editor.set_text('{\n"a": 1,\n"b": 2\n}')
        cursor = area_of(editor).textCursor()
        cursor.setPosition(2)
        cursor.setPosition(editor.text().index("}"), QTextCursor.MoveMode.KeepAnchor)
        area_of(editor).setTextCursor(cursor)
        press(editor, Qt.Key.Key_Tab)
        assert editor.text() == '{\n  "a": 1,\n  "b": 2\n}'
        press(editor, Qt.Key.Key_Backtab, SHIFT)
        assert editor.text() == '{\n"a": 1,\n"b": 2\n}'

    def test_escape_and_tab_lead_on_and_it_is_said(self, theme, qtbot):
        window = QWidget()
        qtbot.addWidget(window)
        layout = QVBoxLayout(window)
        editor = JsonEditor(theme=theme, name="chain.definition")
        layout.addWidget(editor)
        layout.addWidget(QLineEdit())
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        editor.set_text("{}")
        editor.setFocus()
        assert "Escape and then Tab" in area_of(editor).accessibleDescription()
        press(editor, Qt.Key.Key_Tab)
        assert area_of(editor).hasFocus()
        assert editor.text() == "  {}"
        press(editor, Qt.Key.Key_Escape)
        press(editor, Qt.Key.Key_Tab)
        assert not area_of(editor).hasFocus()
        assert editor.text() == "  {}"

    def test_ctrl_shift_f_lays_out_in_one_step_and_keeps_told_faults(self, editor):
        editor.set_text('{"a":[1,2],"b":"x"}')
        editor.show_faults([FieldFault(pointer="/b", detail="No.")], "")
        editor.go_to("/b")
        press(editor, Qt.Key.Key_F, CTRL | SHIFT)
        assert editor.text() == '{\n  "a": [\n    1,\n    2\n  ],\n  "b": "x"\n}'
        assert messages(editor) == ["Line 6: No."]
        assert line_of_cursor(editor) == 6
        area_of(editor).undo()
        assert editor.text() == '{"a":[1,2],"b":"x"}'

    def test_laying_out_something_broken_goes_to_the_fault(self, editor):
        editor.set_text('{"a": 1,\n"b": }')
        editor.lay_out()
        assert editor.text() == '{"a": 1,\n"b": }'
        assert line_of_cursor(editor) == 2

    def test_pasted_json_on_one_very_long_line_is_laid_out(self, editor):
        mime = QMimeData()
        mime.setText(json.dumps({"items": list(range(3000))}))
        area_of(editor).insertFromMimeData(mime)
        assert editor.text().count("\n") == 3003
        area_of(editor).undo()
        assert editor.text() == ""


class TestFinding:
    def test_ctrl_f_finds_and_f3_goes_on_round_the_end(self, editor, qtbot):
        editor.set_document({"name": 1, "x": "NAME", "names": 2})
        press(editor, Qt.Key.Key_F, CTRL)
        bar = editor.findChild(FindBar)
        assert bar.field.hasFocus()
        qtbot.keyClicks(bar.field, "name")
        assert bar.count_text == "1 of 3"
        lines = []
        for _ in range(3):
            qtbot.keyClick(bar.field, Qt.Key.Key_F3)
            lines.append(line_of_cursor(editor))
        assert lines == [3, 4, 2]
        qtbot.keyClick(bar.field, Qt.Key.Key_F3, SHIFT)
        assert line_of_cursor(editor) == 4
        qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
        assert not bar.isVisible()
        assert area_of(editor).hasFocus()

    def test_what_is_not_there_is_said(self, editor, qtbot):
        editor.set_document({"a": 1})
        press(editor, Qt.Key.Key_F, CTRL)
        bar = editor.findChild(FindBar)
        qtbot.keyClicks(bar.field, "zebra")
        assert bar.count_text == "Not found"

    def test_ctrl_g_goes_to_a_line(self, editor, qtbot):
        editor.set_document({"a": 1, "b": 2, "c": 3})
        press(editor, Qt.Key.Key_G, CTRL)
        field = editor.findChild(QLineEdit, "chain.definition.lineBar.field")
        qtbot.keyClicks(field, "3")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert line_of_cursor(editor) == 3
        assert not field.isVisible()


class TestReading:
    def test_what_is_only_read_cannot_be_changed_and_tab_leads_on(self, editor):
        editor.set_document({"a": 1})
        editor.set_read_only(True)
        area_of(editor).setFocus()
        QTest.keyClicks(area_of(editor), "xyz")
        editor.lay_out()
        assert editor.document() == {"a": 1}
        assert area_of(editor).tabChangesFocus()

    def test_any_json_can_be_read(self, editor):
        editor.set_read_only(True)
        for text in ("[1, 2]", "null", ""):
            editor.set_text(text)
            assert editor.fault_count() == 0

    def test_the_line_below_says_where_the_cursor_is(self, editor, qtbot):
        editor.set_document({"nodes": [{"id": 1}]})
        editor.go_to("/nodes/0/id")
        labels = [label.text() for label in editor.findChildren(type(editor._status._where))]
        assert any(text.startswith("Line 4, column ") for text in labels)
        qtbot.waitUntil(lambda: editor._status._path.text() == "nodes › 0 › id")

    def test_the_menu_has_what_the_keys_do(self, editor, qtbot):
        editor.set_document({"a": 1})
        editor._area.menu_wanted.emit(editor.mapToGlobal(QPoint(20, 20)))
        (menu,) = [menu for menu in editor.findChildren(QMenu) if menu.isVisible()]
        texts = [action.text() for action in menu.actions()]
        assert {"Find…", "Go to line…", "Lay out"} <= set(texts)
        menu.close()


def test_it_is_drawn_in_both_themes_with_enough_contrast(editor, theme):
    editor.set_document({"name": "text", "n": 1, "t": True})
    light = editor.grab().toImage()
    theme.force("dark")
    assert editor.grab().toImage() != light
    for tokens in (LIGHT, DARK):
        grounds = (tokens.surface, tokens.surface_hover, tokens.surface_sunken)
        for role in SYNTAX_ROLES.values():
            assert min(contrast_ratio(getattr(tokens, role), ground) for ground in grounds) >= 4.5


def test_a_long_document_is_typed_into_without_a_wait(editor, qtbot):
    """500 KiB: only what is in view is coloured, and nothing is parsed while keys are pressed."""
    editor.set_document({"nodes": [{"id": str(i), "name": "n" * 40, "at": [i, i + 1]} for i in range(4000)]})
    assert len(editor.text()) > 500_000
    put_cursor(editor, len(editor.text()) // 2)
    dressed = sum(
        bool(area_of(editor).document().findBlockByNumber(line).layout().formats()) for line in range(0, 20_000, 7)
    )
    assert dressed < 100
    read_before = editor._current._reading
    QTest.keyClicks(area_of(editor), "     ")
    assert editor._current._reading is read_before
