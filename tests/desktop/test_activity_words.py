"""The audit trail in words."""

from datetime import UTC, datetime

import pytest

from ss_admin.contract.activity import ActivityAction, ActivityEntry, FieldChange
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.activity_words import action_in_words, changes_in_words, who_in_words
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
        request_id="r-1",
        sequence=1,
        hash="0" * 64,
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
    ("field", "after", "words"),
    [
        ("enabled", True, "Enabled rule chain"),
        ("enabled", False, "Disabled rule chain"),
        ("is_external", True, "Made rule chain external"),
        ("is_external", False, "Made rule chain internal"),
        ("name", "New", "Changed rule chain"),
    ],
)
def test_a_switch_of_a_rule_chain_is_told_as_what_it_means(field: str, after: object, words: str):
    assert action_in_words(entry(ActivityAction.RULE_CHAIN_CHANGED, (field, None, after))) == words
    both = entry(ActivityAction.RULE_CHAIN_CHANGED, (field, None, after), ("name", "Old", "New"))
    assert action_in_words(both) == "Changed rule chain"


def stored(version: int | None, nodes: int | None = None) -> dict[str, object]:
    told: dict[str, object] = {"version": version, "sha256": "5e88"}
    return told if nodes is None else told | {"nodes": nodes}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("definition", stored(3, 4), stored(5, 6)), "Definition: version 3, 4 nodes → version 5, 6 nodes"),
        (("definition", None, stored(1, 1)), "Definition: version 1, 1 node"),
        (("definition", None, stored(None, 4)), "Definition: unsaved draft, 4 nodes"),
        (("input_schema", stored(3), stored(5)), "Input schema: version 3 → version 5"),
        (("sample_payload", {"sha256": "a"}, {"sha256": "b"}), "Sample payload: changed"),
        (("sample_payload", None, {"sha256": "b"}), "Sample payload: set"),
        (("is_external", False, True), "Is External: off → on"),
        (("description", "", "Two\nlines; and a semicolon"), "Description: none → Two lines, and a semicolon"),
        (("description", "x" * 200, ""), f"Description: {'x' * 79}… → none"),
        (("outcome", None, "payload_mismatch"), "Outcome: the payload did not fit"),
        (("role", "customer_user", "tenant_admin"), "Role: Customer User → Tenant Administrator"),
        (("signal", None, "never_expires"), "Signal: Never expires"),
        (("note", None, ""), "Note: none → none"),
        (("entries", None, 12345), "Entries: 12,345"),
        (("filters", None, {"actor_id": "u", "actions": ["a"], "since": "x"}), "Narrowed by: person, action, time"),
        (("filters", None, {}), "Narrowed by: none"),
    ],
)
def test_changes_of_a_rule_chain_are_told_without_its_documents(change: tuple[str, object, object], words: str):
    assert changes_in_words(entry(ActivityAction.RULE_CHAIN_CHANGED, change)) == words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("permissions", {"entities": ["read", "write"]}, {"entities": ["write"], "rulechains": ["a", "b"]}),
            "Permissions: read, write → write, only 2 rule chains",
        ),
        (
            ("permissions", {"entities": ["write"], "rulechains": ["a"]}, {"entities": ["write"]}),
            "Permissions: write, only 1 rule chain → write",
        ),
        (("allowed_addresses", None, ["203.0.113.0/24"]), "Addresses: any → 203.0.113.0/24"),
        (
            ("allowed_addresses", [f"10.0.{number}.0/24" for number in range(6)], None),
            "Addresses: 10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24, 10.0.3.0/24 and 2 more → any",
        ),
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
    for action in (ActivityAction.API_KEY_DELETED, ActivityAction.RULE_CHAIN_DELETED):
        assert changes_in_words(entry(action, ("name", "Alarm", None))) == ""


def test_before_a_sign_in_nobody_is_named():
    assert who_in_words(entry(ActivityAction.SIGN_IN_FAILED, actor=None)) == "Nobody signed in"
    assert who_in_words(entry(ActivityAction.SIGNED_IN)) == "Maria"
