import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ss_admin.desktop.key_page.chart.time_axis import time_ticks

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def labels(end: datetime, back: timedelta, most: int) -> list[str]:
    return [tick.label for tick in time_ticks(end - back, end, most)]


@pytest.mark.parametrize("zone", ["Europe/Berlin"], indirect=True)
def test_marks_stand_at_whole_hours_and_days_of_local_time(zone: str) -> None:
    assert labels(NOON, timedelta(hours=24), 8) == [
        "15:00",
        "18:00",
        "21:00",
        "Mon 23",
        "03:00",
        "06:00",
        "09:00",
        "12:00",
    ]
    assert labels(NOON, timedelta(days=7), 8) == ["Tue 17", "Wed 18", "Thu 19", "Fri 20", "Sat 21", "Sun 22", "Mon 23"]
    assert labels(NOON, timedelta(days=30), 8) == ["29 Oct", "3 Nov", "8 Nov", "13 Nov", "18 Nov", "23 Nov"]


@pytest.mark.parametrize("zone", ["Europe/Berlin"], indirect=True)
def test_the_days_that_the_clock_changes_have_one_midnight_each(zone: str) -> None:
    autumn = datetime(2026, 10, 27, 12, 0, tzinfo=UTC)
    ticks = time_ticks(autumn - timedelta(days=7), autumn, 10)
    assert [tick.label for tick in ticks][-3:] == ["Sun 25", "Mon 26", "Tue 27"]
    gaps = [later.place - sooner.place for sooner, later in itertools.pairwise(ticks)]
    assert max(gaps) * 7 * 24 == pytest.approx(25)
    assert min(gaps) * 7 * 24 == pytest.approx(24)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- hypothesis adds the zone
    st.sampled_from([timedelta(hours=24), timedelta(days=7), timedelta(days=30)]),
    st.integers(1, 30),
)
def test_marks_are_few_in_order_and_inside(zone: str, end: datetime, back: timedelta, most: int) -> None:
    ticks = time_ticks(end - back, end, most)
    places = [tick.place for tick in ticks]
    assert len(ticks) <= most
    assert places == sorted(set(places))
    assert all(0 <= place < 1 for place in places)
