"""An entry is told back as it was encoded, and what is none is refused as such."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.journal.entries import (
    CallEntry,
    EntryInvalid,
    ExecutionEntry,
    decode_entry,
    encode_call,
    encode_execution,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)


@given(
    numbers=st.tuples(st.integers(0, 2**53), st.integers(100, 599), st.integers(0, 2**40)),
    texts=st.tuples(TEXTS, TEXTS, TEXTS),
    ids=st.tuples(st.none() | TEXTS, st.none() | TEXTS),
    key_was_deleted=st.booleans(),
)
def test_a_call_is_told_back(
    numbers: tuple[int, int, int],
    texts: tuple[str, str, str],
    ids: tuple[str | None, str | None],
    key_was_deleted: bool,
) -> None:
    at_us, status, duration_us = numbers
    request_id, code, address = texts
    data = encode_call(at_us, request_id, status, code, duration_us, address, *ids, key_was_deleted=key_was_deleted)
    assert decode_entry(data) == CallEntry(
        at_us, request_id, status, code, duration_us, address, ids[0], key_was_deleted, ids[1], None
    )


@given(given_input=VALUES, result=VALUES, trace=st.lists(VALUES, max_size=3), error=st.none() | TEXTS)
def test_a_call_with_its_execution_is_told_back(
    given_input: Any, result: Any, trace: list[Any], error: str | None
) -> None:
    effects = [["saveRecord", "effect", "node", "Save", "orders", {"total": 3}]]
    execution = encode_execution(
        "execution",
        "tenant",
        4,
        "Shop",
        1.25,
        orjson.dumps(given_input),
        None if error else orjson.dumps(result),
        error,
        "node" if error else None,
        trace,
        effects,
    )
    entry = decode_entry(encode_call(1, "request", 200, "succeeded", 90, "192.0.2.1", "key", "chain", execution))
    assert entry.execution == ExecutionEntry(
        "execution",
        "tenant",
        4,
        "Shop",
        1.25,
        given_input,
        None if error else result,
        error,
        "node" if error else None,
        trace,
        effects,
    )


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"[1]", b"[2,1,2]", b"[1,2,3,4]", b"[1,2", b"null", b"\xff"])
def test_what_is_no_entry_is_refused(data: bytes) -> None:
    with pytest.raises(EntryInvalid):
        decode_entry(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_entry_or_refused(data: bytes) -> None:
    with pytest.raises(EntryInvalid):
        decode_entry(data)
