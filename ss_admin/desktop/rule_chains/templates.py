"""The templates that a new chain starts from: the sample chains, each with one line that says what it does."""

import json
from dataclasses import dataclass

from ss_admin.contract.rule_chains import NewRuleChain
from ss_admin.resource_files import resource_path

__all__ = ["Template", "load_templates"]

_TEMPLATES = (
    ("building-alarm", "Building alarm", "ph.bell-ringing", "Turns an alarm into a priority, a deadline and a team."),
    ("work-order-intake", "Work order", "ph.wrench", "Takes a work order, estimates it and says who approves."),
    ("plain-acknowledge", "Plain acknowledge", "ph.check-circle", "Takes any JSON object and confirms it."),
)


@dataclass(frozen=True)
class Template:
    """`order` is the new chain as it would be made, still under the template's own name."""

    title: str
    icon: str
    line: str
    order: NewRuleChain


def load_templates() -> tuple[Template, ...]:
    """Every template, the most telling one first. Reads files."""
    return tuple(Template(title, icon, line, _order(name)) for name, title, icon, line in _TEMPLATES)


def _order(name: str) -> NewRuleChain:
    document = json.loads(resource_path("sample-chains", f"{name}.json").read_text(encoding="utf-8"))
    return NewRuleChain(
        name=document["name"],
        description=document["description"],
        input_schema=document["input_schema"],
        definition=document["definition"],
        sample_payload=document["sample_payload"],
    )
