"""Checks a decision graph as a whole: its size, its nodes and edges, and that every node is reached going forward."""

from collections import defaultdict
from typing import Any

from ss_admin.backend.rule_chains.engine.faults import FaultList
from ss_admin.backend.rule_chains.engine.limits import (
    MAX_EDGES,
    MAX_EFFECTS,
    MAX_NAME_CHARACTERS,
    MAX_NODES,
    MAX_OUTPUT_NODES,
    MAX_TABLE_CELLS,
)
from ss_admin.backend.rule_chains.engine.node_checks import check_node
from ss_admin.backend.rule_chains.engine.parts import CUSTOM, INPUT, OUTPUT, SWITCH, TABLE, objects, text_of

__all__ = ["check_graph", "count_cells"]


def check_graph(definition: dict[str, Any], faults: FaultList) -> None:
    """Note everything that is wrong with a definition of a permitted size and depth."""
    for member in ("nodes", "edges"):
        if not isinstance(definition.get(member), list):
            faults.add(("definition", member), f"The member “{member}” must be an array.")
    for member in ("blocks", "imports"):
        if definition.get(member):
            faults.add(("definition", member), f"Rule chains do not know the member “{member}”.")
    if faults.full or not all(isinstance(definition.get(member), list) for member in ("nodes", "edges")):
        return
    if not _check_size(definition, faults):
        return
    nodes = _check_nodes(definition["nodes"], faults)
    edges = _check_edges(definition["edges"], nodes, faults)
    if nodes and len(nodes) == len(definition["nodes"]):
        _check_ways(nodes, edges, faults)


def count_cells(nodes: object) -> int:
    """How many cells the tables have together."""
    cells = 0
    for _, node in objects(nodes):
        content = node.get("content")
        if node.get("type") == TABLE and isinstance(content, dict):
            columns = len(objects(content.get("inputs"))) + len(objects(content.get("outputs")))
            cells += columns * len(objects(content.get("rules")))
    return cells


def _check_size(definition: dict[str, Any], faults: FaultList) -> bool:
    for member, most in (("nodes", MAX_NODES), ("edges", MAX_EDGES)):
        if len(definition[member]) > most:
            faults.add(
                ("definition", member),
                f"A rule chain has at most {most:,} {member}; this one has {len(definition[member]):,}.",
            )
    cells = count_cells(definition["nodes"])
    if cells > MAX_TABLE_CELLS:
        faults.add(
            ("definition", "nodes"),
            f"The decision tables of a rule chain have at most {MAX_TABLE_CELLS:,} cells together; "
            f"these have {cells:,}.",
        )
    kinds = [node.get("type") for _, node in objects(definition["nodes"])]
    for kind, most, told in (
        (OUTPUT, MAX_OUTPUT_NODES, "output nodes"),
        (CUSTOM, MAX_EFFECTS, "nodes that save or send"),
    ):
        if kinds.count(kind) > most:
            faults.add(("definition", "nodes"), f"A rule chain has at most {most} {told}.")
    return not faults.full and len(definition["nodes"]) <= MAX_NODES and len(definition["edges"]) <= MAX_EDGES


Nodes = dict[str, tuple[int, dict[str, Any]]]
Edge = tuple[str, str]


def _check_nodes(items: list[Any], faults: FaultList) -> Nodes:
    """The nodes by id, with their index; fewer than there are items where something is wrong with ids."""
    nodes: Nodes = {}
    names: dict[str, int] = {}
    for index, node in enumerate(items):
        if faults.full:
            break
        if not isinstance(node, dict):
            faults.add(("definition", "nodes", index), f"Node {index + 1} must be an object.")
            continue
        for member in ("id", "name"):
            _check_name(node, member, index, faults)
        node_id, name = text_of(node, "id"), text_of(node, "name")
        if node_id in nodes:
            faults.add(
                ("definition", "nodes", index, "id"), f"Node “{name}”: another node has the id “{node_id[:60]}” too."
            )
        elif node_id:
            nodes[node_id] = (index, node)
        if name.strip() and names.setdefault(name, index) != index:
            faults.add(
                ("definition", "nodes", index, "name"),
                f"Node “{name}”: another node has this name too, and messages could not tell them apart.",
            )
        check_node(node, index, faults)
    _check_inputs(items, faults)
    return nodes


def _check_name(node: dict[str, Any], member: str, index: int, faults: FaultList) -> None:
    value = node.get(member)
    path = ("definition", "nodes", index, member)
    if not isinstance(value, str) or not value.strip():
        faults.add(path, f"Node {index + 1} needs the member “{member}”, a text.")
    elif len(value) > MAX_NAME_CHARACTERS:
        faults.add(path, f"Node {index + 1}: its “{member}” has more than {MAX_NAME_CHARACTERS} characters.")
    elif not value.isprintable():
        faults.add(path, f"Node {index + 1}: its “{member}” has characters that cannot be shown.")


