"""The draft: its faults, and the orders that it makes."""

# ruff: noqa: DTZ001 -- the time on a wall has no zone

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ss_admin.contract.api_keys import ApiKey, ApiKeyChange, ApiKeyStatus, Permissions, RateLimit
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.api_keys.editor.editor_draft import (
    ApiKeyDraft,
    EditorField,
    field_of_pointer,
    without_what_is_there,
)
from ss_admin.desktop.api_keys.editor.expiry_choice import ExpiryChoice, ExpiryOption

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
MARIA, JONAS = ObjectRef(id="u-1", name="Maria Keller"), ObjectRef(id="u-2", name="Jonas Brandt")
WHOLE = ApiKeyDraft(name="Alarm", user=MARIA)


def key(**changes: object) -> ApiKey:
    whole: dict[str, object] = {
        "id": "k-1",
        "name": "Alarm",
        "user": MARIA,
        "masked_key": "ss_VFtS…MaRx",
        "permissions": Permissions(),
        "expires_at": NOW + timedelta(days=30),
        "rate_limit": RateLimit(),
        "status": ApiKeyStatus.ACTIVE,
        "last_used_at": None,
        "last_used_address": None,
        "created_at": NOW,
        "created_by": MARIA,
        "updated_at": NOW,
        "version": 3,
    }
    return ApiKey.model_validate(whole | changes)


def faults(draft: ApiKeyDraft) -> dict[EditorField, str]:
    return draft.find_faults(now=NOW, zone=ZONE)


class TestFaults:
    def test_empty_form_lacks_name_and_user_in_this_order(self) -> None:
        assert list(faults(ApiKeyDraft())) == [EditorField.NAME, EditorField.USER]

    def test_whole_form_has_none(self) -> None:
        assert faults(WHOLE) == {}

    @pytest.mark.parametrize("name", ["", "   ", "\t", "x" * 101, "two\nlines", "bell\a", "lone \ud800 surrogate"])
    def test_name_that_the_contract_refuses_is_refused_at_the_field(self, name: str) -> None:
        assert EditorField.NAME in faults(replace(WHOLE, name=name))

    @pytest.mark.parametrize("name", ["x", "x" * 100, "  " + "x" * 100 + "  ", "Gebäude-Alarm ☂", "e\u0301" * 100])
    def test_name_that_the_contract_takes_is_taken(self, name: str) -> None:
        assert faults(replace(WHOLE, name=name)) == {}

    def test_length_of_a_long_name_is_told(self) -> None:
        fault = faults(replace(WHOLE, name="x" * 113))[EditorField.NAME]
        assert fault == "At most 100 characters; this name has 113."

    def test_typed_but_not_chosen_person_is_told_apart_from_none(self) -> None:
        nobody = faults(replace(WHOLE, user=None))[EditorField.USER]
        typed = faults(replace(WHOLE, user=None, user_text="Mar"))[EditorField.USER]
        assert nobody != typed

    @pytest.mark.parametrize("number", [None, 0, -1, 1_000_001])
    def test_max_requests_outside_its_limits_is_refused(self, number: int | None) -> None:
        assert list(faults(replace(WHOLE, max_requests=number))) == [EditorField.MAX_REQUESTS]

    @pytest.mark.parametrize("number", [None, 0, 86_401])
    def test_time_window_outside_its_limits_is_refused(self, number: int | None) -> None:
        assert list(faults(replace(WHOLE, window_seconds=number))) == [EditorField.TIME_WINDOW]

    @pytest.mark.parametrize(("requests", "seconds"), [(1, 1), (1_000_000, 86_400)])
    def test_limits_themselves_are_taken(self, requests: int, seconds: int) -> None:
        assert faults(replace(WHOLE, max_requests=requests, window_seconds=seconds)) == {}

    def test_numbers_do_not_matter_while_limiting_is_off(self) -> None:
        assert faults(replace(WHOLE, limit_enabled=False, max_requests=None, window_seconds=0)) == {}


class TestOrderToCreate:
    def test_default_is_30_days_by_the_servers_clock_and_100_per_minute(self) -> None:
        order = WHOLE.to_new_api_key(ZONE)
        assert (order.expires_in_days, order.expires_at) == (30, None)
        assert order.rate_limit == RateLimit(max_requests=100, window_seconds=60)

    def test_custom_date_is_sent_as_a_moment(self) -> None:
        choice = ExpiryChoice(ExpiryOption.CUSTOM, datetime(2026, 12, 23, 14, 0))
        order = replace(WHOLE, expiry=choice).to_new_api_key(ZONE)
        assert order.expires_at == datetime(2026, 12, 23, 13, 0, tzinfo=UTC)

    def test_never_and_unlimited_are_sent_as_null(self) -> None:
        draft = replace(WHOLE, expiry=ExpiryChoice(ExpiryOption.NEVER), limit_enabled=False)
        order = draft.to_new_api_key(ZONE)
        assert (order.expires_at, order.expires_in_days, order.rate_limit) == (None, None, None)

    def test_name_is_trimmed(self) -> None:
        assert replace(WHOLE, name="  Alarm ").to_new_api_key(ZONE).name == "Alarm"


