import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ss_admin.contract.usage import UsageBucket, UsageSpan
from ss_admin.desktop.key_page.chart.bucket_words import bucket_spoken, bucket_time, calls_words, chart_spoken
from tests.support.sample_usage import quiet, usage_of


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def bucket(hour: int, minute: int = 0, **counts: int) -> UsageBucket:
    start = datetime(2026, 11, 23, hour, minute, tzinfo=UTC)
    return UsageBucket(start=start, **({"admitted": 0, "limited": 0, "refused": 0, "failed": 0} | counts))


@pytest.mark.parametrize(
    ("start", "seconds", "words"),
    [
        (bucket(13), 1_800, "Mon 23 Nov, 14:00–14:30"),
        (bucket(22, 30), 1_800, "Mon 23 Nov, 23:30–24:00"),
        (bucket(12), 43_200, "Mon 23 Nov, 13:00 – Tue 24 Nov, 01:00"),
        (bucket(23), 86_400, "Tue 24 Nov"),
    ],
)
def test_a_stretch_of_time_is_named_in_local_time(start: UsageBucket, seconds: int, words: str) -> None:
    assert bucket_time(start, seconds) == words


def test_the_last_stretch_goes_on_until_now() -> None:
    assert bucket_time(bucket(13), 1_800, is_last=True) == "Mon 23 Nov, 14:00 until now"


def test_what_is_read_out_leaves_out_what_there_was_none_of() -> None:
    calls = bucket(13, admitted=1_200, limited=4)
    assert bucket_spoken(calls, 1_800) == "Mon 23 Nov, 14:00–14:30: 1,204 calls; 1,200 admitted, 4 limited"
    assert bucket_spoken(bucket(13), 1_800) == "Mon 23 Nov, 14:00–14:30: no calls"
    assert calls_words(1) == "1 call"


def test_the_whole_chart_is_told_in_two_sentences() -> None:
    usage = usage_of((10, 0, 0, 0), (200, 5, 0, 0), (30, 0, 1, 0))
    assert chart_spoken(usage) == (
        "246 calls in the last 24 hours; 240 admitted, 5 limited, 1 refused. "
        "The most were 205 calls, Mon 23 Nov, 12:30–13:00."
    )
    assert chart_spoken(quiet(UsageSpan.MONTH)) == "No calls in the last 30 days."
