"""Orders for rule chains, for tests: small graphs that can run, and ones that cannot."""

from typing import Any

from ss_admin.contract.rule_chains import NewRuleChain

ANY_OBJECT: dict[str, Any] = {"type": "object"}


def a_definition(expression: str = "n + 1", *, key: str = "next") -> dict[str, Any]:
    """A graph of three nodes: its answer has `expression` as the member `key`."""
    expressions = [{"id": "e1", "key": key, "value": expression}]
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "Request", "position": {"x": 0, "y": 0}},
            {"id": "work", "type": "expressionNode", "name": "Work", "content": {"expressions": expressions}},
            {"id": "out", "type": "outputNode", "name": "Answer", "position": {"x": 400, "y": 0}},
        ],
        "edges": [
            {"id": "in-work", "type": "edge", "sourceId": "in", "targetId": "work"},
            {"id": "work-out", "type": "edge", "sourceId": "work", "targetId": "out"},
        ],
    }


def chain_order(**values: Any) -> NewRuleChain:
    """The order for a chain that counts one up."""
    standard = {"name": "Counter", "input_schema": ANY_OBJECT, "definition": a_definition(), "sample_payload": {"n": 1}}
    return NewRuleChain.model_validate(standard | values)
