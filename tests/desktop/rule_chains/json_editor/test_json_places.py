"""JSON pointers to places in a text, and back."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ss_admin.desktop.rule_chains.json_editor.json_places import Change, JsonPlaces, pointer_tokens, to_pointer

NAMES = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(["a/b", "~", "", "0", "ä😀", '"'])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=15,
)
LAYOUTS = st.tuples(st.sampled_from([None, 0, 2, 3]), st.booleans())


def written(value, layout) -> str:
    indent, plain = layout
    return json.dumps(value, indent=indent, ensure_ascii=plain).replace("\ud800", "?")


def pointers_of(value, path=()):
    """Every pointer of a document, with its value."""
    yield to_pointer(list(path)), value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from pointers_of(child, (*path, str(name)))


def part(text: str, span) -> str:
    return text.encode("utf-16-le", "surrogatepass")[2 * span.start : 2 * span.end].decode("utf-16-le", "surrogatepass")


def names_of_line_starts(text: str, position: int) -> int:
    return text.encode("utf-16-le", "surrogatepass")[: 2 * position].decode("utf-16-le", "surrogatepass").count("\n")


@settings(max_examples=150, deadline=None)
@given(VALUES, LAYOUTS)
def test_each_pointer_leads_to_its_value_and_back(value, layout):
    text = written(value, layout)
    places = JsonPlaces(text)
    for pointer, expected in pointers_of(value):
        place = places.place_of(pointer)
        assert json.loads(part(text, place.whole)) == expected
        assert places.pointer_at(place.whole.start) == pointer
        assert not place.lost


@settings(max_examples=100, deadline=None)
@given(VALUES, LAYOUTS)
def test_a_mark_stands_on_one_line_at_the_beginning_of_its_value(value, layout):
    text = written(value, layout)
    places = JsonPlaces(text)
    for pointer, _ in pointers_of(value):
        place = places.place_of(pointer)
        assert "\n" not in part(text, place.mark)
        name_line = names_of_line_starts(text, place.mark.start)
        assert name_line == names_of_line_starts(text, place.whole.start)


def test_a_value_of_several_lines_is_marked_at_its_name():
    text = '{\n  "nodes": [\n    {"id": 1},\n    {\n      "id": 2\n    }\n  ]\n}'
    places = JsonPlaces(text)
    assert part(text, places.place_of("/nodes").mark) == '"nodes"'
    assert part(text, places.place_of("/nodes/0").mark) == '{"id": 1}'
    assert part(text, places.place_of("/nodes/1").mark) == "{"
    assert part(text, places.place_of("/nodes/1/id").mark) == "2"


def test_a_pointer_to_nothing_leads_to_what_is_around_it():
    text = '{"a": {"b": [1]}}'
    place = JsonPlaces(text).place_of("/a/b/7/x")
    assert part(text, place.mark) == "[1]"
    assert place.lost == "7"
    assert JsonPlaces("").place_of("/a").mark.end == 0


@pytest.mark.parametrize("text", ['{"a": [1, 2,], "b": 3', '{"a": [1 2], "b": 3}', '{"a": 1,, "b": 3}'])
def test_a_broken_text_still_has_places(text):
    place = JsonPlaces(text).place_of("/b")
    assert part(text, place.mark) == "3"


def test_brackets_know_their_mates_even_with_brackets_in_texts():
    text = '{"a": ["]", {"b": "}"}]}'
    places = JsonPlaces(text)
    assert places.brackets_at(0) == (0, len(text) - 1)
    assert places.brackets_at(len(text)) == (0, len(text) - 1)
    assert places.brackets_at(text.index("[")) == (text.index("["), len(text) - 2)
    assert places.brackets_at(text.index('"]"') + 1) is None


def test_a_bracket_without_a_mate_has_none():
    assert JsonPlaces('{"a": [1, 2').brackets_at(0) is None


@settings(max_examples=150, deadline=None)
@given(VALUES, VALUES, LAYOUTS, st.data())
def test_places_follow_an_edit_as_if_they_were_found_anew(value, other, layout, data):
    before = written({"k": value, "m": 1}, layout)
    after = written({"k": other, "m": 1}, layout)
    start = next(
        (i for i, (x, y) in enumerate(zip(before, after, strict=False)) if x != y), min(map(len, (before, after)))
    )
    start = data.draw(st.integers(0, start))
    tail = data.draw(st.integers(0, 3))
    followed = JsonPlaces(before).changed_to(after, Change(start, tail))
    anew = JsonPlaces(after)
    for pointer, _ in pointers_of({"k": other, "m": 1}):
        assert followed.place_of(pointer) == anew.place_of(pointer)


@given(st.lists(st.text(max_size=5), max_size=5))
def test_pointers_escape_as_rfc_6901_says(tokens):
    assert pointer_tokens(to_pointer(tokens)) == tokens
    assert to_pointer(["a/b", "m~n"]) == "/a~1b/m~0n"
