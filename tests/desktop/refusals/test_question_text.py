"""What was pasted is told apart by itself: a request's id, a key, or neither."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.contract.api_key_format import mask_api_key, new_api_key
from ss_admin.desktop.refusals.question_text import AskedKey, AskedRequest, Unclear, is_key_like, read_question

ID = "01a20a73-b9bd-70f4-a6ea-4e5d06344185"
AROUND = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize(
    "pasted",
    [
        ID,
        f"  {ID}\n",
        f"“{ID}”",
        f"X-Request-Id: {ID}",
        f"x-request-id={ID};",
        f'{{"status": 401, "code": "invalid_api_key", "request_id": "{ID}"}}',
        f"HTTP/1.1 401 Unauthorized\r\nX-Request-Id: {ID}\r\n\r\n",
        f"The request id was {ID}, at noon",
    ],
)
def test_the_id_of_a_request_is_found_in_what_partners_send(pasted: str) -> None:
    found = read_question(pasted)
    assert found == AskedRequest(ID)
    assert found.to_question().request_id == ID


@pytest.mark.parametrize("form", ["{}", "  {}\r\n", "Bearer {}", "x-api-key: {}", "'{}'", 'curl -H "x-api-key: {}" …'])
def test_a_key_is_asked_for_just_as_it_was_pasted_and_only_its_masked_form_shows(form: str) -> None:
    key = new_api_key()
    found = read_question(form.format(key))
    assert isinstance(found, AskedKey)
    assert found.is_whole
    assert found.shown == mask_api_key(key)
    question = found.to_question()
    assert question.api_key is not None
    assert question.api_key.get_secret_value() == form.format(key)


@given(before=AROUND, after=AROUND)
def test_no_key_is_ever_shown_whole_whatever_stands_around_it(before: str, after: str) -> None:
    key = new_api_key()
    found = read_question(before + key + after)
    assert isinstance(found, AskedKey)
    assert key not in repr(found)
    assert key not in found.shown
    assert re.fullmatch(r"ss_[0-9A-Za-z]{4}…[0-9A-Za-z]{4}", found.shown)


@pytest.mark.parametrize("length", [0, 1, 20, 38])
def test_a_key_that_is_too_short_is_a_key_all_the_same_and_nothing_of_it_shows(length: int) -> None:
    broken = new_api_key()[: 3 + length]
    for pasted in (broken, f"Bearer {broken}", f"x-api-key: “{broken}”"):
        found = read_question(pasted)
        assert isinstance(found, AskedKey)
        assert found.shown == "ss_…"
        assert not found.is_whole


@pytest.mark.parametrize("pasted", ["", "   ", "\n"])
def test_nothing_is_unclear_without_words(pasted: str) -> None:
    assert read_question(pasted) == Unclear("")


def test_a_sentence_is_neither_and_says_where_to_look() -> None:
    found = read_question("why was it refused yesterday?")
    assert isinstance(found, Unclear)
    assert "X-Request-Id" in found.words
    assert not is_key_like("miss_ing")
    too_long = read_question(new_api_key() + " " * 2000)
    assert isinstance(too_long, Unclear)
