"""Histories in which nothing is wrong, though something happens: not one signal. A false alarm is a defect."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from ss_admin.contract.api_keys import ApiKeyStatus
from tests.support.histories import HOME, NOW

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
AWAY = "198.51.100.9"


def busy(hour: datetime, *, most: int = 120) -> int:
    return most if hour.weekday() < 5 and hour.hour in {8, 13} else 2 * (7 <= hour.hour < 18)


def a_steady_key_with_more_and_less(past):
    past.make_key()
    chance = Random(4)
    past.call_each_hour(6, lambda hour: int(busy(hour) * chance.uniform(0.5, 1.8)))


def a_new_key_that_begins_with_much(past):
    past.make_key(created_at=NOW - 5 * DAY)
    past.call_each_hour(0.5, lambda hour: 150 * (hour.hour % 6 == 0))
    past.call(NOW - HOUR, 3, address=AWAY)


def growth_week_by_week(past):
    past.make_key()
    past.call_each_hour(6, lambda hour: (hour.hour == 10) * round(12 * 1.8 ** ((hour - NOW + 42 * DAY) // (7 * DAY))))


def the_same_since_the_clocks_were_changed(past):
    """At 9 in the morning in Berlin: 7 o'clock UTC until 25 October, 8 since."""
    past.make_key()
    changed = datetime(2026, 10, 25, 1, tzinfo=UTC)
    now = datetime(2026, 10, 28, 14, tzinfo=UTC)
    at_nine = lambda hour: 180 * (hour.weekday() < 5 and hour.hour == (7 if hour < changed else 8))  # noqa: E731
    past.call_each_hour(5, at_nine, until=now)
    return now


def a_batch_on_the_first_of_each_month(past):
    past.make_key(created_at=datetime(2026, 9, 15, tzinfo=UTC))
    past.call_each_hour(8, lambda hour: 200 * (hour.day == 1 and hour.hour == 3) + (hour.hour == 9))
    past.call(datetime(2026, 12, 1, 3, 5, tzinfo=UTC), 220)
    return datetime(2026, 12, 1, 4, tzinfo=UTC)


def the_return_from_two_weeks_of_holidays(past):
    past.make_key()
    away_from = NOW - 15 * DAY
    past.call_each_hour(5, lambda hour: 0 if away_from <= hour < NOW - DAY else busy(hour, most=180))


def what_waited_is_sent_after_an_outage(past):
    past.make_key()
    down = lambda hour: NOW - 9 * HOUR <= hour < NOW - HOUR  # noqa: E731
    past.call_each_hour(5, lambda hour: 0 if down(hour) else 40 * (6 <= hour.hour < 18))
    past.call(NOW - HOUR, 240)


def a_job_at_any_hour_of_the_day(past):
    past.make_key()
    chance = Random(9)
    moments = [NOW - 42 * DAY + day * DAY + chance.randrange(24) * HOUR for day in range(43)]
    for moment in moments:
        past.call(min(moment, NOW), 150)


def many_addresses_and_those_that_change(past):
    past.make_key()
    past.call_each_hour(5, lambda hour: 1, address=HOME)
    for number in range(12):
        past.call(NOW - (33 - 3 * number) * DAY, 2, address=f"198.51.100.{number}")


def a_line_that_gets_another_address_each_day(past):
    past.make_key(created_at=NOW - 10 * DAY)
    for days in range(10):
        past.call(NOW - days * DAY, 5, address=f"198.51.100.{days}")


def a_second_address_seen_in_the_first_week_and_another_of_the_same_network(past):
    past.make_key(allowed_addresses=["203.0.113.0/24", "2001:db8::/32"])
    past.call(NOW - 30 * DAY, 3)
    past.call(NOW - 27 * DAY, 3, address="2001:db8:1:2::9")
    past.call(NOW - DAY, 3, address="203.0.113.200")
    past.call(NOW - DAY, 3, address="2001:db8:1:2:ffff::7")


