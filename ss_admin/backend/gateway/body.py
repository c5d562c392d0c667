"""Reads a request's body before anything is answered: the server closes a connection over an unread body."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Body", "drain_body", "read_body"]

DRAINED_BYTES = 8 * 1024 * 1024
"""How much of a refused body is read and dropped, so that the sender gets to read the answer."""

_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent. `too_large`: more than the cap, `content` is empty then. `cut_short`: less than announced."""

    content: bytes
    too_large: bool = False
    cut_short: bool = False


def read_body(environ: Mapping[str, Any], max_bytes: int) -> Body:
    """The whole body up to `max_bytes`; of a larger one a bounded rest is read and dropped."""
    stream = environ["wsgi.input"]
    announced = _announced_length(environ)
    content = stream.read(max_bytes + 1)
    if len(content) > max_bytes or (announced or 0) > max_bytes:
        drain_body(environ)
        return Body(b"", too_large=True)
    return Body(content, cut_short=announced is not None and len(content) < announced)


def drain_body(environ: Mapping[str, Any]) -> None:
    """Read and drop what is left of the body, up to `DRAINED_BYTES`."""
    stream = environ["wsgi.input"]
    left = DRAINED_BYTES
    while left > 0:
        chunk = stream.read(min(left, _CHUNK_BYTES))
        if not chunk:
            return
        left -= len(chunk)


def _announced_length(environ: Mapping[str, Any]) -> int | None:
    """Content-Length; None for a chunked body, whose length is told by its chunks alone (RFC 9112, 6.3)."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return None
    text = str(environ.get("CONTENT_LENGTH") or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
