"""When a webhook is tried again: exponential, random, never later than a day after the call."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.rule_chains.outbox.attempts import Delivered, Failed, Interrupted, Refused
from ss_admin.backend.rule_chains.outbox.claims import Claim
from ss_admin.backend.rule_chains.outbox.schedule import Pauses, settle_unsent, settlement_of
from ss_admin.contract.executions import DeliveryStatus

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LONGEST = Pauses(5, 3600, lambda low, high: high)
SHORTEST = Pauses(5, 3600, lambda low, high: low)


def claim(
    *, attempts: int = 1, age: timedelta = timedelta(), last_error: str | None = None, generation: int | None = 1
) -> Claim:
    return Claim("d", "t", "c", "e", "https://h/", "{}", attempts, NOW - age, NOW, last_error, generation)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (12, 3600), (10_000, 3600)]
)
def test_bound_of_the_pause_doubles_up_to_the_longest(attempts: int, seconds: float) -> None:
    assert LONGEST.after(attempts) == timedelta(seconds=seconds)
    assert SHORTEST.after(attempts) == timedelta()


def test_pauses_of_webhooks_that_failed_together_are_spread_over_the_whole_range() -> None:
    pauses = Pauses(5, 3600, random.Random(1).uniform)
    seconds = [pauses.after(4).total_seconds() for _ in range(1000)]
    assert min(seconds) < 2
    assert max(seconds) > 38
    assert max(seconds) <= 40


@pytest.mark.parametrize(("asked", "seconds"), [(None, 0), (0, 0), (60, 60), (3600, 3600), (10**9, 3600)])
def test_receiver_is_left_alone_as_long_as_it_asks_but_never_longer_than_the_longest_pause(
    asked: float | None, seconds: float
) -> None:
    assert SHORTEST.after(1, asked) == timedelta(seconds=seconds)


@given(st.integers(1, 10**6), st.floats(0, 1e12) | st.none())
def test_no_pause_is_ever_longer_than_the_longest(attempts: int, asked: float | None) -> None:
    assert timedelta() <= LONGEST.after(attempts, asked) <= timedelta(seconds=3600)


def test_success_ends_the_delivery_and_clears_the_last_error() -> None:
    settled = settlement_of(claim(last_error="before"), Delivered(204), NOW, LONGEST)
    assert (settled.status, settled.next_attempt_at, settled.delivered_at) == (DeliveryStatus.DELIVERED, None, NOW)
    assert (settled.last_status, settled.last_error) == (204, None)


def test_refusal_ends_the_delivery_with_its_reason() -> None:
    settled = settlement_of(claim(), Refused("It is a redirect.", 302), NOW, LONGEST)
    assert (settled.status, settled.next_attempt_at) == (DeliveryStatus.GIVEN_UP, None)
    assert (settled.last_status, settled.last_error) == (302, "Given up: It is a redirect.")


def test_failure_is_tried_again_after_the_pause() -> None:
    settled = settlement_of(claim(attempts=3), Failed("It answered 500.", 500), NOW, LONGEST)
    assert (settled.status, settled.next_attempt_at) == (DeliveryStatus.PENDING, NOW + timedelta(seconds=20))
    assert (settled.attempts, settled.last_status, settled.last_error) == (3, 500, "It answered 500.")


def test_pause_ends_where_the_day_does() -> None:
    late = claim(attempts=20, age=timedelta(hours=23, minutes=59))
    assert settlement_of(late, Failed("No."), NOW, LONGEST).next_attempt_at == NOW + timedelta(minutes=1)


def test_attempt_that_a_stop_interrupted_is_repeated_at_once() -> None:
    settled = settlement_of(claim(), Interrupted(), NOW, LONGEST)
    assert (settled.status, settled.next_attempt_at) == (DeliveryStatus.PENDING, NOW)
    assert "the same delivery id" in (settled.last_error or "")


def test_webhook_is_given_up_after_a_day_with_the_reason_of_its_last_failure() -> None:
    assert settle_unsent(claim(age=timedelta(hours=23, minutes=59)), NOW) is None
    settled = settle_unsent(claim(attempts=30, age=timedelta(hours=24), last_error="It answered 503."), NOW)
    assert settled is not None
    assert (settled.status, settled.next_attempt_at, settled.attempts) == (DeliveryStatus.GIVEN_UP, None, 29)
    assert settled.last_error == (
        "Given up: it could not be delivered within 24 hours. The last attempt: It answered 503."
    )


def test_webhook_of_a_deleted_chain_is_given_up() -> None:
    settled = settle_unsent(claim(generation=None), NOW)
    assert settled is not None
    assert (settled.last_error, settled.attempts) == ("Given up: the rule chain was deleted.", 0)
