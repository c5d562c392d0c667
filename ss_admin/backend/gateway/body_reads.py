"""Which bodies are being read right now: a thread waits as long as its client takes, so somebody must look on."""

from collections.abc import Mapping
from typing import Any

__all__ = ["BodyReads"]


class BodyReads:
    """The reads under way in this process, by `id` of the request's WSGI environment.

    Around each read: `reads.under_way[id(environ)] = environ`, then `del reads.under_way[id(environ)]` in a `finally`.
    A bare dict, and no time of day, since every call passes here: who looks on counts from when it first saw a read.
    """

    __slots__ = ("under_way",)

    def __init__(self) -> None:
        self.under_way: dict[int, Mapping[str, Any]] = {}

    def look(self) -> list[Mapping[str, Any]]:
        """The environments whose bodies are being read; safe while other threads begin and end reads."""
        return list(self.under_way.values())
