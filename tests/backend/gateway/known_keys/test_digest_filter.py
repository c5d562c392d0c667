import secrets
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.gateway.known_keys.digest_filter import DigestFilter


@given(st.lists(st.binary(min_size=32, max_size=32)))
def test_a_member_is_never_denied(digests: list[bytes]) -> None:
    known = DigestFilter(len(digests))
    for digest in digests:
        known.add(digest)
    assert all(known.may_contain(digest) for digest in digests)


def test_a_full_one_takes_a_foreign_digest_for_a_member_once_in_4000_times_at_the_most() -> None:
    random, known = Random(1), DigestFilter(8192)
    for _ in range(8192):
        known.add(random.randbytes(32))
    assert not known.is_outgrown
    assert sum(known.may_contain(random.randbytes(32)) for _ in range(400_000)) < 400_000 / 4000 * 1.4


def test_an_empty_one_denies_all() -> None:
    known = DigestFilter(0)
    assert not any(known.may_contain(secrets.token_bytes(32)) for _ in range(1000))


def test_it_is_outgrown_by_one_more_than_it_is_made_for() -> None:
    random, known = Random(2), DigestFilter(16_384)
    for _ in range(16_384):
        known.add(random.randbytes(32))
    assert not known.is_outgrown
    for _ in range(500):
        known.add(random.randbytes(32))
    assert known.is_outgrown


def test_the_same_digest_counts_once() -> None:
    known = DigestFilter(0)
    for _ in range(100_000):
        known.add(b"x" * 32)
    assert not known.is_outgrown
