"""Cursors: back as they went out, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.paging import CursorInvalid, decode_cursor, encode_cursor

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300)
NUMBERS = st.integers(-(2**63), 2**63 - 1)


@given(TEXTS, NUMBERS)
def test_keys_come_back_as_they_went_out(text: str, number: int) -> None:
    cursor = encode_cursor(text, number)
    assert decode_cursor(cursor, str, int) == (text, number)
    assert cursor.isascii()
    assert not set(cursor) & set("&=+/%# ")


@given(st.text(max_size=100))
def test_anything_else_is_refused_with_one_error(text: str) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor(text, str, int, str, int)


@pytest.mark.parametrize(
    "keys", [(1,), ("a", "b"), ("a", True), ("a", 2**63), ("a", -(2**63) - 1), ("\0", 1), ("\ud800", 1), ("a", 1, 1)]
)
def test_keys_of_other_kinds_are_refused(keys: tuple[str | int, ...]) -> None:
    import base64
    import json

    cursor = base64.urlsafe_b64encode(json.dumps(keys).encode()).decode()
    with pytest.raises(CursorInvalid):
        decode_cursor(cursor, str, int)


def test_overlong_cursor_is_refused_unread() -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor("W" * 100_000, str)
