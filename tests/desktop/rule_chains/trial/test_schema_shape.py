"""What a form for a JSON Schema has in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ss_admin.desktop.rule_chains.trial.schema_shape import MISSING, FieldKind, FieldShape, read_shape, same_json

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "properties", "$ref", "$defs", "enum", "const", "required", "title", "format", "a"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


def member(schema: object, **around: object) -> FieldShape:
    (shape,) = read_shape({"type": "object", "properties": {"m": schema}, **around}).members
    return shape


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, FieldKind.TEXT),
        ({"type": "string", "maxLength": 2000}, FieldKind.LONG_TEXT),
        ({"type": "number"}, FieldKind.NUMBER),
        ({"type": "integer"}, FieldKind.INTEGER),
        ({"type": "boolean"}, FieldKind.CHOICE),
        ({"enum": ["a", 1]}, FieldKind.CHOICE),
        ({"const": 5}, FieldKind.CHOICE),
        ({"type": ["string", "null"]}, FieldKind.TEXT),
        ({"type": "object", "properties": {}}, FieldKind.GROUP),
        ({"type": "object"}, FieldKind.JSON),
        ({"type": "array", "items": {"type": "string"}}, FieldKind.JSON),
        ({"type": ["string", "integer"]}, FieldKind.JSON),
        ({"oneOf": [{"type": "string"}]}, FieldKind.JSON),
        ({"type": "string", "anyOf": []}, FieldKind.JSON),
        ({}, FieldKind.JSON),
        (True, FieldKind.JSON),
        ({"$ref": "https://example.com/schema"}, FieldKind.JSON),
        ({"$ref": "#/nowhere"}, FieldKind.JSON),
    ],
    ids=str,
)
def test_each_type_has_its_kind_of_field(schema, kind):
    assert member(schema).kind is kind


def test_a_reference_is_followed_and_what_stands_beside_it_counts():
    shape = member(
        {"$ref": "#/$defs/place%20name", "title": "Where"},
        **{
            "$defs": {
                "place name": {"type": "object", "description": "A place", "properties": {"x": {"$ref": "#short"}}},
                "s": {"$anchor": "short", "type": "integer"},
            }
        },
    )
    assert (shape.label, shape.help, shape.kind) == ("Where", "A place", FieldKind.GROUP)
    assert shape.members[0].kind is FieldKind.INTEGER


def test_a_schema_that_contains_itself_ends_in_a_field_for_json():
    shape = read_shape({"type": "object", "properties": {"name": {"type": "string"}, "child": {"$ref": "#"}}})
    child = shape.members[1]
    assert child.kind is FieldKind.GROUP
    assert child.members[1].kind is FieldKind.JSON


def test_a_schema_that_doubles_at_each_step_stays_small():
    definitions = {
        f"d{n}": {"type": "object", "properties": {side: {"$ref": f"#/$defs/d{n + 1}"} for side in "lr"}}
        for n in range(40)
    }
    shape = read_shape({"$ref": "#/$defs/d0", "$defs": definitions})

    def count(part: FieldShape) -> int:
        return 1 + sum(count(each) for each in part.members)

    assert count(shape) < 400


def test_title_and_description_become_label_and_help():
    shape = member({"type": "integer", "title": "Level", "description": "How bad", "minimum": 0, "maximum": 5})
    assert (shape.label, shape.name) == ("Level", "m")
    assert shape.help == "How bad. At least 0, at most 5."
    assert member({"type": "string", "format": "uuid"}).hint.count("-") == 4
    assert member({"type": "string", "examples": ["N-12"]}).hint == "N-12"


def test_required_members_are_known():
    shape = read_shape({"properties": {"a": {}, "b": {}}, "required": ["b", 7]})
    assert [part.required for part in shape.members] == [False, True]


def test_a_value_that_does_not_suit_a_field_gets_one_for_json():
    shape = read_shape({"properties": {"a": {"type": "string"}, "g": {"properties": {"x": {"type": "integer"}}}}})
    fitted = shape.fitted_to({"a": 5, "g": {"x": "no"}})
    assert fitted.members[0].kind is FieldKind.JSON
    assert fitted.members[1].members[0].kind is FieldKind.JSON
    assert shape.fitted_to({"a": "two\nlines"}).members[0].kind is FieldKind.LONG_TEXT
    assert shape.fitted_to({"a": "a\0"}).members[0].kind is FieldKind.JSON
    assert shape.fitted_to({"a": "x", "other": 1}) == shape


@settings(max_examples=100, deadline=None)
@given(ANY_JSON)
def test_whatever_stands_for_a_schema_gives_a_form(schema):
    assert read_shape(schema).kind is FieldKind.GROUP


def test_values_that_python_finds_equal_are_told_apart():
    assert not same_json(1, True)
    assert not same_json(1, 1.0)
    assert not same_json(None, MISSING)
    assert same_json({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not same_json({"a": 1, "b": 2}, {"b": 2, "a": 1}, in_order=True)
