"""What each cell of the list says: on the screen, in the tooltip, and to a screen reader."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus, RateLimit
from ss_admin.desktop.api_keys.table.columns import Column
from ss_admin.desktop.key_states import status_words
from ss_admin.desktop.moments import ago, exact_moment, expiry_words, local_date
from ss_admin.desktop.rate_sentence import describe_rate
from ss_admin.desktop.widgets.signals.signal_words import attention_words, badges_spoken

__all__ = ["cell_spoken", "cell_text", "cell_tooltip", "narrowing_words"]

_MOST_IN_TOOLTIP = 20


def narrowing_words(api_key: ApiKey) -> str:
    """What the key is narrowed to, “2 rule chains · 1 network”; empty where it is not."""
    counts = ((api_key.permissions.rulechains, "rule chain"), (api_key.allowed_addresses, "network"))
    return " · ".join(
        f"{len(named)} {what}" if len(named) == 1 else f"{len(named)} {what}s" for named, what in counts if named
    )


def cell_text(api_key: ApiKey, column: Column, now: datetime) -> str:
    """What stands in the cell (its main line)."""
    texts = {
        Column.NAME: lambda: api_key.name,
        Column.KEY: lambda: api_key.masked_key,
        Column.PERMISSIONS: lambda: ", ".join(api_key.permissions.entities),
        Column.EXPIRES_AT: lambda: local_date(api_key.expires_at) if api_key.expires_at else "",
        Column.LAST_USED: lambda: ago(api_key.last_used_at, now),
        Column.STATUS: lambda: status_words(api_key.status),
    }
    make = texts.get(column)
    return make() if make else ""


def cell_tooltip(api_key: ApiKey, column: Column) -> str:
    """What the tooltip says; empty where the cell has said all. Plain text, never markup."""
    make = _TOOLTIPS.get(column)
    return make(api_key) if make else ""


def cell_spoken(api_key: ApiKey, column: Column, now: datetime, *, checked: bool) -> str:
    """The cell's state in words, for a screen reader."""
    if column is Column.CHECK:
        return f"{api_key.name}, {'checked' if checked else 'not checked'}"
    if column is Column.NAME:
        needs = f", needs attention: {badges_spoken(api_key.signals)}" if api_key.signals else ""
        return f"{api_key.name}, user {api_key.user.name}{needs}"
    if column is Column.EXPIRES_AT:
        words = expiry_words(api_key.expires_at, now)
        return f"{words}, {local_date(api_key.expires_at)}" if api_key.expires_at else words
    if column is Column.ACTIONS:
        return f"Actions for {api_key.name}"
    prefixes = {Column.KEY: "Key", Column.PERMISSIONS: "Permissions", Column.LAST_USED: "Last used"}
    text = cell_text(api_key, column, now)
    if column is Column.PERMISSIONS and (narrowed := narrowing_words(api_key)):
        text = f"{text}, only {narrowed.replace(' · ', ' and ')}"
    return f"{prefixes[column]} {text}" if column in prefixes else text


def _scope_json(api_key: ApiKey) -> str:
    """The permission scope as the article shows it; with the addresses where the key is narrowed to some."""
    permissions: dict[str, Any] = api_key.permissions.model_dump(mode="json")
    if api_key.permissions.rulechains is not None:
        permissions["rulechains"] = _first(api_key.permissions.rulechains)
    if api_key.allowed_addresses is None:
        return json.dumps(permissions, indent=2, ensure_ascii=False)
    document = {"permissions": permissions, "allowed_addresses": _first(api_key.allowed_addresses)}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _first(entries: Sequence[str]) -> list[str]:
    """So many that the tooltip still fits on a screen."""
    more = len(entries) - _MOST_IN_TOOLTIP
    return list(entries) if more <= 0 else [*entries[:_MOST_IN_TOOLTIP], f"… and {more} more"]


def _last_use_tooltip(api_key: ApiKey) -> str:
    if api_key.last_used_at is None:
        return "This key has never been used."
    source = f"\nfrom {api_key.last_used_address}" if api_key.last_used_address else ""
    return exact_moment(api_key.last_used_at) + source


def _limit_words(limit: RateLimit | None) -> str:
    return describe_rate(limit.max_requests, limit.window_seconds) if limit else "No rate limit"


def _expiry_tooltip(api_key: ApiKey) -> str:
    return exact_moment(api_key.expires_at) if api_key.expires_at else "This key never expires."


def _status_tooltip(api_key: ApiKey) -> str:
    return "Calls with this key are refused." if api_key.status is ApiKeyStatus.DISABLED else ""


_TOOLTIPS: Mapping[Column, Callable[[ApiKey], str]] = {
    Column.NAME: lambda api_key: attention_words(api_key.signals),
    Column.KEY: lambda api_key: f"{api_key.masked_key}\n{_limit_words(api_key.rate_limit)}",
    Column.PERMISSIONS: _scope_json,
    Column.EXPIRES_AT: _expiry_tooltip,
    Column.LAST_USED: _last_use_tooltip,
    Column.STATUS: _status_tooltip,
    Column.ACTIONS: lambda _: "Actions",
}
