"""Each kind of signal is told from a history that has it: journaled calls, drained into the tables, evaluated."""

from datetime import UTC, datetime, timedelta

from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.contract.signals import Severity, SignalKind
from tests.support.histories import NOW

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def by_day(hour: datetime) -> int:
    return 12 if hour.weekday() < 5 and 7 <= hour.hour < 18 else 1


def told(past, now=NOW):
    """The one kind that is told, with its row."""
    [(kind, row)] = past.signals(now).items()
    return kind, row


def test_a_spike_at_night_though_days_are_busier_in_all(past):
    past.make_key()
    past.call_each_hour(5, by_day)
    past.call(NOW.replace(hour=3), 150)
    past.call(NOW.replace(hour=3), 60, "rate_limited")
    kind, row = told(past)
    assert (kind, row.severity, row.evidence_key) == (SignalKind.SPIKE, Severity.ALERT, f"hour:{row_hour(NOW, 3)}")
    assert row.evidence.startswith("211 calls on 2026-11-18 between 03:00 and 04:00 UTC; about 1 are usual")
    assert (row.facts["peak_calls"], row.facts["usual_calls"]) == (211, 1)


def row_hour(day, hour):
    return int(day.replace(hour=hour, minute=0).timestamp()) // 3600


def test_a_spike_at_the_weekend_as_high_as_working_days(past):
    past.make_key()
    past.call_each_hour(5, lambda hour: 150 if by_day(hour) > 1 and hour.hour in {9, 10} else 0)
    past.call(datetime(2026, 11, 15, 10, tzinfo=UTC), 150)
    assert told(past)[0] is SignalKind.SPIKE


def test_a_new_address_after_weeks_at_one(past):
    past.make_key()
    past.call_each_hour(4, lambda hour: hour.hour == 8)
    past.call(NOW - DAY, 3, address="198.51.100.9")
    kind, row = told(past)
    assert (kind, row.severity) == (SignalKind.NEW_ADDRESS, Severity.WARNING)
    assert row.evidence == "3 calls from 198.51.100.9, first on 2026-11-17 at 14:30 UTC."


def test_a_call_from_outside_the_allowed_networks(past):
    past.make_key(allowed_addresses=["203.0.113.0/24"])
    past.call_each_hour(4, lambda hour: hour.hour == 8)
    past.call(NOW - DAY, 3, "permission_denied", address="2001:db8:5::17")
    kind, row = told(past)
    assert (kind, row.facts["address"]) == (SignalKind.NEW_ADDRESS, "2001:db8:5::/64")


def test_wrong_keys_from_where_the_key_is_used(past):
    past.make_key()
    past.call_each_hour(3, lambda hour: hour.hour == 8)
    past.call(NOW - HOUR, 40, "invalid_api_key", api_key_id=None)
    past.call(NOW - 2 * HOUR, 20, "malformed_api_key", api_key_id=None)
    kind, row = told(past)
    assert (kind, row.severity) == (SignalKind.FAILED_AUTHENTICATIONS, Severity.ALERT)
    assert row.evidence == "60 calls with a wrong key on 2026-11-18, from 203.0.113.7, where this key is used."


def test_calls_with_a_disabled_key(past):
    past.make_key(status=ApiKeyStatus.DISABLED)
    past.change_key(updated_at=NOW - 5 * HOUR)
    past.call(NOW - HOUR, 2, "disabled_api_key")
    kind, row = told(past)
    assert (kind, row.severity) == (SignalKind.USED_AFTER_END, Severity.ALERT)
    assert row.evidence == (
        "2 calls in 7 days although it is disabled, the last on 2026-11-18 at 13:30 UTC from 203.0.113.7."
    )


def test_calls_with_an_expired_key_that_was_forgotten_somewhere(past):
    past.make_key(expires_at=NOW - DAY)
    past.call(NOW - HOUR, 1, "expired_api_key")
    kind, row = told(past)
    assert (kind, row.severity, row.facts["ended"]) == (SignalKind.USED_AFTER_END, Severity.WARNING, "expired")


def test_calls_with_a_deleted_key(past):
    past.make_key()
    past.delete_key(NOW - 2 * DAY)
    past.call(NOW - HOUR, 1, "invalid_api_key", key_was_deleted=True)
    kind, row = told(past)
    assert (kind, row.severity, row.facts["ended"]) == (SignalKind.USED_AFTER_END, Severity.ALERT, "deleted")


def test_limited_in_several_hours(past):
    past.make_key()
    for hours in (1, 3, 20, 30):
        past.call(NOW - hours * HOUR, 60)
        past.call(NOW - hours * HOUR, 15, "rate_limited")
    kind, row = told(past)
    assert (kind, row.severity) == (SignalKind.OFTEN_LIMITED, Severity.WARNING)
    assert row.evidence.startswith("60 of 300 calls (20%) were refused in 4 hours of the last 3 days")


def test_dates(past):
    past.make_key(created_at=NOW - 80 * DAY, last_used_at=NOW, expires_at=datetime(2026, 11, 27, 9, tzinfo=UTC))
    kind, row = told(past)
    assert (kind, row.severity) == (SignalKind.EXPIRES_SOON, Severity.WARNING)
    assert row.evidence == "Expires on Friday, 2026-11-27 at 09:00 UTC."
    assert row.since == datetime(2026, 11, 18, tzinfo=UTC)


def test_more_dates(past):
    past.make_key(created_at=NOW - 20 * DAY, last_used_at=NOW, expires_at=None)
    assert told(past)[0] is SignalKind.NEVER_EXPIRES
    past.make_key(created_at=NOW - 91 * DAY, last_used_at=NOW)
    past.evaluation._all_at = None
    assert told(past)[0] is SignalKind.OLD
    past.make_key(created_at=NOW - 400 * DAY, last_used_at=NOW - 91 * DAY)
    past.evaluation._all_at = None
    kind, row = told(past)
    assert (kind, row.since) == (SignalKind.UNUSED, NOW - DAY)
    past.make_key(created_at=NOW - 91 * DAY)
    past.evaluation._all_at = None
    assert told(past)[0] is SignalKind.UNUSED
