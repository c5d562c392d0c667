"""One fault of a document, as the processes for long runs know it: they start quickly by doing without pydantic."""

from dataclasses import dataclass

__all__ = ["Fault"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a JSON pointer (RFC 6901). Outside the engine it is a `FieldFault`."""

    pointer: str
    detail: str
