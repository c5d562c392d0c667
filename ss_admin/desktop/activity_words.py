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
    ActivityAction.RULE_CHAIN_CREATED: "Created rule chain",
    ActivityAction.RULE_CHAIN_CHANGED: "Changed rule chain",
    ActivityAction.RULE_CHAIN_DELETED: "Deleted rule chain",
    ActivityAction.RULE_CHAIN_TESTED: "Tested rule chain",
    ActivityAction.SIGNING_SECRET_SHOWN: "Looked at signing secret",
    ActivityAction.SIGNING_SECRET_REPLACED: "Replaced signing secret",
}
_ONE_CHANGE_ACTIONS = {
    (ActivityAction.API_KEY_CHANGED, "status", "active"): "Enabled API key",
    (ActivityAction.API_KEY_CHANGED, "status", "disabled"): "Disabled API key",
    (ActivityAction.RULE_CHAIN_CHANGED, "enabled", True): "Enabled rule chain",
    (ActivityAction.RULE_CHAIN_CHANGED, "enabled", False): "Disabled rule chain",
    (ActivityAction.RULE_CHAIN_CHANGED, "is_external", True): "Made rule chain external",
    (ActivityAction.RULE_CHAIN_CHANGED, "is_external", False): "Made rule chain internal",
}
_WITHOUT_DETAILS = {ActivityAction.API_KEY_DELETED, ActivityAction.RULE_CHAIN_DELETED}
_FIELDS = {
    "expires_at": "Expires",
    "rate_limit": "Rate limit",
    "user": "User",
    "name": "Name",
    "status": "Status",
    "permissions": "Permissions",
    "allowed_addresses": "Addresses",
    "username": "User name",
    "role": "Role",
    "description": "Description",
    "is_external": "Is External",
    "enabled": "Enabled",
    "input_schema": "Input schema",
    "definition": "Definition",
    "sample_payload": "Sample payload",
    "outcome": "Outcome",
}
_NOTHING = {"expires_at": "never", "rate_limit": "none", "allowed_addresses": "any", "description": "none"}
_STATUSES = {"active": "Active", "disabled": "Disabled"}
_OUTCOMES = {"succeeded": "succeeded", "failed": "failed", "payload_mismatch": "the payload did not fit"}
_LONGEST_TEXT = 80
_MOST_NETWORKS = 4


def action_in_words(entry: ActivityEntry) -> str:
    """What was done; a change of nothing but a switch is told as what it means."""
    if len(entry.changes) == 1:
        (change,) = entry.changes
        if isinstance(change.after, str | bool):
            words = _ONE_CHANGE_ACTIONS.get((entry.action, change.field, change.after))
            return words or _ACTIONS[entry.action]
    return _ACTIONS[entry.action]


def who_in_words(entry: ActivityEntry) -> str:
    """The person; “Nobody signed in” for what happens before a sign-in."""
    return entry.actor.name if entry.actor else "Nobody signed in"


def changes_in_words(entry: ActivityEntry) -> str:
    """What changed, `Name: Old → New`; for a new object what it was set to, for a deleted one nothing."""
    if entry.action in _WITHOUT_DETAILS:
        return ""
    return "; ".join(_change(change) for change in entry.changes)


def _change(change: FieldChange) -> str:
    label = _FIELDS.get(change.field, change.field.replace("_", " ").capitalize())
    if _is_document(change.before) and _is_document(change.after):
        return f"{label}: {_document_change(change.before, change.after)}"
    after = _value(change.field, change.after)
    if change.before is None and change.field not in _NOTHING:
        return f"{label}: {after}"
    return f"{label}: {_value(change.field, change.before)} → {after}"


def _value(field: str, value: Any) -> str:  # noqa: ANN401 -- JSON of any kind, by the contract
    if value is None or value == "":
        return _NOTHING.get(field, "—")
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, dict):
        return _document(value)
    if isinstance(value, list):
        return _list(value)
    return _text(field, str(value))


def _text(field: str, text: str) -> str:
    if field == "status":
        return _STATUSES.get(text, text)
    if field == "outcome":
        return _OUTCOMES.get(text, text)
    if field == "expires_at":
        return _moment(text)
    line = " ".join(text.replace(";", ",").split()) if field == "description" else text
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1] + "…"


def _moment(text: str) -> str:
    try:
        return local_minute(datetime.fromisoformat(text))
    except ValueError:
        return text


def _list(entries: list[Any]) -> str:
    shown = ", ".join(str(entry) for entry in entries[:_MOST_NETWORKS])
    more = len(entries) - _MOST_NETWORKS
    return f"{shown} and {more} more" if more > 0 else shown


def _document(value: dict[str, Any]) -> str:
    if {"max_requests", "window_seconds"} <= value.keys():
        return short_rate(int(value["max_requests"]), int(value["window_seconds"]))
    if isinstance(value.get("entities"), list):
        return _permissions(value)
    if _is_document(value):
        return _stored_document(value)
    return str(value.get("name", "—"))


def _permissions(value: dict[str, Any]) -> str:
    entities, chains = ", ".join(str(entity) for entity in value["entities"]), value.get("rulechains")
    if not isinstance(chains, list):
        return entities
    return f"{entities}, only 1 rule chain" if len(chains) == 1 else f"{entities}, only {len(chains)} rule chains"


def _is_document(value: object) -> bool:
    """Whether a schema, a definition or a payload is told of: they stand in the trail as a digest, not whole."""
    return isinstance(value, dict) and "sha256" in value


def _stored_document(value: dict[str, Any]) -> str:
    told = []
    if "version" in value:
        told.append(f"version {value['version']}" if value["version"] else "unsaved draft")
    if isinstance(nodes := value.get("nodes"), int):
        told.append("1 node" if nodes == 1 else f"{nodes} nodes")
    return ", ".join(told) or "set"


def _document_change(before: dict[str, Any], after: dict[str, Any]) -> str:
    told = (_stored_document(before), _stored_document(after))
    return "changed" if told[0] == told[1] else f"{told[0]} → {told[1]}"
