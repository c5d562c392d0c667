"""Reading JSON strictly, telling what is wrong at its place, and laying it out without changing it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ss_admin.desktop.rule_chains.json_editor.json_text import (
    common_edges,
    escape_unseen,
    lay_out,
    read_json,
    write_json,
)

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)

FAULTS = [
    ("", "", "begins with {"),
    ('{"a": 1,}', ",", "Take this comma away"),
    ("[1, 2,\n]", ",", "Take this comma away"),
    ('{"a" 1}', "1", "colon is missing"),
    ('{"a": 1 "b": 2}', '"', "comma is missing before this"),
    ('{"a": 1\n"b": 2}', '"', "at the end of line 1"),
    ('{\n"a": [1, 2', "2", "the “[” of line 2 is not closed: add “]”"),
    ('{"a": [1}', "}", "“]” is expected here, for the “[” of line 1"),
    ('{"a": 1}}', "}", "closes nothing"),
    ('{"a": 1} x', "x", "has ended before this"),
    ("{'a': 1}", "'", "straight double quotation marks"),
    ("{“a”: 1}", "“", "straight double quotation marks"),
    ("{a: 1}", "a", 'between quotation marks: "a"'),
    ('{"a": True}', "True", "Write true here"),
    ('{"a": None}', "None", "Write null here"),
    ('{"a": abc}', "abc", 'between quotation marks: "abc"'),
    ('{"a": 01}', "1", "no 0 at its front"),
    ('{"a": 1.}', ".", "Digits are missing"),
    ('{"a": .5}', ".", "0.5"),
    ('{"a": }', "}", "A value is missing"),
    ('{"a": 1,,}', ",", "One comma too many"),
    ('{"a": NaN}', "NaN", "JSON has no NaN"),
    ('{"a": [-Infinity]}', "-Infinity", "JSON has no -Infinity"),
    ('{"a": 1e999}', "1e999", "too large"),
    ('{"a": "x\n"}', '"x', "not closed"),
    ('{"a": "x', '"x', "not closed"),
    ('{"a": "x\ty"}', "\t", "Write \\t instead"),
    ('{"a": "\\q"}', "\\", "After a backslash"),
    ("// no\n{}", "//", "no comments"),
    ("3", "3", "A JSON object is expected"),
    ('{"ä😀": 1, "b":}', "}", "A value is missing"),
    ('{"a": 1, "b": {}, "a": 2}', '"a"', "“a” is there already, in line 1"),
    ('{"é😀": 1,\n "é😀": 2}', '"é😀"', "is there already, in line 1"),
]


def marked(text: str, start: int, end: int) -> str:
    """The part of `text` between two places in UTF-16 code units."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


@pytest.mark.parametrize(("text", "part", "words"), FAULTS, ids=[repr(text) for text, _, _ in FAULTS])
def test_a_fault_is_told_in_kind_words_at_its_place(text, part, words):
    (fault,) = read_json(text).faults
    assert marked(text, fault.start, fault.end) == part
    assert words in fault.detail
    assert read_json(text).value is None


def test_what_is_nested_or_written_too_long_is_a_fault_and_no_crash():
    assert "nested too deeply" in read_json("[" * 100_000).faults[0].detail
    assert "too large" in read_json('{"a": ' + "9" * 5000 + "}").faults[0].detail


def test_every_repeated_name_is_told():
    faults = read_json('{"a": 1, "a": 2, "b": {"c": 1, "c": 2}}').faults
    assert [fault.detail.split("“")[1][0] for fault in faults] == ["a", "c"]


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_what_is_written_reads_as_what_it_was(value):
    reading = read_json(write_json(value), only_object=False)
    assert not reading.faults
    assert json.dumps(reading.value) == json.dumps(value)


@pytest.mark.parametrize(("text", "end"), [("#", 1), ("//", 2), ("/*", 2)])
def test_a_comment_is_marked_no_further_than_the_text_goes(text, end):
    (fault,) = read_json(text).faults
    assert (fault.start, fault.end) == (0, end)
    assert "no comments" in fault.detail


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text('{}[]",:1ea.\\ \n-', max_size=40))
def test_any_text_reads_as_json_or_as_a_fault_within_it(text):
    reading = read_json(text, only_object=False)
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    assert all(0 <= fault.start <= fault.end <= max(length, 1) and fault.detail for fault in reading.faults)
    if not reading.faults:
        assert json.dumps(reading.value) == json.dumps(json.loads(text))


@settings(max_examples=150, deadline=None)
@given(VALUES, st.sampled_from([None, 1, 4]), st.booleans())
def test_laying_out_changes_blanks_only(value, indent, plain):
    text = json.dumps(value, indent=indent, ensure_ascii=plain)
    assert lay_out(text) == json.dumps(value, indent=2, ensure_ascii=plain)


def test_laying_out_keeps_numbers_and_escapes_as_they_are_written():
    text = '{"a":1.10,"b":1e2,"c":"\\u00e4 {x: [1,2]}","d":-0.0,"e":{},"f":[]}'
    assert lay_out(text).replace("\n", "").replace("  ", "").replace('": ', '":') == text


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_what_two_texts_have_in_common_is_found_at_both_ends(one, other):
    start, end = common_edges(one, other)
    assert one[:start] == other[:start]
    assert one[len(one) - end :] == other[len(other) - end :]
    shorter = min(len(one), len(other))
    assert start + end <= shorter
    assert start + end == shorter or (one[start] != other[start] and one[-1 - end] != other[-1 - end])


def test_characters_that_hide_or_turn_text_around_are_written_as_escapes():
    assert escape_unseen('\ufeff"a\u202eb\u2028\u2029"') == '"a\\u202eb\\u2028\\u2029"'
    assert write_json({"a": "\ud800"}) == '{\n  "a": "\\ud800"\n}'
