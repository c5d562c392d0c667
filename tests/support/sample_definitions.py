"""Parts of definitions and traces, to put graphs together in tests."""

from typing import Any

from ss_admin.contract.rule_chains import NodeTrace

__all__ = ["edge", "node", "traced"]


def node(node_id: str, node_type: str, name: str = "", /, **content: object) -> dict[str, Any]:
    """A node of a definition with this content; without a name it is called by its id."""
    return {"id": node_id, "type": node_type, "name": name or node_id, "content": content}


def edge(source: str, target: str, handle: str | None = None) -> dict[str, Any]:
    """A connection; `handle` is the branch of the switch that it leaves."""
    return {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "sourceHandle": handle}


def traced(node_id: str, order: int, **changes: object) -> NodeTrace:
    """What a node got and gave, the `order`th that ran."""
    values = {
        "node_id": node_id,
        "name": node_id,
        "kind": "expressionNode",
        "order": order,
        "input": {"step": order},
        "output": {"step": order + 1},
        "duration_ms": 0.25,
    }
    return NodeTrace.model_validate(values | changes)
