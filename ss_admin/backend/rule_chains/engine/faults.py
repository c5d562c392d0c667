"""Faults as the processes for long runs know them: these start quickly by doing without pydantic."""

from collections.abc import Sequence
from dataclasses import dataclass

from ss_admin.backend.rule_chains.engine.limits import MAX_FAULTS
from ss_admin.backend.strict_json import json_pointer

__all__ = ["Fault", "FaultList"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a JSON pointer (RFC 6901). Outside the engine it is a `FieldFault`."""

    pointer: str
    detail: str


class FaultList:
    """Gathers faults, up to 100; further ones are left out."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    @property
    def full(self) -> bool:
        """Whether nothing more is taken, so that looking further is in vain."""
        return len(self.faults) >= MAX_FAULTS

    def add(self, path: Sequence[str | int], detail: str) -> None:
        """Note what is wrong at the end of `path`."""
        self.add_at(json_pointer(list(path)), detail)

    def add_at(self, pointer: str, detail: str) -> None:
        """Note what is wrong at a pointer that is known already."""
        if not self.full:
            self.faults.append(Fault(pointer, detail))
