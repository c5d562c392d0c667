"""Everything that is checked of a rule chain before it is saved. It runs in a process of its own, see `apart.py`."""

from typing import Any

from ss_admin.backend.rule_chains.engine.faults import Fault

__all__ = ["find_definition_faults"]


def find_definition_faults(input_schema: dict[str, Any], definition: dict[str, Any]) -> list[Fault]:
    """What is wrong, up to 100 faults; their pointers begin with `/input_schema` or `/definition`."""
    faults = []
    if input_schema.get("type", "object") not in ("object", ["object"]):
        faults.append(Fault("/input_schema/type", "The input is always an object."))
    faults.extend(
        Fault(f"/definition/{member}", "This member must be an array.")
        for member in ("nodes", "edges")
        if not isinstance(definition.get(member), list)
    )
    return faults
