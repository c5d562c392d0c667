"""What differs between two versions of a chain's JSON, in words: the nodes of a graph, an object's members."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["describe_changes"]

_NAMED = 4
_LONGEST_NAME = 40

Json = Mapping[str, Any]


def describe_changes(before: Json, after: Json) -> str:
    """“Changed: “Triage”. Added: “Tell”.”; empty where only the order differs."""
    if _is_graph(before) and _is_graph(after):
        parts = _compare(_nodes(before), _nodes(after))
        if not _same(before.get("edges"), after.get("edges")):
            parts.append("Other connections")
    else:
        parts = _compare(_members(before), _members(after))
    return "".join(f"{part}. " for part in parts).strip()


def _members(value: Json) -> dict[str, tuple[str, Any]]:
    return {name: (name, inner) for name, inner in value.items()}


def _nodes(graph: Json) -> dict[str, tuple[str, Any]]:
    """The nodes by their ids, each with its name."""
    found = {}
    for place, node in enumerate(graph["nodes"]):
        node_id = node.get("id") if isinstance(node, dict) else None
        name = node.get("name") if isinstance(node, dict) else None
        key = node_id if isinstance(node_id, str) else f"#{place}"
        found[key] = (name if isinstance(name, str) and name else key, node)
    return found


def _compare(before: Mapping[str, tuple[str, Any]], after: Mapping[str, tuple[str, Any]]) -> list[str]:
    changed = [name for key, (name, value) in after.items() if key in before and not _same(before[key][1], value)]
    added = [name for key, (name, _) in after.items() if key not in before]
    missing = [name for key, (name, _) in before.items() if key not in after]
    told = (("Changed", changed), ("Added", added), ("Removed", missing))
    return [f"{word}: {_listed(names)}" for word, names in told if names]


def _listed(names: Sequence[str]) -> str:
    shown = [f"“{name[:_LONGEST_NAME]}…”" if len(name) > _LONGEST_NAME else f"“{name}”" for name in names[:_NAMED]]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(shown) + more


def _is_graph(value: Json) -> bool:
    return isinstance(value.get("nodes"), list) and isinstance(value.get("edges"), list)


def _same(one: object, other: object) -> bool:
    return json.dumps(one) == json.dumps(other)