def _check_inputs(items: list[Any], faults: FaultList) -> None:
    inputs = [index for index, node in objects(items) if node.get("type") == INPUT]
    if not inputs:
        faults.add(("definition", "nodes"), "An input node is missing: the chain has nowhere to begin.")
    for index in inputs[1:]:
        faults.add(("definition", "nodes", index), "There is more than one input node; a chain begins at exactly one.")


def _check_edges(items: list[Any], nodes: Nodes, faults: FaultList) -> list[Edge]:
    edges: list[Edge] = []
    ids: set[str] = set()
    for index, edge in enumerate(items):
        if faults.full:
            break
        if not isinstance(edge, dict):
            faults.add(("definition", "edges", index), f"Edge {index + 1} must be an object.")
            continue
        edge_id = text_of(edge, "id")
        if not edge_id or edge_id in ids:
            told = "needs the member “id”, a text" if not edge_id else "has the id of another edge"
            faults.add(("definition", "edges", index, "id"), f"Edge {index + 1} {told}.")
        ids.add(edge_id)
        ends = [_check_end(edge, member, index, nodes, faults) for member in ("sourceId", "targetId")]
        if all(ends):
            _check_edge(edge, index, nodes, faults)
            edges.append((text_of(edge, "sourceId"), text_of(edge, "targetId")))
    return edges


def _check_end(edge: dict[str, Any], member: str, index: int, nodes: Nodes, faults: FaultList) -> bool:
    if text_of(edge, member) in nodes:
        return True
    faults.add(
        ("definition", "edges", index, member),
        f"Edge {index + 1}: there is no node with the id “{text_of(edge, member)[:60]}”.",
    )
    return False


def _check_edge(edge: dict[str, Any], index: int, nodes: Nodes, faults: FaultList) -> None:
    source, target = nodes[edge["sourceId"]][1], nodes[edge["targetId"]][1]
    path = ("definition", "edges", index)
    if target.get("type") == INPUT:
        faults.add((*path, "targetId"), f"Edge {index + 1}: nothing can lead into the input node.")
    if source.get("type") == OUTPUT:
        faults.add(
            (*path, "sourceId"),
            f"Edge {index + 1}: the chain ends at the output node “{text_of(source, 'name')}”; nothing follows it.",
        )
    handle = edge.get("sourceHandle")
    if source.get("type") != SWITCH:
        if not isinstance(handle, str | None):
            faults.add((*path, "sourceHandle"), f"Edge {index + 1}: its “sourceHandle” must be a text.")
        return
    content = source.get("content")
    statements = objects(content.get("statements")) if isinstance(content, dict) else []
    if handle not in [text_of(statement, "id") for _, statement in statements]:
        faults.add(
            (*path, "sourceHandle"),
            f"Edge {index + 1}: it must begin at one of the conditions of the switch “{text_of(source, 'name')}” "
            "(its “sourceHandle” is the condition's “id”).",
        )


def _check_ways(nodes: Nodes, edges: list[Edge], faults: FaultList) -> None:
    after: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        after[source].append(target)
    begin = [node_id for node_id, (_, node) in nodes.items() if node.get("type") == INPUT]
    reached = set(begin)
    to_visit = list(begin)
    while to_visit:
        for target in after[to_visit.pop()]:
            if target not in reached:
                reached.add(target)
                to_visit.append(target)
    in_circle = _find_circle(nodes, edges)
    for node_id, (index, node) in nodes.items():
        if node_id in in_circle:
            faults.add(
                ("definition", "nodes", index),
                f"Node “{text_of(node, 'name')}”: the edges lead from it back to itself; a chain only goes forward.",
            )
        elif begin and node_id not in reached and node.get("type") != INPUT:
            faults.add(
                ("definition", "nodes", index),
                f"Node “{text_of(node, 'name')}”: no edges lead from the input to it, so it would never run.",
            )


def _find_circle(nodes: Nodes, edges: list[Edge]) -> set[str]:
    """The nodes that stand in a circle: what is left when ends are taken away again and again, from both sides."""
    left = set(nodes)
    for tail, head in ((0, 1), (1, 0)):
        waiting = dict.fromkeys(left, 0)
        onward: defaultdict[str, list[str]] = defaultdict(list)
        for edge in edges:
            if edge[0] in left and edge[1] in left:
                waiting[edge[head]] += 1
                onward[edge[tail]].append(edge[head])
        free = [node_id for node_id, count in waiting.items() if count == 0]
        while free:
            node_id = free.pop()
            left.discard(node_id)
            for target in onward[node_id]:
                waiting[target] -= 1
                if waiting[target] == 0:
                    free.append(target)
    return left
