"""A key is found in whatever is pasted around it, and nothing is taken for a key that is none."""

from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.refusals.pasted import read_pasted_key
from ss_admin.contract.api_key_format import ApiKeyFault, find_api_key_fault, new_api_key

BEFORE = [
    "", " ", "\n", "\t", "\u00a0", "\ufeff", "\u200b", '"', "'", "“", "Bearer ", "bearer\t", "x-api-key: ",
    "X-API-KEY=", "Authorization: ", "-H ", "--header=", 'x-api-key": "',
]  # fmt: skip
BEHIND = ["", " ", "\r\n", '"', "'", "”", ",", ";", "\u200b"]


@given(st.lists(st.sampled_from(BEFORE), max_size=4), st.lists(st.sampled_from(BEHIND), max_size=4))
def test_a_key_is_found_among_what_comes_along(before, behind):
    key = new_api_key()
    around = "".join(before), "".join(behind)
    found = read_pasted_key(f"{around[0]}{key}{around[1]}")
    assert (found.text, found.fault) == (key, None)
    assert bool(found.came_along) == any(around)
    assert key not in repr(found)


@given(st.text(max_size=200))
def test_whatever_is_pasted_is_a_key_or_has_a_fault(text):
    found = read_pasted_key(text)
    assert found.fault == find_api_key_fault(found.text)


@given(st.integers(1, 41), st.sampled_from([" ", "\n", "\r\n   ", "\u00a0"]))
def test_a_key_that_was_broken_over_lines_is_put_together(place, gap):
    key = new_api_key()
    found = read_pasted_key(key[:place] + gap + key[place:])
    assert (found.text, found.came_along) == (key, ("spaces or line breaks within it",))


def test_what_is_wrong_is_told():
    key = new_api_key()
    assert read_pasted_key("").fault is ApiKeyFault.EMPTY
    assert read_pasted_key(' "" ').fault is ApiKeyFault.EMPTY
    assert read_pasted_key(f"Bearer {key[:-4]}").fault is ApiKeyFault.TOO_SHORT
    assert read_pasted_key(key + "1").fault is ApiKeyFault.TOO_LONG
    assert read_pasted_key(f"{key} {key}").fault is ApiKeyFault.WHITE_SPACE
