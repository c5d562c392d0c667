"""The form made from a schema: what is shown comes back exactly, and what is edited comes back as it was meant."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from ss_admin.contract.problems import FieldFault
from ss_admin.desktop.rule_chains.trial.form_parts import FieldPart
from ss_admin.desktop.rule_chains.trial.schema_form import SchemaForm
from tests.support.accessibility import assert_accessible
from tests.support.sample_chains import sample_document

NAMES = st.sampled_from(["a", "b", "c/d", "~", "&x"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
PAYLOADS = st.dictionaries(NAMES, VALUES, max_size=5)
LEAVES = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "maxLength": 5000},
        {"type": "integer"},
        {"type": ["number", "null"]},
        {"type": "boolean"},
        {"enum": ["x", 1, None, {"a": 1}]},
        {"const": 3},
        {"type": "array"},
        True,
    ]
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda members, required: {"type": "object", "properties": members, "required": required},
        st.dictionaries(NAMES, inner, max_size=4),
        st.lists(NAMES, max_size=2),
    ),
    max_leaves=6,
)


def form_of(theme, qtbot, schema: dict, payload: dict) -> SchemaForm:
    form = SchemaForm(theme=theme, name="form")
    qtbot.addWidget(form)
    form.set_schema({"type": "object", "properties": schema} if "properties" not in schema else schema)
    form.set_payload(payload)
    form.resize(420, 600)
    form.show()
    return form


def activate(form: SchemaForm, qtbot) -> None:
    with qtbot.waitActive(form):
        form.activateWindow()


def control(form: SchemaForm, pointer: str, kind: type = QWidget) -> QWidget:
    return form.findChild(kind, f"form{pointer}")


def retype(qtbot, field: QLineEdit | QPlainTextEdit, text: str) -> None:
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)


def error_at(form: SchemaForm, pointer: str) -> str:
    return control(form, f"{pointer}.error").text()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schema=SCHEMAS, payload=PAYLOADS, other=PAYLOADS)
def test_a_payload_comes_back_exactly_as_it_was_shown(theme, qtbot, schema, payload, other):
    form = SchemaForm(theme=theme)
    form.set_schema({"type": "object", "properties": {"a": schema, "b": schema}})
    for shown in (payload, other, payload):
        form.set_payload(shown)
        assert json.dumps(form.payload()) == json.dumps(shown)
    form.deleteLater()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=PAYLOADS, text=st.text("abc xyz", min_size=1, max_size=5))
def test_editing_one_field_changes_nothing_else(theme, qtbot, payload, text):
    payload = {**payload, "t": "before"}
    form = SchemaForm(theme=theme, name="form")
    form.set_schema({"properties": {"a": {"type": "integer"}, "b": {"properties": {}}, "t": {"type": "string"}}})
    form.set_payload(payload)
    control(form, "/t").setText(text)
    control(form, "/t").textEdited.emit(text)
    assert json.dumps(form.payload()) == json.dumps({**payload, "t": text})
    form.deleteLater()


def test_the_sample_chain_has_a_field_for_each_member(theme, qtbot):
    sample = sample_document()
    form = form_of(theme, qtbot, sample["input_schema"], sample["sample_payload"])
    assert control(form, "/_building/label").text() == "Central Academy"
    assert control(form, "/_priority").currentText() == "Minor"
    assert isinstance(control(form, "/_description"), QPlainTextEdit)
    assert control(form, "/_problem_type", QCheckBox).isChecked()
    assert form.payload() == sample["sample_payload"]
    assert_accessible(form)


class TestNumbers:
    def test_whole_numbers_keep_every_digit(self, theme, qtbot):
        form = form_of(theme, qtbot, {"n": {"type": "integer"}}, {"n": 12345678901234567890})
        assert control(form, "/n").text() == "12345678901234567890"
        retype(qtbot, control(form, "/n"), "98765432109876543210")
        assert form.payload() == {"n": 98765432109876543210}

    def test_a_number_stays_what_it_is(self, theme, qtbot):
        form = form_of(theme, qtbot, {"n": {"type": "number"}}, {"n": 5.0})
        assert control(form, "/n").text() == "5.0"
        retype(qtbot, control(form, "/n"), "0.1")
        assert json.dumps(form.payload()) == '{"n": 0.1}'
        retype(qtbot, control(form, "/n"), "7")
        assert json.dumps(form.payload()) == '{"n": 7}'

    @pytest.mark.parametrize("text", ["1,5", "abc", "1e999", "0x1", "--1", "01"])
    def test_what_is_no_number_is_said_at_once_and_the_value_before_stays(self, theme, qtbot, text):
        form = form_of(theme, qtbot, {"n": {"type": "number"}}, {"n": 3})
        retype(qtbot, control(form, "/n"), text)
        assert error_at(form, "/n") == "This is not a number, such as 12 or 0.5."
        assert form.find_problem() is not None
        retype(qtbot, control(form, "/n"), "4")
        assert error_at(form, "/n") == ""
        assert form.payload() == {"n": 4}

    def test_a_fraction_is_no_whole_number(self, theme, qtbot):
        form = form_of(theme, qtbot, {"n": {"type": "integer"}}, {})
        retype(qtbot, control(form, "/n"), "1.5")
        assert "whole number" in error_at(form, "/n")


class TestLeavingOut:
    def test_an_empty_optional_field_is_not_in_the_payload(self, theme, qtbot):
        form = form_of(theme, qtbot, {"a": {"type": "string"}, "n": {"type": "integer"}}, {"a": "x", "n": 1})
        retype(qtbot, control(form, "/a"), "")
        retype(qtbot, control(form, "/n"), "")
        assert form.payload() == {}

    def test_an_empty_required_text_is_an_empty_text(self, theme, qtbot):
        schema = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
        form = form_of(theme, qtbot, schema, {"a": "x"})
        retype(qtbot, control(form, "/a"), "")
        assert form.payload() == {"a": ""}

    def test_an_empty_text_that_was_given_stays(self, theme, qtbot):
        form = form_of(theme, qtbot, {"a": {"type": "string"}, "b": {"type": "string"}}, {"a": ""})
        retype(qtbot, control(form, "/b"), "y")
        assert form.payload() == {"a": "", "b": "y"}

    def test_an_optional_choice_can_be_none(self, theme, qtbot):
        form = form_of(theme, qtbot, {"c": {"enum": ["x", "y"]}, "t": {"type": "boolean"}}, {"c": "y", "t": False})
        box = control(form, "/c", QComboBox)
        assert [box.itemText(row) for row in range(box.count())] == ["(none)", "x", "y"]
        truth = control(form, "/t", QComboBox)
        assert [truth.itemText(row) for row in range(truth.count())] == ["(none)", "true", "false"]
        qtbot.keyClick(box, Qt.Key.Key_Home)
        qtbot.keyClick(truth, Qt.Key.Key_Up)
        assert form.payload() == {"t": True}

    def test_a_required_choice_that_is_missing_asks_for_one(self, theme, qtbot):
        form = form_of(theme, qtbot, {"properties": {"c": {"enum": ["x"]}}, "required": ["c"]}, {})
        box = control(form, "/c", QComboBox)
        assert box.currentText() == "Choose…"
        qtbot.keyClick(box, Qt.Key.Key_Down)
        assert form.payload() == {"c": "x"}

    def test_a_value_that_is_no_choice_is_kept_and_said(self, theme, qtbot):
        form = form_of(theme, qtbot, {"c": {"enum": [1, 2]}}, {"c": True})
        assert control(form, "/c").currentText() == "true (not among the choices)"
        assert form.payload()["c"] is True

    def test_a_group_without_its_tick_is_left_out_and_comes_back(self, theme, qtbot):
        schema = {"g": {"properties": {"x": {"type": "string"}}}}
        form = form_of(theme, qtbot, schema, {"g": {"x": "1", "y": 2}})
        tick = control(form, "/g", QCheckBox)
        qtbot.keyClick(tick, Qt.Key.Key_Space)
        assert form.payload() == {}
        assert not control(form, "/g/x").isVisible()
        qtbot.keyClick(tick, Qt.Key.Key_Space)
        assert form.payload() == {"g": {"x": "1", "y": 2}}

    def test_a_required_group_that_is_missing_comes_with_its_first_member(self, theme, qtbot):
        schema = {"properties": {"g": {"properties": {"x": {"type": "string"}}}}, "required": ["g"]}
        form = form_of(theme, qtbot, schema, {})
        assert form.payload() == {}
        retype(qtbot, control(form, "/g/x"), "1")
        assert form.payload() == {"g": {"x": "1"}}


class TestJsonFields:
    def test_an_array_is_edited_as_json(self, theme, qtbot):
        form = form_of(theme, qtbot, {"tags": {"type": "array"}}, {"tags": ["a"]})
        retype(qtbot, control(form, "/tags"), '["b", 2]')
        assert form.payload() == {"tags": ["b", 2]}

    def test_what_is_no_json_is_said_and_the_value_before_stays(self, theme, qtbot):
        form = form_of(theme, qtbot, {"tags": {"type": "array"}}, {"tags": ["a"]})
        retype(qtbot, control(form, "/tags"), '["b",]')
        assert error_at(form, "/tags") == "Take this comma away: nothing follows it."
        assert form.find_problem() is not None
        retype(qtbot, control(form, "/tags"), "")
        assert form.payload() == {}
        assert form.find_problem() is None

    def test_a_value_of_another_type_can_be_seen_and_mended(self, theme, qtbot):
        form = form_of(theme, qtbot, {"n": {"type": "integer"}}, {"n": "twelve"})
        assert error_at(form, "/n") == "Expected here is a whole number."
        retype(qtbot, control(form, "/n"), "12")
        assert form.payload() == {"n": 12}


class TestFaults:
    def test_each_fault_stands_at_its_field_until_it_is_edited(self, theme, qtbot):
        schema = {"a": {"type": "string"}, "tags": {"type": "array"}, "g": {"properties": {"x": {"type": "string"}}}}
        form = form_of(theme, qtbot, schema, {"a": "1", "tags": [1], "g": {"x": "1"}})
        faults = {
            "/a": "Too short.",
            "/tags/0": "No text.",
            "/g/x": "Wrong.",
            "/other": "Not expected.",
            "": "Too few.",
        }
        left = form.show_faults([FieldFault(pointer=pointer, detail=detail) for pointer, detail in faults.items()])
        assert error_at(form, "/a") == "Too short."
        assert error_at(form, "/tags") == "/0: No text."
        assert error_at(form, "/g/x") == "Wrong."
        assert [fault.pointer for fault in left] == ["/other", ""]
        retype(qtbot, control(form, "/a"), "longer")
        assert error_at(form, "/a") == ""
        assert error_at(form, "/g/x") == "Wrong."

    def test_a_missing_group_is_told_at_its_heading(self, theme, qtbot):
        form = form_of(theme, qtbot, {"g": {"title": "Group", "properties": {"x": {"type": "string"}}}}, {})
        assert form.show_faults([FieldFault(pointer="/g", detail="This member is missing.")]) == []
        assert form._root.parts[0]._error.text() == "This member is missing."

    def test_the_first_problem_gets_the_focus(self, theme, qtbot):
        form = form_of(theme, qtbot, {f"m{n}": {"type": "integer"} for n in range(30)}, {})
        activate(form, qtbot)
        field = control(form, "/m29")
        retype(qtbot, field, "x")
        problem = form.find_problem()
        assert isinstance(problem, FieldPart)
        form.reveal(problem)
        assert field.hasFocus()
        assert not field.visibleRegion().isEmpty()


def test_members_that_the_schema_does_not_describe_are_named(theme, qtbot):
    form = form_of(theme, qtbot, {"a": {"type": "string"}}, {"z": 1, "a": "x", "y": [2]})
    assert "z, y" in form._root._rest.text()
    retype(qtbot, control(form, "/a"), "w")
    assert list(form.payload().items()) == [("z", 1), ("a", "w"), ("y", [2])]


def test_more_than_a_form_can_show_is_said(theme, qtbot):
    form = form_of(theme, qtbot, {f"m{n}": {"type": "string"} for n in range(400)}, {"m399": "x"})
    assert "more than a form can show" in form._root._rest.text()
    assert form.payload() == {"m399": "x"}


def test_a_schema_without_members_says_so(theme, qtbot):
    form = form_of(theme, qtbot, {"properties": {}}, {"a": 1})
    assert not form.has_fields
    assert form._empty.isVisible()
    assert form.payload() == {"a": 1}


def test_another_schema_keeps_the_payload(theme, qtbot):
    form = form_of(theme, qtbot, {"a": {"type": "string"}}, {"a": "x", "b": 2})
    form.set_schema({"properties": {"b": {"type": "integer", "title": "Bee"}}})
    assert form.payload() == {"a": "x", "b": 2}
    assert control(form, "/b").accessibleName() == "Bee"


def test_showing_the_same_again_keeps_cursor_and_focus(theme, qtbot):
    form = form_of(theme, qtbot, {"a": {"type": "string"}, "n": {"type": "integer"}}, {"a": "abc", "n": 1})
    activate(form, qtbot)
    field = control(form, "/a")
    field.setFocus()
    field.setCursorPosition(2)
    form.set_payload({"a": "abc", "n": 2})
    assert control(form, "/a") is field
    assert field.cursorPosition() == 2
    assert field.hasFocus()
