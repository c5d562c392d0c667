"""The quick reader never differs from the strict parser: it says the same, or leaves the body to it."""

import json
import math
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ss_admin.backend.plain_json import read_plain_object
from ss_admin.backend.strict_json import InvalidJson, parse_doubtful_object, parse_json_object
from tests.support.article import SAMPLE_BODY, SAMPLE_PAYLOAD

NAMES = st.sampled_from(["a", "b", "a:b", '"', "\\", "é", "", "\n", "{", "ss_"]) | st.text(max_size=3)
NUMBERS = st.sampled_from(
    ["0", "-0", "1", "-1", "1.0", "1e5", "-0.0", "1E-400", "1e400", "7.9e28", "7.89e28", "9223372036854775807", "1e18",
     "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "1.5e-10",
     "18446744073709551616", "0.1", "123456789012345678901234567890", "NaN", "Infinity", "-Infinity", "01", "+1", ".5",
     "0x10", "1_000", "1e19", "99999999999999999999"]
)  # fmt: skip
PIECES = st.one_of(
    NUMBERS.map(str.encode),
    st.sampled_from(
        [b"true", b"false", b"null", b'"x"', b'"\\""', b'"\\\\"', b'"\\\\\\""', b'"\\u0000"', b'"\\u0022"',
         b'"\\u005c"',
         b'"\\u005C\\""', b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\\U0041"', b'"\\n"', b'"\n"', b'"\xff"',
         b'"\xed\xa0\x80"',
         b'"\xc3\xa9"', b'":"', b'"{"', b"{}", b"[]", b'{"a":1,"a":1}', b'{"a":1,"\\u0061":1}', b'[{"a":{},"a":[]}]',
         b"",
         b'"\x7f"', b"'x'", b"// x"]
    ),
    NAMES.map(lambda text: json.dumps(text).encode()),
)  # fmt: skip
SPACE = st.sampled_from([b"", b"", b"", b" ", b"\n\t", b"\r", b"\x0b", b"\xc2\xa0"])


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """An object as bytes, of pieces that may be repeated, malformed or out of range."""
    members = []
    for _ in range(draw(st.integers(0, 4))):
        name = draw(
            st.sampled_from([b'"a"', b'"\\u0061"', b'"b"', b'"c\\""', b'"\\\\"', b'"\xc3\xa9"', b'"\\u00e9"', b"a"])
        )
        members.append(draw(SPACE) + name + draw(SPACE) + b":" + draw(SPACE) + draw(PIECES) + draw(SPACE))
    body = draw(SPACE) + b"{" + b",".join(members) + b"}" + draw(SPACE)
    return draw(st.sampled_from([body, body, body, b"[" + body + b"]", body[:-1], b"\xef\xbb\xbf" + body, body + b"}"]))


def same(one: object, other: object) -> bool:
    """Equal, and of the same types all through: 1, 1.0 and true differ, and so do 0.0 and -0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    return one == other


def assert_no_difference(body: bytes) -> None:
    found = read_plain_object(body)
    try:
        strict: dict[str, Any] | None = parse_doubtful_object(body)
    except InvalidJson:
        strict = None
    if found is not None:
        assert strict is not None, body
        assert same(found, strict), body


@settings(max_examples=1500)
@given(bodies())
def test_nasty_bodies_are_read_as_the_strict_parser_reads_them(body: bytes) -> None:
    assert_no_difference(body)


@settings(max_examples=500)
@given(st.data())
def test_bodies_with_a_few_bytes_changed_are_read_as_the_strict_parser_reads_them(data: st.DataObject) -> None:
    value = data.draw(
        st.dictionaries(NAMES, st.recursive(NAMES | st.integers() | st.floats() | st.none(), st.lists, max_leaves=5))
    )
    body = bytearray(json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "surrogatepass"))
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(body)))
        width = data.draw(st.integers(0, 2))
        body[place : place + width] = data.draw(
            st.sampled_from([b'"', b"\\", b"{", b"}", b":", b",", b"1", b"e9", b"\0"])
        )
    assert_no_difference(bytes(body))


@given(st.binary(max_size=100))
def test_any_bytes_are_read_as_the_strict_parser_reads_them(body: bytes) -> None:
    assert_no_difference(b'{"a":' + body + b"}")
    assert_no_difference(body)


@pytest.mark.parametrize(
    "body",
    [SAMPLE_BODY, orjson.dumps(SAMPLE_PAYLOAD), b"{}", b' {"a": [1.5, -2, true, null, {"b": "x\\n\\"\\u00e9"}]}\n',
     b'{"a":{"a":"a"},"b":[[],{}]}', b'{"a":' * 63 + b"{}" + b"}" * 63],
)  # fmt: skip
def test_what_partners_usually_send_is_read_at_once(body: bytes) -> None:
    found = read_plain_object(body)
    assert found is not None
    assert same(found, parse_doubtful_object(body))


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"1", b'{"a":1,"a":1}', b'{"a":{"b":"","b":""}}', b'{"a":"\\\\"}', b'{"a":"\\u0000"}', b'{"a":1e19}',
     b'{"a":18446744073709551616}', b'{"a":-9223372036854775809}', b'{"a":NaN}', b'{"a":' * 64 + b"{}" + b"}" * 64,
     b'{"a":' + b"[" * 64 + b"]" * 64 + b"}", b"\xef\xbb\xbf{}", b'{"a":"\xff"}', b'{"a":"\\ud800"}', b"[" * 100_000],
    ids=lambda body: body[:20].decode("latin-1"),
)  # fmt: skip
def test_what_is_in_doubt_is_left_to_the_strict_parser(body: bytes) -> None:
    assert read_plain_object(body) is None


def test_the_strict_parser_has_the_last_word() -> None:
    assert parse_json_object(b'{"a":"\\\\","b":1e19}') == {"a": "\\", "b": 1e19}
    with pytest.raises(InvalidJson, match="occurs more than once"):
        parse_json_object(b'{"a":1,"a":1}')
