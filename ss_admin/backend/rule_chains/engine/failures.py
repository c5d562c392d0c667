"""Reads the engine's failures and says them in words: no backtraces, and more than the engine says where that is cheap.

The engine raises bare `Exception`s, and a panic of its own as a `BaseException`: all of them are failures of the chain.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import zen

from ss_admin.backend.rule_chains.engine.outcomes import OUT_OF_MEMORY, GraphFailed
from ss_admin.backend.rule_chains.engine.parts import CUSTOM, EXPRESSION, expressions_of, text_of

__all__ = ["compile_failure", "explain_failure", "read_failure"]

_LONGEST_CAUSE = 500
_LONGEST_EXPRESSION = 80
_MOST_EXPRESSIONS = 100
"""Each is worked out with all values before it: finding the failed one among thousands takes seconds."""

_NODE_INDEX = re.compile(r"nodes\[(\d+)\]: ")
_CALL = re.compile(r"Opcode Call(?:Function|Method): (Function|Method) `(\w+)` failed: (.*)", re.DOTALL)
_OPCODE = re.compile(r"Opcode (\w+): (.*)", re.DOTALL)
_UNSUPPORTED = "Unsupported type"
_OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "Add": "“+”",
        "Subtract": "“-”",
        "Multiply": "“*”",
        "Divide": "“/”",
        "Modulo": "“%”",
        "Exponent": "“^”",
        "Negate": "“-”",
        "Not": "“not”",
        "In": "“in”",
        "Compare": "a comparison (“<”, “>”)",
        "Slice": "a slice (“[a:b]”)",
        "Fetch": "“[…]”",
        "JumpIfFalse": "“and” or a condition",
        "JumpIfTrue": "“or”",
    }
)
_GRAPH_FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "cyclicGraph": "The edges of the graph lead in a circle.",
        "missingNode": "An edge of the graph leads to a node that is not there.",
        "invalidInputCount": "The graph must have exactly one input node.",
        "invalidOutputCount": "The graph has too many output nodes.",
    }
)


def compile_failure(fault: BaseException, definition: dict[str, Any]) -> GraphFailed:
    """Why the engine cannot take a definition at all."""
    _let_through(fault)
    cause = _first_line(fault)
    where = _NODE_INDEX.match(cause)
    nodes = definition.get("nodes")
    if where and isinstance(nodes, list) and int(where[1]) < len(nodes) and isinstance(nodes[int(where[1])], dict):
        node = nodes[int(where[1])]
        message = f"Node “{text_of(node, 'name')}” cannot be read: {cause[where.end() :]}."
        return GraphFailed(message, text_of(node, "id") or None)
    return GraphFailed(f"The graph cannot be read: {cause}.")


def read_failure(fault: BaseException) -> GraphFailed:
    """Why a run failed, as far as the engine says it."""
    _let_through(fault)
    if isinstance(fault, MemoryError):
        return GraphFailed(OUT_OF_MEMORY)
    text = _first_line(fault, longest=None)
    try:
        told = json.loads(text)
        kind, source = told["type"], told.get("source")
    except (ValueError, TypeError, KeyError):
        if isinstance(fault, Exception) and not isinstance(fault, RuntimeError):
            return GraphFailed(f"The payload cannot be given to the engine: {_clipped(text, _LONGEST_CAUSE)}.")
        return GraphFailed(f"The engine broke off: {_clipped(text, _LONGEST_CAUSE)}.")
    if isinstance(source, dict):
        told_kind = str(source.get("type"))
        return GraphFailed(_GRAPH_FAULTS.get(told_kind, f"The graph cannot run: {told_kind}."))
    node_id = told.get("nodeId")
    return GraphFailed(_sentence(str(source or kind)), node_id if isinstance(node_id, str) else None)


def explain_failure(failure: GraphFailed, node: dict[str, Any]) -> None:
    """Put the node's name into the message, and which expression it was; and the message into the node's step."""
    where, cause = f"Node “{text_of(node, 'name')}”", failure.message
    failed = next((step for step in failure.steps if step.node_id == failure.node_id), None)
    if failed is not None and isinstance(failed.input, dict):
        expression = _find_failing_expression(node, failed.input)
        if expression is not None:
            where, cause = f"{where}, {expression[0]}", expression[1]
    failure.message = f"{where}: {cause}"
    failure.steps = tuple(
        replace(step, output=None, duration_ms=None, error=failure.message, effect=None) if step is failed else step
        for step in failure.steps
    )


def _find_failing_expression(node: dict[str, Any], given: dict[str, Any]) -> tuple[str, str] | None:
    """Which expression of a node fails first, and why: each is worked out again, with those before it."""
    content = node.get("content")
    if not isinstance(content, dict) or content.get("inputField") or content.get("executionMode") == "loop":
        return None
    if node.get("type") not in (EXPRESSION, CUSTOM):
        return None
    before: dict[str, Any] = {}
    places = list(expressions_of(node))
    if len(places) > _MOST_EXPRESSIONS:
        return None
    for place in places:
        try:
            value = zen.evaluate_expression(place.text, {**given, "$": before})
        except BaseException as fault:  # noqa: BLE001 - the engine's panics are no `Exception`
            shown = _clipped(" ".join(place.text.split()), _LONGEST_EXPRESSION)
            return place.where, f"“{shown}” failed. {read_failure(fault).message}"
        if node.get("type") == EXPRESSION:
            _put(before, text_of(content["expressions"][place.path[2]], "key"), value)
    return None


def _put(members: dict[str, Any], key: str, value: object) -> None:
    *path, last = key.split(".")
    for name in path:
        inner = members.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        members = inner
    members[last] = value


def _sentence(source: str) -> str:
    cause = _clipped(" ".join(source.partition("\n")[0].split()), _LONGEST_CAUSE).removesuffix(".")
    cause = cause.removeprefix("Failed to evaluate expression: VM error: ").lstrip(": ")
    if call := _CALL.search(cause):
        return f"The {call[1].lower()} “{call[2]}” failed: {_lowered(call[3])}."
    if opcode := _OPCODE.search(cause):
        operator = _OPERATORS.get(opcode[1], f"“{opcode[1]}”")
        if opcode[2] == _UNSUPPORTED:
            return f"{_raised(operator)} got a value of a kind that it cannot work with."
        return f"{_raised(operator)} failed: {_lowered(opcode[2])}."
    return f"{_raised(cause)}."


def _let_through(fault: BaseException) -> None:
    if isinstance(fault, KeyboardInterrupt | SystemExit | GeneratorExit):
        raise fault


def _first_line(fault: BaseException, longest: int | None = _LONGEST_CAUSE) -> str:
    """Without the engine's own backtrace, which begins on the second line."""
    line = str(fault).partition("\n")[0].removesuffix(".") or type(fault).__name__
    return line if longest is None else _clipped(line, longest)


def _clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest] + "…"


def _raised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
