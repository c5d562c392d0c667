"""A definition read as nodes and links, however unfinished it is: nothing in it is trusted to be there or to fit."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ss_admin.desktop.rule_chains.picture.node_words import branch_words, node_in_words

__all__ = ["MOST_NODES", "ChainGraph", "ChainLink", "ChainNode", "read_graph"]

MOST_NODES = 1_000
"""More nodes than this are not drawn; a chain that can be saved has 500 at most."""
_MOST_LINKS = 4_000
_MOST_BRANCHES = 12
_MOST_CHARACTERS = 300


@dataclass(frozen=True)
class ChainNode:
    """A node as it is drawn. `kind` is its type, or what a custom node does; `branches` are those of a switch.

    `branch_ids`: the ids of the branches with the places at which they are drawn.
    """

    id: str
    name: str
    kind: str
    does: str
    branches: tuple[str, ...] = ()
    branch_ids: tuple[tuple[str, int], ...] = ()

    def places_of(self, branch_ids: Collection[str]) -> set[int]:
        """The places of these branches."""
        return {place for branch_id, place in self.branch_ids if branch_id in branch_ids}


@dataclass(frozen=True)
class ChainLink:
    """A connection between two nodes, by their places in the list; `branch` is the place of the switch's branch."""

    source: int
    target: int
    branch: int | None = None


@dataclass(frozen=True)
class ChainGraph:
    """All that is drawn. `left_out` counts the nodes for which there was no room."""

    nodes: tuple[ChainNode, ...] = ()
    links: tuple[ChainLink, ...] = ()
    left_out: int = 0

    def places(self) -> dict[str, int]:
        """Where each id stands in `nodes`; of two nodes with one id the first counts, nodes without an id do not."""
        found: dict[str, int] = {}
        for place, node in enumerate(self.nodes):
            if node.id:
                found.setdefault(node.id, place)
        return found


def read_graph(definition: Mapping[str, Any]) -> ChainGraph:
    """Reads what can be drawn. Connections that lead nowhere are left out, as are things that are no nodes."""
    raw = [node for node in _items(definition, "nodes") if isinstance(node, Mapping)]
    nodes = tuple(_read_node(node) for node in raw[:MOST_NODES])
    graph = ChainGraph(nodes, left_out=max(0, len(raw) - MOST_NODES))
    handles = [_handles(node) for node in raw[:MOST_NODES]]
    links = list(dict.fromkeys(_read_links(definition, graph.places(), handles)))[:_MOST_LINKS]
    return ChainGraph(nodes, tuple(links), graph.left_out)


def _read_node(node: Mapping[str, Any]) -> ChainNode:
    kind = _text(node.get("type"))
    content = node.get("content")
    content = content if isinstance(content, Mapping) else {}
    if kind == "customNode":
        kind = _text(content.get("kind")) or kind
    name = _text(node.get("name")) or "Without a name"
    does = node_in_words(kind, content)[:_MOST_CHARACTERS]
    return ChainNode(_text(node.get("id")), name, kind, does, _branches(node), tuple(_handles(node).items()))


def _read_links(
    definition: Mapping[str, Any], places: Mapping[str, int], handles: list[dict[str, int]]
) -> Iterator[ChainLink]:
    for edge in _items(definition, "edges"):
        if not isinstance(edge, Mapping):
            continue
        source, target = places.get(_text(edge.get("sourceId"))), places.get(_text(edge.get("targetId")))
        if source is not None and target is not None:
            yield ChainLink(source, target, handles[source].get(_text(edge.get("sourceHandle"))))


def _statements(node: Mapping[str, Any]) -> list[Any]:
    content = node.get("content")
    if node.get("type") != "switchNode" or not isinstance(content, Mapping):
        return []
    return _items(content, "statements")


def _branches(node: Mapping[str, Any]) -> tuple[str, ...]:
    """The branches in words; of very many the last ones share one line."""
    statements = _statements(node)
    shown = len(statements) if len(statements) <= _MOST_BRANCHES else _MOST_BRANCHES - 1
    told = [branch_words(statement)[:_MOST_CHARACTERS] for statement in statements[:shown]]
    return (*told, f"… {len(statements) - shown} more") if shown < len(statements) else tuple(told)


def _handles(node: Mapping[str, Any]) -> dict[str, int]:
    """The branches of a switch by their ids, to which its connections refer."""
    statements = _statements(node)
    return {
        _text(statement.get("id")): min(place, _MOST_BRANCHES - 1)
        for place, statement in enumerate(statements)
        if isinstance(statement, Mapping) and statement.get("id")
    }


def _items(holder: Mapping[str, Any], name: str) -> list[Any]:
    found = holder.get(name)
    return found if isinstance(found, list) else []


def _text(value: object) -> str:
    """One line of printable text; `""` for what is no text."""
    return " ".join(value.split())[:_MOST_CHARACTERS] if isinstance(value, str) else ""
