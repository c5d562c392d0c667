"""Makes a trace out of the engine's: node after node in the order in which they ran, large values left out."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ss_admin.backend.rule_chains.engine.effect_nodes import WORKED_OUT, EffectNodes
from ss_admin.backend.rule_chains.engine.effects import Effect, tell_effect
from ss_admin.backend.rule_chains.engine.outcomes import Step
from ss_admin.backend.rule_chains.engine.parts import CUSTOM, INPUT, OUTPUT, SWITCH, text_of
from ss_admin.backend.rule_chains.engine.values import UnfitValue, json_size, shown

__all__ = ["read_steps"]

MAX_TRACE_BYTES = 1024 * 1024
"""Of all values together; what comes after is left out."""

_LEFT_OUT = "(not kept: the trace has become too large)"
_DURATION = re.compile(r"([0-9.]+)(ns|µs|us|ms|s)")
_MILLISECONDS: Mapping[str, float] = MappingProxyType({"ns": 1e-6, "µs": 1e-3, "us": 1e-3, "ms": 1.0, "s": 1e3})


def read_steps(
    trace: dict[str, dict[str, Any]], nodes: EffectNodes, effects: Sequence[Effect], *, trial: bool
) -> tuple[Step, ...]:
    """The steps in their order, without the nodes that were put in front of others."""
    wanted = {effect.node_id: effect for effect in effects}
    steps: list[Step] = []
    room = MAX_TRACE_BYTES
    for told in sorted(trace.values(), key=lambda step: step["order"]):
        node_id = told["id"]
        if nodes.seen_as(node_id) != node_id:
            continue
        kind = _kind(nodes.node(node_id))
        given = _kept(told["output"] if kind == INPUT else told["input"], room)
        gave = given if kind in (INPUT, OUTPUT) else _kept(told["output"], room)
        room -= json_size(given) + json_size(gave)
        effect = wanted.get(node_id)
        steps.append(
            Step(
                node_id=node_id,
                name=told["name"],
                kind=kind,
                order=len(steps),
                input=given,
                output=gave,
                duration_ms=_milliseconds(told.get("performance")),
                effect=None if effect is None else tell_effect(effect, trial=trial),
                branches=_branches(told.get("traceData")) if kind == SWITCH else None,
            )
        )
    return tuple(steps)


def _branches(told: object) -> list[str] | None:
    """The branches that a switch took, by their ids."""
    statements = told.get("statements") if isinstance(told, dict) else None
    if not isinstance(statements, list):
        return None
    return [text_of(statement, "id") for statement in statements if isinstance(statement, dict)]


def _kept(value: object, room: int) -> object:
    if isinstance(value, dict) and WORKED_OUT in value:
        value = {name: inner for name, inner in value.items() if name != WORKED_OUT}
    value = shown(value)
    try:
        return value if json_size(value) <= room else _LEFT_OUT
    except UnfitValue:
        return _LEFT_OUT


def _kind(node: dict[str, Any]) -> str:
    """A node's type; of nodes with an effect, which effect."""
    content = node.get("content")
    if node.get("type") == CUSTOM and isinstance(content, dict):
        return text_of(content, "kind")
    return text_of(node, "type")


def _milliseconds(told: object) -> float | None:
    match = _DURATION.fullmatch(told) if isinstance(told, str) else None
    return None if match is None else round(float(match[1]) * _MILLISECONDS[match[2]], 6)
