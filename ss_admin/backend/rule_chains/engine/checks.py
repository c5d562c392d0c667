"""Everything that is checked of a rule chain before it is saved. It runs in a process of its own, see `apart.py`."""

from typing import Any

import orjson

from ss_admin.backend.rule_chains.engine.faults import Fault, FaultList
from ss_admin.backend.rule_chains.engine.graph import Graph
from ss_admin.backend.rule_chains.engine.graph_checks import check_graph
from ss_admin.backend.rule_chains.engine.limits import MAX_DEFINITION_BYTES, MAX_DEPTH, MAX_SCHEMA_BYTES
from ss_admin.backend.rule_chains.engine.outcomes import GraphFailed
from ss_admin.backend.rule_chains.engine.schema_checks import check_schema
from ss_admin.backend.rule_chains.engine.values import depth_of

__all__ = ["find_definition_faults"]


def find_definition_faults(input_schema: dict[str, Any], definition: dict[str, Any]) -> list[Fault]:
    """What is wrong, up to 100 faults; their pointers begin with `/input_schema` or `/definition`."""
    faults = FaultList()
    if _check_size(input_schema, "input_schema", MAX_SCHEMA_BYTES, faults):
        check_schema(input_schema, faults)
    if _check_size(definition, "definition", MAX_DEFINITION_BYTES, faults):
        check_graph(definition, faults)
        if not any(fault.pointer.startswith("/definition") for fault in faults.faults) and not faults.full:
            _compile(definition, faults)
    return faults.faults


def _check_size(document: object, member: str, most_bytes: int, faults: FaultList) -> bool:
    try:
        size = len(orjson.dumps(document))
    except (TypeError, ValueError, RecursionError):
        faults.add((member,), "This is not JSON that can be stored: nested too deeply, or with half a character.")
        return False
    if not isinstance(document, dict):
        faults.add((member,), "This must be an object.")
        return False
    if size > most_bytes:
        faults.add((member,), f"This is larger than {most_bytes // 1024} KiB as JSON.")
        return False
    if depth_of(document) > MAX_DEPTH:
        faults.add((member,), f"This is nested deeper than {MAX_DEPTH} levels.")
        return False
    return True


def _compile(definition: dict[str, Any], faults: FaultList) -> None:
    try:
        Graph(definition)
    except GraphFailed as failure:
        faults.add(("definition",), failure.message)
