import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.api_keys.digest import DIGEST_LENGTH, ApiKeyDigester, api_key_digest
from ss_admin.contract.api_key_format import new_api_key


def test_digest_is_hmac_sha256_of_the_key_under_the_pepper():
    key = new_api_key()
    expected = hmac.new(b"pepper", key.encode("ascii"), hashlib.sha256).digest()
    assert api_key_digest(b"pepper", key) == expected


def test_another_pepper_gives_another_digest():
    key = new_api_key()
    assert api_key_digest(b"one", key) != api_key_digest(b"two", key)


@given(st.text(alphabet=st.characters()), st.binary(min_size=1))
def test_every_text_has_a_digest_of_fixed_length(text, pepper):
    assert len(api_key_digest(pepper, text)) == DIGEST_LENGTH


@given(st.text(alphabet=st.characters()), st.binary(min_size=1, max_size=200))
def test_the_digester_gives_the_same_digests_one_after_the_other(text, pepper):
    digester = ApiKeyDigester(pepper)
    for api_key in (text, new_api_key(), text):
        assert digester.digest(api_key) == api_key_digest(pepper, api_key)


def test_the_digester_hides_its_pepper():
    assert repr(ApiKeyDigester(b"pepper")) == "<ApiKeyDigester>"
