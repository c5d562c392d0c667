import time
from typing import Any

import pytest

from ss_admin.backend.rule_chains.engine.input_schema import MAX_FAULTS, InputSchema, InvalidSchema

NONE_FITS = "The value fits none of the forms that are accepted here."
ONE_MUST_FIT = "The value must fit exactly one of the forms that are accepted here."
NAME_UNFIT = "A member's name does not fit: The value is longer than 2 characters."


def faults(schema: dict[str, Any], payload: dict[str, Any]) -> dict[str, str]:
    return {fault.pointer: fault.detail for fault in InputSchema(schema).find_faults(payload)}


def one(schema: dict[str, Any], value: object) -> str:
    [fault] = InputSchema({"properties": {"v": schema}}).find_faults({"v": value})
    assert fault.pointer == "/v"
    return fault.detail


def test_a_fitting_payload_has_no_faults() -> None:
    assert faults({"type": "object", "required": ["a"]}, {"a": 1}) == {}


def test_every_fault_is_told_at_its_pointer() -> None:
    schema = {
        "type": "object",
        "required": ["a", "b"],
        "additionalProperties": False,
        "properties": {
            "a": {"type": "object", "required": ["deep/er"]},
            "list": {"items": {"type": "number"}},
            "when": {"format": "date"},
        },
    }
    payload = {"a": {}, "list": [1, "x", 2, None], "when": "soon", "extra": 1, "more": 2}
    assert faults(schema, payload) == {
        "/a/deep~1er": "This member is missing.",
        "/b": "This member is missing.",
        "/list/1": "The value must be a number.",
        "/list/3": "The value must be a number.",
        "/when": "The value is not a valid date.",
        "/extra": "This member is not expected here.",
        "/more": "This member is not expected here.",
    }


@pytest.mark.parametrize(
    ("schema", "value", "detail"),
    [
        ({"type": ["string", "null"]}, 5, "The value must be a text or null."),
        ({"type": ["string", "null", "boolean"]}, 5, "The value must be true or false, a text or null."),
        ({"enum": ["Minor", "Major", 3]}, "x" * 9999, "The value must be one of: “Minor”, “Major”, 3."),
        ({"const": {"a": 1}}, "x", 'The value must be {"a": 1}.'),
        ({"pattern": "^a+$"}, "b", "The value does not match the pattern ^a+$."),
        ({"format": "uuid"}, "b", "The value is not a valid uuid."),
        ({"maximum": 5}, 7, "The value is greater than the maximum of 5."),
        ({"minLength": 3}, "ab", "The value is shorter than 3 characters."),
        ({"maxItems": 1}, ["secret", "secret"], "The value has more than 1 item."),
        ({"uniqueItems": True}, [1, 1], "The array holds the same item more than once."),
        ({"contains": {"const": 1}}, [2], "The array lacks an item that must be there."),
        ({"not": {"type": "string"}}, "x", "The value has a form that is not accepted here."),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 5, NONE_FITS),
        ({"oneOf": [{"type": "number"}, {"minimum": 1}]}, 5, ONE_MUST_FIT),
        (False, 5, "No value is accepted here."),
        ({"propertyNames": {"maxLength": 2}}, {"abc": 1}, NAME_UNFIT),
    ],
)  # fmt: skip
def test_details_are_plain_and_never_repeat_the_value(schema: dict[str, Any], value: object, detail: str) -> None:
    assert one(schema, value) == detail


def test_unevaluated_members_are_told_one_by_one() -> None:
    schema = {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False}
    assert faults(schema, {"a": 1, "b": 2, "c": 3}) == {
        "/b": "This member is not expected here.",
        "/c": "This member is not expected here.",
    }


def test_a_flood_of_faults_is_cut_off() -> None:
    schema = InputSchema({"additionalProperties": False, "properties": {"l": {"items": {"type": "null"}}}})
    assert len(schema.find_faults({"l": [1] * 5_000})) == MAX_FAULTS
    assert len(schema.find_faults({str(number): 1 for number in range(5000)})) == MAX_FAULTS


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"pattern": "("},
        {"$ref": "#/$defs/missing"},
        {"$ref": "http://127.0.0.1:9/schema.json"},
        {"$ref": "file:///etc/passwd"},
        ["not", "a", "schema"],
    ],
)
def test_a_schema_that_cannot_be_used_is_told_at_once_and_nothing_is_fetched(schema: Any) -> None:
    with pytest.raises(InvalidSchema):
        InputSchema(schema)


def test_of_a_payload_with_very_many_values_the_first_fault_is_told() -> None:
    schema = InputSchema({"properties": {"a": {"items": {"allOf": [{"type": "integer"}] * 30}}}})
    began = time.process_time()
    [fault] = schema.find_faults({"a": [*range(29_999), "x"]})
    assert time.process_time() - began < 1
    assert fault.pointer == "/a/29999"


def test_the_faults_of_very_many_values_in_branches_are_not_looked_for() -> None:
    """Only that the payload does not fit: to find each of its faults took minutes and gigabytes."""
    branches = {"anyOf": [{"const": number} for number in range(30)]}
    schema = InputSchema({"properties": {"a": {"items": branches}}})
    assert not schema.accepts({"a": [-1] * 30_000})
    began = time.process_time()
    [fault] = schema.find_faults({"a": [-1] * 30_000})
    assert time.process_time() - began < 1
    assert fault.pointer == ""
    assert "too many values" in fault.detail
    assert [fault.pointer for fault in schema.find_faults({"a": [-1] * 100})] == [f"/a/{n}" for n in range(100)]
    assert schema.find_faults({"a": [1] * 30_000}) == []


def test_a_schema_whose_references_go_very_far_can_be_used() -> None:
    steps = {f"a{n}": {"$ref": f"#/$defs/a{n + 1}"} for n in range(500)}
    schema = InputSchema({"$defs": {**steps, "a500": {"required": ["x"]}}, "$ref": "#/$defs/a0"})
    assert [fault.pointer for fault in schema.find_faults({})] == ["/x"]
