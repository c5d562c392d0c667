"""The audit trail in words."""

from datetime import UTC, datetime

import pytest

from ss_admin.contract.activity import ActivityAction, ActivityEntry, FieldChange
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.activity.wording import action_in_words, changes_in_words, who_in_words
from ss_admin.desktop.moments import local_minute

MOMENT = datetime(2026, 12, 23, 14, 0, tzinfo=UTC)


def entry(action: ActivityAction, *changes: tuple[str, object, object], actor: str | None = "Maria") -> ActivityEntry:
    return ActivityEntry(
        id="1",
        at=MOMENT,
        action=action,
        actor=ObjectRef(id="u", name=actor) if actor else None,
        address="10.0.0.1",
        object=ObjectRef(id="k", name="Building Alarm"),
        changes=[FieldChange(field=field, before=before, after=after) for field, before, after in changes],
    )


@pytest.mark.parametrize("action", list(ActivityAction))
def test_every_action_has_words(action: ActivityAction):
    words = action_in_words(entry(action))
    assert words[0].isupper()
    assert "." not in words
    assert "_" not in words


@pytest.mark.parametrize(("after", "words"), [("disabled", "Disabled API key"), ("active", "Enabled API key")])
def test_a_change_of_status_alone_is_told_as_what_it_means(after: str, words: str):
    assert action_in_words(entry(ActivityAction.API_KEY_CHANGED, ("status", "x", after))) == words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("name", "Old", "New"), "Name: Old → New"),
        (("status", "active", "disabled"), "Status: Active → Disabled"),
        (("expires_at", None, "2026-12-23T14:00:00Z"), f"Expires: never → {local_minute(MOMENT)}"),
        (("expires_at", "nonsense", None), "Expires: nonsense → never"),
        (
            ("rate_limit", {"max_requests": 100, "window_seconds": 60}, None),
            "Rate limit: 100 per minute → none",
        ),
        (("user", {"id": "1", "name": "Ann"}, {"id": "2", "name": "Bo"}), "User: Ann → Bo"),
        (("permissions", {"entities": ["read", "write"]}, {"entities": ["read"]}), "Permissions: read, write → read"),
        (("something_new", 1, 2), "Something new: 1 → 2"),
    ],
)
def test_changes_are_told_from_what_to_what(change: tuple[str, object, object], words: str):
    assert changes_in_words(entry(ActivityAction.API_KEY_CHANGED, change)) == words


def test_a_new_key_is_told_with_what_it_was_set_to():
    created = entry(ActivityAction.API_KEY_CREATED, ("name", None, "Alarm"), ("status", None, "active"))
    assert changes_in_words(created) == "Name: Alarm; Status: Active"
    assert changes_in_words(entry(ActivityAction.API_KEY_DELETED, ("name", "Alarm", None))) == ""


def test_before_a_sign_in_nobody_is_named():
    assert who_in_words(entry(ActivityAction.SIGN_IN_FAILED, actor=None)) == "Nobody signed in"
    assert who_in_words(entry(ActivityAction.SIGNED_IN)) == "Maria"
