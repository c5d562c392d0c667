"""What a node of a rule chain is and does, in a few words and as an icon, whatever state its JSON is in."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

__all__ = ["branch_words", "icon_of", "kind_in_words", "node_in_words"]

Json = Mapping[str, Any]

_KINDS = {
    "inputNode": ("ph.sign-in", "Input"),
    "outputNode": ("ph.sign-out", "Output"),
    "decisionTableNode": ("ph.table", "Decision table"),
    "expressionNode": ("ph.math-operations", "Expression"),
    "switchNode": ("ph.git-fork", "Switch"),
    "saveRecord": ("ph.database", "Save record"),
    "callWebhook": ("ph.paper-plane-tilt", "Call webhook"),
    "functionNode": ("ph.prohibit", "Script, not allowed"),
    "decisionNode": ("ph.prohibit", "Other chain, not allowed"),
}
_UNKNOWN_ICON = "ph.question"


def icon_of(kind: str) -> str:
    """The qtawesome icon of a node type, or of a custom node's kind."""
    return _KINDS[kind][0] if kind in _KINDS else _UNKNOWN_ICON


def kind_in_words(kind: str) -> str:
    """“Decision table” for `decisionTableNode`; an unknown type is named."""
    if kind in _KINDS:
        return _KINDS[kind][1]
    return f"Unknown type “{kind}”" if kind else "Without a type"


def node_in_words(kind: str, content: Json) -> str:
    """What a node does: “Decision table · 8 rules”, “Saves into “alarms””."""
    tell = _TELLERS.get(kind)
    return tell(content) if tell is not None else kind_in_words(kind)


def branch_words(statement: object) -> str:
    """The condition of a switch's branch, “Otherwise” where it has none."""
    if not isinstance(statement, Mapping):
        return "?"
    condition = statement.get("condition")
    text = " ".join(condition.split()) if isinstance(condition, str) else ""
    return "Otherwise" if statement.get("isDefault") is True or not text else text


def _table(content: Json) -> str:
    hits = " · all hits" if content.get("hitPolicy") == "collect" else ""
    return f"Decision table · {_count(content.get('rules'), 'rule')}{hits}"


def _expression(content: Json) -> str:
    return f"Expression · {_count(content.get('expressions'), 'value')}"


def _switch(content: Json) -> str:
    taken = " · all that hold" if content.get("hitPolicy") == "collect" else ""
    return f"Switch · {_count(content.get('statements'), 'branch', 'branches')}{taken}"


def _save(content: Json) -> str:
    collection = _config(content).get("collection")
    return f"Saves into “{collection}”" if isinstance(collection, str) and collection else "Saves a record"


def _webhook(content: Json) -> str:
    url = _config(content).get("url")
    host = _host(url) if isinstance(url, str) else None
    return f"Calls {host}" if host else "Calls a webhook"


def _config(content: Json) -> Json:
    config = content.get("config")
    return config if isinstance(config, Mapping) else {}


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _count(items: object, one: str, several: str = "") -> str:
    number = len(items) if isinstance(items, list) else 0
    return f"{number:,} {one if number == 1 else several or one + 's'}"


_TELLERS: Mapping[str, Callable[[Json], str]] = {
    "decisionTableNode": _table,
    "expressionNode": _expression,
    "switchNode": _switch,
    "saveRecord": _save,
    "callWebhook": _webhook,
}
