"""An entry of the audit trail in words: what was done, and what changed from what to what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ss_admin.contract.activity import ActivityAction, ActivityEntry, FieldChange
from ss_admin.desktop.moments import local_minute
from ss_admin.desktop.rate_sentence import short_rate
from ss_admin.desktop.role_words import ROLE_WORDS
from ss_admin.desktop.widgets.signals.signal_words import SIGNAL_WORDS

__all__ = ["ACTION_WORDS", "ChangeInWords", "action_in_words", "changes_in_words", "list_changes", "who_in_words"]

ACTION_WORDS = {
    ActivityAction.SIGNED_IN: "Signed in",
    ActivityAction.SIGN_IN_FAILED: "Failed to sign in",
    ActivityAction.SIGN_IN_LOCKED: "Sign-in locked after wrong passwords",
    ActivityAction.SIGNED_OUT: "Signed out",
    ActivityAction.PASSWORD_CHANGED: "Changed password",
    ActivityAction.ROLE_CHANGED: "Changed role",
    ActivityAction.USER_CREATED: "Created user",
    ActivityAction.API_KEY_CREATED: "Created API key",
    ActivityAction.API_KEY_CHANGED: "Changed API key",
    ActivityAction.API_KEY_DELETED: "Deleted API key",
    ActivityAction.API_KEY_LOOKED_UP: "Looked up API key",
    ActivityAction.INVENTORY_EXPORTED: "Exported inventory",
    ActivityAction.EXPIRIES_EXPORTED: "Exported expiries",
    ActivityAction.SIGNAL_ACKNOWLEDGED: "Acknowledged signal",
    ActivityAction.RULE_CHAIN_CREATED: "Created rule chain",
    ActivityAction.RULE_CHAIN_CHANGED: "Changed rule chain",
    ActivityAction.RULE_CHAIN_DELETED: "Deleted rule chain",
    ActivityAction.RULE_CHAIN_TESTED: "Tested rule chain",
    ActivityAction.SIGNING_SECRET_SHOWN: "Looked at signing secret",
    ActivityAction.SIGNING_SECRET_REPLACED: "Replaced signing secret",
    ActivityAction.ACTIVITY_EXPORTED: "Exported activity",
}
"""What was done, for every action."""

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
    "signal": "Signal",
    "evidence": "Evidence",
    "note": "Note",
    "entries": "Entries",
    "filters": "Narrowed by",
}
_NOTHING = {
    "expires_at": "never",
    "rate_limit": "none",
    "allowed_addresses": "any",
    "description": "none",
    "note": "none",
}
_CODES: dict[str, dict[str, str]] = {
    "status": {"active": "Active", "disabled": "Disabled"},
    "outcome": {"succeeded": "succeeded", "failed": "failed", "payload_mismatch": "the payload did not fit"},
    "role": {role.value: words for role, words in ROLE_WORDS.items()},
    "signal": {kind.value: words.title for kind, words in SIGNAL_WORDS.items()},
}
_PROSE = {"description", "note", "evidence"}
_FILTERS = {
    "actor_id": "person",
    "object_id": "key or chain",
    "actions": "action",
    "since": "time",
    "until": "time",
    "search": "search",
    "tenant_id": "tenant",
}
_LONGEST_TEXT = 80
_MOST_NETWORKS = 4


def action_in_words(entry: ActivityEntry) -> str:
    """What was done; a change of nothing but a switch is told as what it means."""
    if len(entry.changes) == 1:
        (change,) = entry.changes
        if isinstance(change.after, str | bool):
            words = _ONE_CHANGE_ACTIONS.get((entry.action, change.field, change.after))
            return words or ACTION_WORDS[entry.action]
    return ACTION_WORDS[entry.action]


def who_in_words(entry: ActivityEntry) -> str:
    """The person; “Nobody signed in” for what happens before a sign-in."""
    return entry.actor.name if entry.actor else "Nobody signed in"


@dataclass(frozen=True)
class ChangeInWords:
    """One field: what it is called, and what it was and is. `before` None: what it was is not worth telling."""

    label: str
    before: str | None
    after: str


def changes_in_words(entry: ActivityEntry) -> str:
    """What changed, `Name: Old → New`, on one line; for a new object what it was set to, for a deleted one nothing."""
    if entry.action in _WITHOUT_DETAILS:
        return ""
    return "; ".join(_on_one_line(_change(change, whole=False)) for change in entry.changes)


def list_changes(entry: ActivityEntry) -> list[ChangeInWords]:
    """Every change whole, however long; of a deleted object what it was when it went."""
    return [_change(change, whole=True) for change in entry.changes]


def _on_one_line(change: ChangeInWords) -> str:
    words = change.after if change.before is None else f"{change.before} → {change.after}"
    return f"{change.label}: {words}"


def _change(change: FieldChange, *, whole: bool) -> ChangeInWords:
    label = _FIELDS.get(change.field, change.field.replace("_", " ").capitalize())
    if _is_document(change.before) and _is_document(change.after):
        told = (_stored_document(change.before), _stored_document(change.after))
        return ChangeInWords(label, None, "changed") if told[0] == told[1] else ChangeInWords(label, *told)
    after = _value(change.field, change.after, whole=whole)
    if change.before is None and change.field not in _NOTHING:
        return ChangeInWords(label, None, after)
    return ChangeInWords(label, _value(change.field, change.before, whole=whole), after)


def _value(field: str, value: Any, *, whole: bool) -> str:  # noqa: ANN401 -- JSON of any kind, by the contract
    if value is None or value == "":
        return _NOTHING.get(field, "—")
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, dict):
        return _filters(value) if field == "filters" else _document(value)
    if isinstance(value, list):
        return ", ".join(map(str, value)) if whole else _list(value)
    if isinstance(value, int):
        return f"{value:,}"
    return _text(field, str(value), whole=whole)


def _text(field: str, text: str, *, whole: bool) -> str:
    if field == "expires_at":
        return _moment(text)
    if field in _CODES:
        return _CODES[field].get(text, text)
    if whole:
        return text
    line = " ".join(text.replace(";", ",").split()) if field in _PROSE else text
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1] + "…"


def _filters(value: dict[str, Any]) -> str:
    """What an export was narrowed to; ids say nothing to people, so a person and a key are only mentioned."""
    told = [_FILTERS.get(name, name.replace("_", " ")) for name, given in value.items() if given]
    return ", ".join(told) or "none"


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
