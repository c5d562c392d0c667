import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.strict_json import MAX_DEPTH, InvalidJson, json_pointer, parse_json_object

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(-1e28, 1e28)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner, max_size=4)
    ),
    max_leaves=20,
)


def refusal(body: bytes) -> str:
    with pytest.raises(InvalidJson) as refused:
        parse_json_object(body)
    return str(refused.value)


def nested(levels: int) -> bytes:
    return b'{"a":' * (levels - 1) + b"{}" + b"}" * (levels - 1)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), JSON_VALUES))
def test_whatever_is_plain_json_is_read_as_it_was_written(value: dict[str, Any]) -> None:
    assert parse_json_object(json.dumps(value).encode()) == value
    assert parse_json_object(json.dumps(value, ensure_ascii=False, indent=1).encode()) == value


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_give_an_object_or_a_refusal_that_a_strict_parser_agrees_with(body: bytes) -> None:
    try:
        value = parse_json_object(body)
    except InvalidJson:
        return
    assert orjson.loads(body) == value


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "The body is empty"),
        (b" \r\n", "The body is empty"),
        (b"[1]", "it is an array"),
        (b'"text"', "it is a text"),
        (b"12", "it is a number"),
        (b"null", "it is null"),
        (b"true", "it is a truth value"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a":"\xff"}', "The body is not UTF-8: the byte at offset 6"),
        ('{"a":1}'.encode("utf-16"), "not UTF-8"),
        (b'{"a":1,}', "line 1, column 8"),
        (b'{\n "a": 1\n "b": 2}', "line 3, column 2"),
        (b'{"a":1} x', "line 1, column 9"),
        (b"{'a':1}", "Not JSON"),
        (b'{"a":01}', "Not JSON"),
        (b'{"a":"\n"}', "Not JSON"),
        (b'{"a":1,"a":2}', "The name “a” occurs more than once in one object (at the top level)"),
        (b'{"x":{"list":[0,{"a":1,"b":2,"a":1}]}}', "(at /x/list/1)"),
        (b'{"a":NaN}', "NaN is not a JSON number (at /a)"),
        (b'{"a":[1,-Infinity]}', "-Infinity is not a JSON number (at /a/1)"),
        (b'{"a":1e999}', "too large"),
        (b'{"a":-1e29}', "too large"),
        (b'{"a":18446744073709551616}', "at most 64 bits are accepted (at /a)"),
        (b'{"a":-9223372036854775809}', "at most 64 bits"),
        (b'{"a":' + b"9" * 100_000 + b"}", "at most 64 bits"),
        (b'{"a":"x\\u0000"}', "U+0000, which is not accepted (at /a)"),
        (b'{"a\\u0000":1}', "U+0000"),
        (b'{"a":"\\ud800"}', "half of a surrogate pair (\\ud800), not a character (at /a)"),
        (b'{"\\udc00":1}', "half of a surrogate pair"),
        (b'{"a":"\\udc00\\ud800"}', "half of a surrogate pair"),
        (b'{"k/~":{"b":NaN}}', "(at /k~1~0/b)"),
        (nested(MAX_DEPTH + 1), "deeper than 64 levels"),
        (b'{"a":' + b"[" * 64 + b"]" * 64 + b"}", "deeper than 64 levels"),
        (b'{"a":' * 100_000, "deeper than 64 levels"),
        (b"[" * 1_000_000, "deeper than 64 levels"),
    ],
    ids=lambda value: value[:30].decode("latin-1") if isinstance(value, bytes) else "",
)
def test_refused_with_what_and_where(body: bytes, told: str) -> None:
    assert told in refusal(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a":18446744073709551615}', {"a": 2**64 - 1}),
        (b'{"a":-9223372036854775808}', {"a": -(2**63)}),
        (b'{"a":7.8e28}', {"a": 7.8e28}),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}),
        (b' {"a" : 1} \n', {"a": 1}),
        (b'{"":{"a":{"a":1}},"a":1}', {"": {"a": {"a": 1}}, "a": 1}),
    ],
)
def test_accepted_at_the_edge(body: bytes, value: dict[str, Any]) -> None:
    assert parse_json_object(body) == value


def test_64_levels_are_accepted() -> None:
    assert parse_json_object(nested(MAX_DEPTH))
    assert parse_json_object(b'{"a":' + b"[" * 63 + b"]" * 63 + b"}")


def test_a_refusal_never_repeats_much_of_what_was_sent() -> None:
    name = b"n" * 100_000
    assert len(refusal(b'{"' + name + b'":1,"' + name + b'":1}')) < 300
    assert len(refusal(b'{"' + name + b'":NaN}')) < 700


def test_pointers_escape_what_must_be_escaped() -> None:
    assert json_pointer(["a/b", "~", 0, ""]) == "/a~1b/~0/0/"
    assert json_pointer([]) == ""