class TestOrderToChange:
    def test_untouched_draft_changes_nothing(self) -> None:
        for base in (key(), key(expires_at=None, rate_limit=None), key(status=ApiKeyStatus.DISABLED)):
            assert ApiKeyDraft.of(base).to_change(base, ZONE) is None

    @pytest.mark.parametrize(
        ("changes", "sent"),
        [
            ({"name": "Alarm 2"}, {"name": "Alarm 2"}),
            ({"user": JONAS}, {"user_id": "u-2"}),
            ({"expiry": ExpiryChoice(ExpiryOption.SEVEN_DAYS)}, {"expires_in_days": 7}),
            ({"expiry": ExpiryChoice(ExpiryOption.NEVER)}, {"expires_at": None}),
            ({"limit_enabled": False}, {"rate_limit": None}),
            ({"max_requests": 3}, {"rate_limit": {"max_requests": 3, "window_seconds": 60}}),
            ({"status": ApiKeyStatus.DISABLED}, {"status": "disabled"}),
        ],
    )
    def test_only_what_changed_is_sent(self, changes: dict[str, object], sent: dict[str, object]) -> None:
        change = replace(ApiKeyDraft.of(key()), **changes).to_change(key(), ZONE)
        assert change is not None
        assert change.model_dump(mode="json", exclude_unset=True) == sent

    def test_spaces_around_the_same_name_are_no_change(self) -> None:
        assert replace(ApiKeyDraft.of(key()), name=" Alarm ").to_change(key(), ZONE) is None

    def test_numbers_typed_while_limiting_stays_off_are_no_change(self) -> None:
        base = key(rate_limit=None)
        assert replace(ApiKeyDraft.of(base), max_requests=5).to_change(base, ZONE) is None


class TestOverAnotherVersion:
    def test_what_was_not_touched_becomes_theirs(self) -> None:
        theirs = key(name="Theirs", user=JONAS, rate_limit=None, status=ApiKeyStatus.DISABLED, version=4)
        mine = replace(ApiKeyDraft.of(key()), expiry=ExpiryChoice(ExpiryOption.NEVER))
        rebased = mine.rebased(key(), theirs)
        assert rebased == replace(ApiKeyDraft.of(theirs), expiry=ExpiryChoice(ExpiryOption.NEVER))

    def test_what_was_touched_stays_mine(self) -> None:
        theirs = key(name="Theirs", user=JONAS, rate_limit=None, status=ApiKeyStatus.DISABLED, version=4)
        mine = replace(ApiKeyDraft.of(key()), name="Mine", max_requests=7)
        rebased = mine.rebased(key(), theirs)
        assert (rebased.name, rebased.rate_limit) == ("Mine", RateLimit(max_requests=7, window_seconds=60))
        assert (rebased.user, rebased.status) == (JONAS, ApiKeyStatus.DISABLED)

    def test_change_that_is_there_already_leaves_nothing_to_save(self) -> None:
        change = ApiKeyChange(name="Same", expires_in_days=30)
        theirs = key(name="Same", expires_at=NOW + timedelta(days=30, seconds=-20))
        assert without_what_is_there(change, theirs, NOW) is None

    def test_change_that_is_not_there_is_left(self) -> None:
        change = ApiKeyChange(name="Mine", status=ApiKeyStatus.ACTIVE, expires_at=None)
        left = without_what_is_there(change, key(name="Theirs"), NOW)
        assert left is not None
        assert left.model_dump(exclude_unset=True) == {"name": "Mine", "expires_at": None}


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/name", EditorField.NAME),
        ("/user_id", EditorField.USER),
        ("/expires_at", EditorField.EXPIRES),
        ("/rate_limit/window_seconds", EditorField.TIME_WINDOW),
        ("/permissions/entities/0", EditorField.PERMISSIONS),
        ("/tenant", None),
        ("", None),
    ],
)
def test_pointers_of_the_server_find_their_field(pointer: str, field: EditorField | None) -> None:
    assert field_of_pointer(pointer) is field
