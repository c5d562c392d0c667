import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.contract.api_keys import ExpiryState
from ss_admin.desktop.moments import (
    ago,
    exact_moment,
    expiry_state,
    expiry_words,
    local_date,
    local_minute,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=-5), "Just now"),
        (timedelta(seconds=59), "Just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=2, seconds=30), "2 minutes ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(days=30), "1 month ago"),
        (timedelta(days=364), "12 months ago"),
        (timedelta(days=365), "1 year ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_how_long_ago_is_said_in_the_largest_whole_unit(back: timedelta, words: str) -> None:
    assert ago(NOW - back, NOW) == words


def test_a_key_that_was_never_used_says_never() -> None:
    assert ago(None, NOW) == "Never"


@pytest.mark.parametrize(
    ("expires_at", "state", "words"),
    [
        (None, ExpiryState.NEVER, "Never expires"),
        (NOW, ExpiryState.EXPIRED, "Expired"),
        (NOW + timedelta(microseconds=1), ExpiryState.SOON, "Expires soon"),
        (NOW + timedelta(days=7), ExpiryState.SOON, "Expires soon"),
        (NOW + timedelta(days=7, microseconds=1), ExpiryState.ACTIVE, "Expires in 8 days"),
        (NOW + timedelta(days=30), ExpiryState.ACTIVE, "Expires in 30 days"),
        (NOW + timedelta(days=41, hours=1), ExpiryState.ACTIVE, "Expires in 42 days"),
        (NOW + timedelta(days=36_500), ExpiryState.ACTIVE, "Expires in 36,500 days"),
    ],
)
def test_a_badge_tells_where_a_key_stands(expires_at: datetime | None, state: ExpiryState, words: str) -> None:
    assert expiry_state(expires_at, NOW) is state
    assert expiry_words(expires_at, NOW) == words


def test_moments_are_shown_in_local_time_with_its_zone_and_in_utc(berlin: None) -> None:
    moment = datetime(2026, 12, 23, 23, 30, 5, tzinfo=UTC)
    assert local_date(moment) == "2026-12-24"
    assert local_minute(moment) == "2026-12-24 00:30"
    assert exact_moment(moment) == "2026-12-24 00:30:05 CET\n2026-12-23 23:30:05 UTC"


def test_where_local_time_is_utc_it_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert exact_moment(NOW) == "2026-11-23 12:00:00 UTC"
    monkeypatch.undo()
    time.tzset()


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_of_the_calendar_has_words(moment: datetime) -> None:
    for words in (ago(moment, NOW), expiry_words(moment, NOW), exact_moment(moment)):
        assert words
    assert local_date(moment)
