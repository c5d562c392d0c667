"""Reads a request's body before anything is answered: the server closes a connection over an unread body."""

from enum import Enum, auto
from typing import Any

from ss_admin.backend.gateway.body_reads import BODY_ENDED, BodyReads
from ss_admin.backend.problems import ProblemError
from ss_admin.contract.problems import ProblemCode

__all__ = ["BodyFault", "drain_body", "read_body"]

DRAINED_BYTES = 8 * 1024 * 1024
"""How much of a refused body is read and dropped, so that the sender gets to read the answer."""

RETRY_UNWELCOME_SECONDS = 10

_CHUNK_BYTES = 64 * 1024

Environ = dict[str, Any]


class BodyFault(Enum):
    """Why there is no body: more than the cap was sent or announced, or less than announced came."""

    TOO_LARGE = auto()
    CUT_SHORT = auto()


def read_body(environ: Environ, max_bytes: int, reads: BodyReads) -> bytes | BodyFault:
    """The whole body up to `max_bytes`; of a larger one a bounded rest is read and dropped.

    `reads` is told of each read, since a client may take its time. Raises `ProblemError` 503 where it must not begin.
    """
    if reads.unwelcome and _is_unwelcome(environ, reads):
        raise _unwelcome()
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
    if reads.unwelcome and _is_unwelcome(environ, reads):
        return
    left = DRAINED_BYTES
    mark = id(environ)
    reads.under_way[mark] = environ
    try:
        while left > 0 and (chunk := environ["wsgi.input"].read(min(left, _CHUNK_BYTES))):
            left -= len(chunk)
    finally:
        del reads.under_way[mark]


def _is_unwelcome(environ: Environ, reads: BodyReads) -> bool:
    """Whether there is a body, and it comes from an unwelcome address: a thread might wait for it in vain."""
    has_body = environ.get("HTTP_TRANSFER_ENCODING") or environ.get("CONTENT_LENGTH") not in {None, "", "0"}
    return bool(has_body) and environ.get("REMOTE_ADDR") in reads.unwelcome


def _unwelcome() -> ProblemError:
    return ProblemError(
        ProblemCode.UNAVAILABLE,
        "Too many requests from your address announced a body that did not come, so that others had to wait. Send "
        "each body together with its head, and try again shortly.",
        headers={"Retry-After": str(RETRY_UNWELCOME_SECONDS)},
    )


def _announced_length(environ: Environ) -> int | None:
    """Content-Length; None for a chunked body, whose length is told by its chunks alone (RFC 9112, 6.3)."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return None
    text = str(environ.get("CONTENT_LENGTH") or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
