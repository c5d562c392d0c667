"""A request id is found in what was pasted, and tells the moment of its call."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.ids import TimeOrderedIds
from ss_admin.backend.refusals.request_ids import given_out_at, nothing_found, read_request_id

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "around", ["{}", "  {}\n", '"{}"', "X-Request-Id: {}", "x-request-id={};", '"request_id": "{}",', "“{}”"]
)
def test_an_id_is_found_among_what_comes_along(around):
    request_id = TimeOrderedIds().new(1_900_000_000_123_456)
    assert read_request_id(around.format(request_id)) == request_id
    assert read_request_id(around.format(request_id.upper())) == request_id


@given(st.integers(0, 2**47))
def test_an_id_tells_the_millisecond_it_was_given_out_in(milliseconds):
    at = given_out_at(TimeOrderedIds().new(milliseconds * 1000 + 7))
    try:
        assert at == datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:  # beyond the year 9999
        assert at is None


@given(st.text(max_size=120))
def test_whatever_is_pasted_is_an_id_or_none_and_there_is_something_to_say(text):
    request_id = read_request_id(text)
    assert request_id is None or "\0" not in request_id
    assert nothing_found(request_id, NOW, is_flooded=False).endswith(".")


def test_other_ids_tell_no_moment():
    for text in ("x", str(uuid.UUID(int=0)), "ffffffff-ffff-4fff-afff-ffffffffffff"):
        assert given_out_at(text) is None