def a_private_address_that_changes_within_its_network(past):
    past.make_key()
    for days in range(30):
        past.call(NOW - days * DAY, 3, address=f"2001:db8:1:2::{days:x}")


def a_few_mistyped_keys_and_many_from_elsewhere(past):
    past.make_key()
    past.call_each_hour(3, lambda hour: hour.hour == 8)
    past.call(NOW - HOUR, 20, "malformed_api_key", api_key_id=None)
    past.call(NOW - HOUR, 400, "invalid_api_key", api_key_id=None, address=AWAY)
    past.call(NOW - HOUR, 400, "missing_api_key", api_key_id=None)


def a_retry_right_after_the_key_was_disabled(past):
    past.make_key(status=ApiKeyStatus.DISABLED, expires_at=None, created_at=NOW - 200 * DAY)
    past.change_key(updated_at=NOW - 2 * HOUR)
    past.call(NOW - 2 * HOUR + timedelta(seconds=5), 3, "disabled_api_key")
    past.call(NOW - 2 * HOUR + timedelta(seconds=70), 1, "disabled_api_key")


def a_key_that_was_off_for_an_hour_and_works_again(past):
    past.make_key()
    past.call(NOW - 3 * HOUR, 90, "disabled_api_key")
    past.call(NOW - HOUR, 3)


def an_expired_key_that_nobody_uses(past):
    past.make_key(expires_at=NOW - DAY, created_at=NOW - 300 * DAY, last_used_at=NOW - 200 * DAY)
    past.call(NOW - DAY - HOUR, 200)


def a_deleted_key_with_a_past(past):
    past.make_key(expires_at=None)
    past.call_each_hour(4, lambda hour: hour.hour == 8)
    past.call(NOW - 3 * HOUR, 300, address=AWAY)
    past.delete_key(NOW - 2 * HOUR)


def a_limit_reached_in_one_busy_hour_and_now_and_then(past):
    past.make_key()
    past.call(NOW - 2 * HOUR, 80)
    past.call(NOW - 2 * HOUR, 90, "rate_limited")
    for hours in (10, 20, 30, 40, 50):
        past.call(NOW - hours * HOUR, 90)
        past.call(NOW - hours * HOUR, 4, "rate_limited")


def a_limit_that_was_raised_since(past):
    past.make_key()
    for hours in (10, 20, 30, 40, 50):
        past.call(NOW - hours * HOUR, 30, "rate_limited")
    past.change_key(rate_max_requests=500)


def dates_that_are_all_right(past):
    past.make_key(created_at=NOW - 89 * DAY, last_used_at=NOW - 88 * DAY, expires_at=datetime(2026, 11, 30, tzinfo=UTC))


def a_key_made_for_three_days(past):
    past.make_key(created_at=NOW - HOUR, expires_at=NOW + 3 * DAY)


QUIET = [
    a_steady_key_with_more_and_less,
    a_new_key_that_begins_with_much,
    growth_week_by_week,
    the_same_since_the_clocks_were_changed,
    a_batch_on_the_first_of_each_month,
    the_return_from_two_weeks_of_holidays,
    what_waited_is_sent_after_an_outage,
    a_job_at_any_hour_of_the_day,
    many_addresses_and_those_that_change,
    a_line_that_gets_another_address_each_day,
    a_second_address_seen_in_the_first_week_and_another_of_the_same_network,
    a_private_address_that_changes_within_its_network,
    a_few_mistyped_keys_and_many_from_elsewhere,
    a_retry_right_after_the_key_was_disabled,
    a_key_that_was_off_for_an_hour_and_works_again,
    an_expired_key_that_nobody_uses,
    a_deleted_key_with_a_past,
    a_limit_reached_in_one_busy_hour_and_now_and_then,
    a_limit_that_was_raised_since,
    dates_that_are_all_right,
    a_key_made_for_three_days,
]


@pytest.mark.parametrize("history", QUIET, ids=lambda history: history.__name__)
def test_nothing_is_told_of(past, history):
    now = history(past) or NOW
    assert {kind: row.evidence for kind, row in past.signals(now).items()} == {}
