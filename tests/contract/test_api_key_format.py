"""The API-key format: what is a key, what is wrong with a text that is none, and how a key is masked."""

import re
import string
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.contract.api_key_format import (
    ALPHABET,
    ApiKeyFault,
    find_api_key_fault,
    mask_api_key,
    mask_api_keys_within,
    new_api_key,
)


def test_a_new_key_has_the_length_of_the_articles_sample_and_no_fault() -> None:
    api_key = new_api_key()
    assert len(api_key) == len("ss_VFtSOB1zoVnqIdBcLMUnLEfz1fPrYfzFDKBMaRx") == 42
    assert re.fullmatch(r"ss_[0-9A-Za-z]{39}", api_key)
    assert find_api_key_fault(api_key) is None


def test_check_characters_are_the_crc32_in_base62_left_padded() -> None:
    api_key = new_api_key()
    value = 0
    for character in api_key[36:]:
        value = value * 62 + ALPHABET.index(character)
    assert value == zlib.crc32(api_key[3:36].encode())
    assert string.digits + string.ascii_uppercase + string.ascii_lowercase == ALPHABET


def test_keys_do_not_repeat() -> None:
    assert len({new_api_key() for _ in range(5000)}) == 5000


@given(position=st.integers(3, 41), shift=st.integers(1, 61))
def test_every_single_mistyped_character_is_found_by_the_check_digits(position: int, shift: int) -> None:
    api_key = new_api_key()
    wrong = ALPHABET[(ALPHABET.index(api_key[position]) + shift) % 62]
    assert find_api_key_fault(api_key[:position] + wrong + api_key[position + 1 :]) is ApiKeyFault.CHECK_DIGITS


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda key: "", ApiKeyFault.EMPTY),
        (lambda key: f"Bearer {key}", ApiKeyFault.BEARER_PREFIX),
        (lambda key: f"bearer{key}", ApiKeyFault.BEARER_PREFIX),
        (lambda key: f"API {key}", ApiKeyFault.BEARER_PREFIX),
        (lambda key: f"{key}\n", ApiKeyFault.WHITE_SPACE),
        (lambda key: f" {key}", ApiKeyFault.WHITE_SPACE),
        (lambda key: f"{key[:20]} {key[20:]}", ApiKeyFault.WHITE_SPACE),
        (lambda key: f"{key[:20]}\u00a0{key[20:]}", ApiKeyFault.WHITE_SPACE),
        (lambda key: key[:-1], ApiKeyFault.TOO_SHORT),
        (lambda key: "ss_", ApiKeyFault.TOO_SHORT),
        (lambda key: f"{key}x", ApiKeyFault.TOO_LONG),
        (lambda key: f"sk{key[2:]}", ApiKeyFault.WRONG_PREFIX),
        (lambda key: f"SS_{key[3:]}", ApiKeyFault.WRONG_PREFIX),
        (lambda key: f"{key[:10]}-{key[11:]}", ApiKeyFault.FOREIGN_CHARACTER),
        (lambda key: f"{key[:10]}\u0663{key[11:]}", ApiKeyFault.FOREIGN_CHARACTER),
    ],
)
def test_a_spoilt_key_is_told_what_is_wrong_with_it(spoil, fault: ApiKeyFault) -> None:
    assert find_api_key_fault(spoil(new_api_key())) is fault


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert find_api_key_fault(text) in {*ApiKeyFault, None}


def test_a_mask_shows_four_characters_at_each_end() -> None:
    assert mask_api_key("ss_VFtSOB1zoVnqIdBcLMUnLEfz1fPrYfzFDKBMaRx") == "ss_VFtS…MaRx"


def test_keys_inside_a_text_are_masked_and_the_rest_stays() -> None:
    first, second = new_api_key(), new_api_key()
    masked = mask_api_keys_within(f"x-api-key: {first}, then {second}.")
    assert masked == f"x-api-key: {mask_api_key(first)}, then {mask_api_key(second)}."
