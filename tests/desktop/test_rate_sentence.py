"""The rate limit in words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.desktop.rate_sentence import describe_rate

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


@pytest.mark.parametrize(
    ("max_requests", "window_seconds", "words"),
    [
        (100, 60, "100 requests per minute"),
        (250, 90, "250 requests per 90 seconds"),
        (1, 1, "1 request per second"),
        (1000, 3600, "1,000 requests per hour"),
        (1_000_000, 86_400, "1,000,000 requests per day"),
        (5, 120, "5 requests per 2 minutes"),
        (5, 43_200, "5 requests per 12 hours"),
        (5, 3661, "5 requests per 3,661 seconds"),
    ],
)
def test_limit_is_said_as_people_say_it(max_requests: int, window_seconds: int, words: str) -> None:
    assert describe_rate(max_requests, window_seconds) == words


@given(max_requests=st.integers(1, 1_000_000), window_seconds=st.integers(1, 86_400))
def test_sentence_means_exactly_the_limit(max_requests: int, window_seconds: int) -> None:
    words = describe_rate(max_requests, window_seconds)
    parts = re.fullmatch(r"([\d,]+) (requests?) per (?:([\d,]+) )?(second|minute|hour|day)(s?)", words)
    assert parts, words
    requests, noun, count, unit, plural = parts.groups()
    number = int(count.replace(",", "")) if count else 1
    assert int(requests.replace(",", "")) == max_requests
    assert number * UNITS[unit] == window_seconds
    assert (noun == "request") == (max_requests == 1)
    assert bool(plural) == (count is not None)
    assert number > 1 or count is None
