"""Definitions for tests of the picture: a chain with a switch and effects, long ones, and broken ones."""

from typing import Any

import pytest

from ss_admin.contract.rule_chains import NodeTrace
from tests.support.sample_definitions import edge, node, traced


@pytest.fixture
def alarm_chain() -> dict[str, Any]:
    """Input, table, a switch with two branches to two effects, output."""
    branches = [{"id": "bad", "condition": 'priority == "Emergency"'}, {"id": "rest", "isDefault": True}]
    return {
        "nodes": [
            node("request", "inputNode", "Alarm"),
            node("triage", "decisionTableNode", "Triage", hitPolicy="first", rules=[{}] * 8),
            node("how", "switchNode", "How bad is it?", statements=branches),
            node("tell", "customNode", "Tell", kind="callWebhook", config={"url": "https://hooks.example.com/a"}),
            node("keep", "customNode", "Keep", kind="saveRecord", config={"collection": "alarms"}),
            node("answer", "outputNode", "Answer"),
        ],
        "edges": [
            edge("request", "triage"),
            edge("triage", "how"),
            edge("how", "tell", "bad"),
            edge("how", "keep", "rest"),
            edge("tell", "answer"),
            edge("keep", "answer"),
        ],
    }


@pytest.fixture
def alarm_trace() -> list[NodeTrace]:
    """A run of the alarm chain that failed when it kept the alarm."""
    return [
        traced("request", 0),
        traced("triage", 1),
        traced("how", 2),
        traced("keep", 3, output=None, error="The record is too large.", effect="Would save a document into “alarms”."),
    ]


@pytest.fixture
def long_chain() -> dict[str, Any]:
    """500 nodes, some in rows, some branching."""
    nodes = [node(f"n{number}", "expressionNode", expressions=[{}] * number) for number in range(500)]
    return {"nodes": nodes, "edges": [edge(f"n{(number - 1) * 2 // 3}", f"n{number}") for number in range(1, 500)]}
