from datetime import UTC, datetime

import pytest

from ss_admin.contract.api_keys import RateLimit
from ss_admin.contract.usage import LimitPeak
from ss_admin.desktop.key_page.limit_words import Nearness, limit_words, nearness, peak_words

AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("used", "near"),
    [(0, Nearness.CALM), (79, Nearness.CALM), (80, Nearness.NEAR), (99, Nearness.NEAR), (100, Nearness.REACHED)],
)
def test_near_begins_at_eighty_percent(used: int, near: Nearness) -> None:
    assert nearness(used, 100) is near


def test_a_limit_and_its_peak_are_told_in_words() -> None:
    at = AT.astimezone()
    when = f"{at:%a} {at.day} Nov, {at:%H:%M}"
    near = LimitPeak(at=AT, used=96, max_requests=100, window_seconds=60)
    assert peak_words(near, "") == f"Nearest: 96 of 100 per minute, {when}. That is close to the limit."
    assert peak_words(near.model_copy(update={"used": 100}), "").endswith("The limit was reached.")
    assert peak_words(near.model_copy(update={"used": 7}), "") == f"Nearest: 7 of 100 per minute, {when}"
    assert peak_words(None, "the last 7 days") == "No call was counted against a limit in the last 7 days."
    assert limit_words(RateLimit()) == "At most 100 requests per minute"
    assert limit_words(None).startswith("No rate limit")
