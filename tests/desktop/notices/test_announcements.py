"""What is told of keys, and in which words."""

from datetime import UTC, datetime, timedelta

import pytest

from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.signals import Acknowledgement, Severity, SignalKind
from ss_admin.desktop.notices.announcements import News, announce, news_of_expiries, news_of_signals
from tests.support.sample_keys import sample_key
from tests.support.sample_signals import sample_signal

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def news(number: int, *, is_expiry: bool = False, name: str = "") -> News:
    return News(f"n-{number}", f"key-{number}", name or f"Key {number}", is_expiry, "Words.")


@pytest.mark.parametrize(
    ("days", "stage", "words"),
    [
        (1, 1, "in 1 working day"),
        (2, 3, "in 2 working days"),
        (3, 3, "in 3 working days"),
        (4, 7, "in 4 working days"),
        (7, 7, "in 5 working days"),
        (9, 7, "in 7 working days"),
        (10, None, ""),
        (30, None, ""),
    ],
)
def test_an_expiry_is_told_seven_three_and_one_working_days_before(days, stage, words):
    found = news_of_expiries([sample_key(1, expires_at=MONDAY + timedelta(days=days))], MONDAY)
    if stage is None:
        assert found == []
    else:
        assert found[0].news_id.endswith(f":{stage}")
        assert words in found[0].words


def test_over_the_weekend_counts_as_the_last_stage():
    saturday = MONDAY + timedelta(days=5)
    found = news_of_expiries([sample_key(1, expires_at=saturday + timedelta(days=1))], saturday)
    assert found[0].news_id.endswith(":1")
    assert "before the next working day" in found[0].words


def test_a_new_date_is_news_and_what_is_over_or_off_is_none():
    soon = MONDAY + timedelta(days=1)
    first, second = (
        news_of_expiries([sample_key(1, expires_at=soon + timedelta(hours=hours))], MONDAY)[0] for hours in (0, 1)
    )
    assert first.news_id != second.news_id
    silent = [
        sample_key(1, expires_at=MONDAY),
        sample_key(2, expires_at=None),
        sample_key(3, expires_at=soon, status=ApiKeyStatus.DISABLED),
    ]
    assert news_of_expiries(silent, MONDAY) == []


def test_of_signals_only_what_is_open_and_more_than_a_note_is_told():
    seen = Acknowledgement(at=MONDAY, by=ObjectRef(id="u", name="Ann"), note="")
    signals = [
        sample_signal(1, SignalKind.SPIKE, severity=Severity.ALERT),
        sample_signal(2, SignalKind.NEW_ADDRESS, severity=Severity.WARNING),
        sample_signal(3, SignalKind.NEVER_EXPIRES),
        sample_signal(4, SignalKind.EXPIRES_SOON, severity=Severity.WARNING),
        sample_signal(5, SignalKind.SPIKE, severity=Severity.ALERT, acknowledged=seen),
    ]
    assert [item.api_key_id for item in news_of_signals(signals)] == ["key-1", "key-2"]


@pytest.mark.parametrize(
    ("kind", "same", "new"),
    [
        (SignalKind.SPIKE, {"facts": {"began_at": "a", "calls": 9}}, {"facts": {"began_at": "b", "calls": 2}}),
        (SignalKind.NEW_ADDRESS, {"facts": {"address": "a", "calls": 9}}, {"facts": {"address": "b", "calls": 2}}),
        (SignalKind.FAILED_AUTHENTICATIONS, {"facts": {"day": "a", "calls": 9}}, {"facts": {"day": "b"}}),
        (SignalKind.OFTEN_LIMITED, {"evidence": "40 calls."}, {"evidence_at": MONDAY + timedelta(days=1)}),
        (SignalKind.USED_AFTER_END, {"evidence_at": MONDAY + timedelta(hours=1)}, {"severity": Severity.ALERT}),
    ],
)
def test_new_evidence_is_news_and_more_of_the_same_is_none(kind, same, new):
    begun = {SignalKind.SPIKE: "began_at", SignalKind.NEW_ADDRESS: "address", SignalKind.FAILED_AUTHENTICATIONS: "day"}
    values = {"severity": Severity.WARNING, "evidence_at": MONDAY, "facts": {begun.get(kind, "calls"): "a"}}
    first, again, anew = (
        news_of_signals([sample_signal(1, kind, **(values | changes))])[0].news_id for changes in ({}, same, new)
    )
    assert first == again
    assert first != anew


def test_one_key_is_named_and_led_to():
    told = announce([news(1), news(1)])
    assert told.title == "“Key 1” needs attention"
    assert told.api_key_id == "key-1"
    assert announce([news(1, is_expiry=True)]).title == "“Key 1” expires soon"


@pytest.mark.parametrize(
    ("found", "title", "text"),
    [
        ([news(n) for n in range(4)], "4 keys need attention", "“Key 0”, “Key 1”, “Key 2” and 1 more"),
        ([news(n, is_expiry=True) for n in range(2)], "2 keys expire soon", "“Key 0”, “Key 1”"),
        ([news(1), news(2, is_expiry=True)], "1 key needs attention, 1 key expires soon", "“Key 1”, “Key 2”"),
    ],
)
def test_many_are_one_message(found, title, text):
    told = announce(found)
    assert (told.title, told.text, told.api_key_id) == (title, text, None)


def test_nothing_new_is_no_message_and_a_name_is_no_markup():
    assert announce([]) is None
    told = announce([news(1, name="<b>Bold</b>"), news(2)])
    assert "<" not in told.text
    assert len(announce([news(1, name="x" * 500)]).title) < 90
