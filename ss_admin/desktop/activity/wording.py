"""An entry of the audit trail in words: what was done, and what changed from what to what."""

from datetime import datetime
from typing import Any

from ss_admin.contract.activity import ActivityAction, ActivityEntry, FieldChange
from ss_admin.desktop.moments import local_minute
from ss_admin.desktop.rate_sentence import short_rate

__all__ = ["action_in_words", "changes_in_words", "who_in_words"]

_ACTIONS = {
    ActivityAction.SIGNED_IN: "Signed in",
    ActivityAction.SIGN_IN_FAILED: "Failed to sign in",
    ActivityAction.SIGN_IN_LOCKED: "Sign-in locked after wrong passwords",
    ActivityAction.SIGNED_OUT: "Signed out",
    ActivityAction.PASSWORD_CHANGED: "Changed password",
    ActivityAction.USER_CREATED: "Created user",
    ActivityAction.API_KEY_CREATED: "Created API key",
    ActivityAction.API_KEY_CHANGED: "Changed API key",
    ActivityAction.API_KEY_DELETED: "Deleted API key",
}
_STATUS_ACTIONS = {"active": "Enabled API key", "disabled": "Disabled API key"}
_FIELDS = {
    "expires_at": "Expires",
    "rate_limit": "Rate limit",
    "user": "User",
    "name": "Name",
    "status": "Status",
    "permissions": "Permissions",
    "username": "User name",
    "role": "Role",
}
_STATUSES = {"active": "Active", "disabled": "Disabled"}


def action_in_words(entry: ActivityEntry) -> str:
    """What was done; a change of nothing but the status is told as what it means."""
    if entry.action is ActivityAction.API_KEY_CHANGED and [change.field for change in entry.changes] == ["status"]:
        return _STATUS_ACTIONS.get(str(entry.changes[0].after), _ACTIONS[entry.action])
    return _ACTIONS[entry.action]


def who_in_words(entry: ActivityEntry) -> str:
    """The person; “Nobody signed in” for what happens before a sign-in."""
    return entry.actor.name if entry.actor else "Nobody signed in"


def changes_in_words(entry: ActivityEntry) -> str:
    """What changed, `Name: Old → New`; for a new object what it was set to, for a deleted one nothing."""
    if entry.action is ActivityAction.API_KEY_DELETED:
        return ""
    return "; ".join(_change(change) for change in entry.changes)


def _change(change: FieldChange) -> str:
    label = _FIELDS.get(change.field, change.field.replace("_", " ").capitalize())
    after = _value(change.field, change.after)
    if change.before is None and change.field not in {"expires_at", "rate_limit"}:
        return f"{label}: {after}"
    return f"{label}: {_value(change.field, change.before)} → {after}"


def _value(field: str, value: Any) -> str:  # noqa: ANN401 -- JSON of any kind, by the contract
    if value is None:
        return {"expires_at": "never", "rate_limit": "none"}.get(field, "—")
    if field == "status":
        return _STATUSES.get(str(value), str(value))
    if field == "expires_at":
        return _moment(str(value))
    if isinstance(value, dict):
        return _document(value)
    return str(value)


def _moment(text: str) -> str:
    try:
        return local_minute(datetime.fromisoformat(text))
    except ValueError:
        return text


def _document(value: dict[str, Any]) -> str:
    if {"max_requests", "window_seconds"} <= value.keys():
        return short_rate(int(value["max_requests"]), int(value["window_seconds"]))
    if isinstance(value.get("entities"), list):
        return ", ".join(str(entity) for entity in value["entities"])
    return str(value.get("name", "—"))
