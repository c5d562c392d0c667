"""No spike in any quiet pattern, whatever the week looks like; and one wherever ten times as much comes."""

import math
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.signals.history import History, WatchedKey, hour_of, moment_of_hour
from ss_admin.backend.signals.rules.spike import find_spike
from tests.support.histories import NOW

LAST = hour_of(NOW)
HOUR = timedelta(hours=1)
KEY = WatchedKey("key", "tenant", created_at=NOW)


def poisson(chance: Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    product, count = chance.random(), 0
    while product > math.exp(-mean):
        product *= chance.random()
        count += 1
    return count


patterns = st.lists(st.sampled_from([0, 0.1, 1, 5, 30, 90, 150, 400, 3000]), min_size=1, max_size=168)
weeks = st.integers(1, 12)


def past(pattern, weeks, chance):
    """A pattern, of a week or repeating within it, with noise, as many weeks long."""
    first = LAST - weeks * 168
    hours = {hour: poisson(chance, pattern[hour % 168 % len(pattern)]) for hour in range(first, LAST + 1)}
    return {hour: calls for hour, calls in hours.items() if calls}, first


@given(patterns, weeks, st.integers(0, 2**32))
def test_noise_around_a_weekly_pattern_is_no_spike(pattern, weeks, seed):
    hours, first = past(pattern, weeks, Random(seed))
    assert find_spike(History(KEY, hours=hours, first_use=first), NOW) is None


@given(patterns, st.integers(4, 12), st.integers(0, 2**32), st.integers(0, 160))
def test_ten_times_the_busiest_is_a_spike_whatever_the_pattern(pattern, weeks, seed, ago):
    hours, first = past(pattern, weeks, Random(seed))
    hour = LAST - ago
    hours[hour] = 100 + 10 * max([*hours.values(), 24])
    found = find_spike(History(KEY, hours=hours, first_use=first), NOW)
    assert found is not None
    assert (found.key, found.at) == (f"hour:{hour}", moment_of_hour(hour))


def test_hours_of_one_burst_are_one_evidence_and_the_next_day_is_known_by_then():
    hours = dict.fromkeys(range(LAST - 5 * 168, LAST + 1), 10)
    begin = LAST - 60
    for hour in (0, 1, 3, 24, 25):
        hours[begin + hour] = 400
    found = find_spike(History(KEY, hours=hours, first_use=min(hours)), NOW)
    assert found is not None
    assert (found.key, found.facts["hours"], found.facts["calls"]) == (f"hour:{begin}", 4, 1200)


def test_a_burst_stays_the_same_evidence_while_its_hours_become_older_than_a_week():
    hours = dict.fromkeys(range(LAST - 5 * 168, LAST + 1), 10)
    hours.update(dict.fromkeys(range(LAST - 170, LAST - 160), 400))
    told = [find_spike(History(KEY, hours=hours, first_use=min(hours)), NOW + hour * HOUR) for hour in range(-4, 8)]
    assert {found and (found.key, found.facts["calls"]) for found in told} == {(f"hour:{LAST - 170}", 4000)}


def test_a_report_each_quarter_is_no_spike_from_its_second_time_on():
    hours = dict.fromkeys(range(LAST - 30 * 168, LAST + 1), 10)
    for days in (0, 92, 182):
        hours[LAST - days * 24] = 400
    history = History(KEY, hours=hours, first_use=min(hours))
    assert find_spike(history, NOW) is None
    assert find_spike(history, NOW - 182 * 24 * HOUR) is not None
