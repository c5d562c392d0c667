"""The signature of a webhook, as a receiver checks it."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.rule_chains.outbox.signature import signature, signing_secret

PEPPER = b"0123456789abcdef0123456789abcdef"


@given(st.binary())
def test_receiver_verifies_the_raw_body_with_the_secret_as_it_is_shown(body: bytes) -> None:
    secret = signing_secret(PEPPER, "chain", 1)
    expected = hmac.new(secret.encode("utf-8"), body, hashlib.sha256).hexdigest()
    assert signature(secret, body) == f"sha256={expected}"


def test_secret_stays_the_same_until_it_is_replaced() -> None:
    assert signing_secret(PEPPER, "chain", 1) == signing_secret(PEPPER, "chain", 1)
    assert signing_secret(PEPPER, "chain", 1) != signing_secret(PEPPER, "chain", 2)


def test_every_chain_and_every_pepper_has_a_secret_of_its_own() -> None:
    secrets = {signing_secret(pepper, chain, 1) for pepper in (PEPPER, b"other") for chain in ("a", "b")}
    assert len(secrets) == 4


def test_secret_has_a_form_that_scanners_know_and_256_bits() -> None:
    secret = signing_secret(PEPPER, "chain", 1)
    assert secret.startswith("whsec_")
    assert len(secret) == len("whsec_") + 43
    assert secret.isascii()
    assert "=" not in secret
