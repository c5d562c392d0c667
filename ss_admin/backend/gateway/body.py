"""Reads a request's body before anything is answered: the server closes a connection over an unread body."""

from enum import Enum, auto
from typing import Any

from ss_admin.backend.gateway.body_reads import BODY_ENDED, BodyReads

__all__ = ["BodyFault", "drain_body", "read_body"]

DRAINED_BYTES = 8 * 1024 * 1024
"""How much of a refused body is read and dropped, so that the sender gets to read the answer."""

_CHUNK_BYTES = 64 * 1024

Environ = dict[str, Any]


class BodyFault(Enum):
    """Why there is no body: more than the cap was sent or announced, or less than announced came."""

    TOO_LARGE = auto()
    CUT_SHORT = auto()


def read_body(environ: Environ, max_bytes: int, reads: BodyReads) -> bytes | BodyFault:
    """The whole body up to `max_bytes`; of a larger one a bounded rest is read and dropped.

    `reads` is told of each read, since a client may take its time.
    """
    mark = id(environ)
    reads.under_way[mark] = environ
    try:
        content: bytes = environ["wsgi.input"].read(max_bytes + 1)
    finally:
        del reads.under_way[mark]
    if len(content) > max_bytes:
        drain_body(environ, reads)
        return BodyFault.TOO_LARGE
    if environ.get("CONTENT_LENGTH") == str(len(content)) and "HTTP_TRANSFER_ENCODING" not in environ:
        return content
    announced = _announced_length(environ)
    if announced is not None and announced > max_bytes:
        return BodyFault.TOO_LARGE
    is_short = BODY_ENDED in environ or (announced is not None and len(content) < announced)
    return BodyFault.CUT_SHORT if is_short else content


def drain_body(environ: Environ, reads: BodyReads) -> None:
    """Read and drop what is left of the body, up to `DRAINED_BYTES`."""
    left = DRAINED_BYTES
    mark = id(environ)
    reads.under_way[mark] = environ
    try:
        while left > 0 and (chunk := environ["wsgi.input"].read(min(left, _CHUNK_BYTES))):
            left -= len(chunk)
    finally:
        del reads.under_way[mark]


def _announced_length(environ: Environ) -> int | None:
    """Content-Length; None for a chunked body, whose length is told by its chunks alone (RFC 9112, 6.3)."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return None
    text = str(environ.get("CONTENT_LENGTH") or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
