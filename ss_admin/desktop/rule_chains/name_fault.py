"""What is wrong with a chain's name or description, before the server says it. No Qt."""

from pydantic import TypeAdapter, ValidationError

from ss_admin.contract.documents import Label
from ss_admin.contract.rule_chains import Description

__all__ = ["find_description_fault", "find_name_fault"]


def find_name_fault(text: str) -> str:
    """One sentence, empty where nothing is wrong."""
    if not text.strip():
        return "Enter a name"
    return _fault_of(TypeAdapter(Label), text, "The name")


def find_description_fault(text: str) -> str:
    """One sentence, empty where nothing is wrong."""
    return _fault_of(TypeAdapter(Description), text, "The description")


def _fault_of(kind: TypeAdapter[str], text: str, what: str) -> str:
    try:
        kind.validate_python(text)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        return f"{what}: {reason}"
    return ""
