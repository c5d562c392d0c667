"""Which bodies are being read right now: a thread waits as long as its client takes, so somebody must look on."""

from typing import Any

__all__ = ["BODY_ENDED", "BodyReads"]

BODY_ENDED = "ss_admin.body_ended"
"""Set in the environment of a request whose connection was ended since its body came too slowly.

The read gives what has come by then, which of a chunked body looks like the whole.
"""


class BodyReads:
    """The reads under way in this process, by `id` of the request's WSGI environment.

    Around each read: `reads.under_way[id(environ)] = environ`, then `del reads.under_way[id(environ)]` in a `finally`.
    A bare dict, and no time of day, since every call passes here: who looks on counts from when it first saw a read.

    `unwelcome`: addresses whose bodies held nearly all threads a moment ago; no body from there is begun with.
    """

    __slots__ = ("under_way", "unwelcome")

    def __init__(self) -> None:
        self.under_way: dict[int, dict[str, Any]] = {}
        self.unwelcome: frozenset[str] = frozenset()

    def look(self) -> list[dict[str, Any]]:
        """The environments whose bodies are being read; safe while other threads begin and end reads."""
        return list(self.under_way.values())
