"""The access log's lines of partners' calls: as `telemetry.logs.JsonLines` would write them, but many at a time.

No API key can stand in them: an entry of the journal has none.
"""

import logging
import os
import select
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson

from ss_admin.backend.journal.entries import CallEntry

__all__ = ["ACCESS_LOGGER", "AccessLog"]

ACCESS_LOGGER = "ss_admin.backend.gateway.middleware"
"""Its level decides whether there are lines at all."""

_WHOLE_WRITE = getattr(select, "PIPE_BUF", 512)
"""Bytes that a pipe takes in one piece, whoever else writes into it: no line of another process gets in between."""


class AccessLog:
    """Writes to `stream`, standard error unless another is given. What cannot be written is left out."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._logger = logging.getLogger(ACCESS_LOGGER)

    def write(self, calls: Sequence[CallEntry]) -> None:
        """One line for each call. A deleted key's call is a warning."""
        if not self._logger.isEnabledFor(logging.INFO):
            calls = [call for call in calls if call.key_was_deleted and self._logger.isEnabledFor(logging.WARNING)]
        if not calls:
            return
        lines = _Lines()
        try:
            _write_all(self._stream or sys.stderr, [lines.of(call) for call in calls])
        except OSError:
            # The reader of the log is gone. Logging that would meet the same end.
            return


class _Lines:
    """Makes lines; moments of one second share their text."""

    def __init__(self) -> None:
        self._second, self._second_text = -1, ""

    def of(self, call: CallEntry) -> bytes:
        second, microsecond = divmod(call.at_us + call.duration_us, 1_000_000)
        if second != self._second:
            self._second = second
            self._second_text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        fields: dict[str, Any] = {
            "time": f"{self._second_text}.{microsecond:06d}Z",
            "level": "WARNING" if call.key_was_deleted else "INFO",
            "logger": ACCESS_LOGGER,
            "message": "partner call",
            "request_id": call.request_id,
            "status": call.status,
            "code": call.code,
            "rulechain_id": call.rulechain_id,
            "api_key_id": call.api_key_id,
            "execution_id": None if call.execution is None else call.execution.id,
            "address": call.address,
            "duration_ms": call.duration_us / 1000,
        }
        return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)


def _write_all(stream: TextIO, lines: list[bytes]) -> None:
    try:
        descriptor = stream.fileno()
    except (OSError, AttributeError, ValueError):  # a stream of a test, or a closed one
        descriptor = None
    if descriptor is None:
        stream.write(b"".join(lines).decode())
        return
    stream.flush()
    is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    for piece in _pieces(lines) if is_pipe else (b"".join(lines),):
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(descriptor, rest) :]


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines in pieces that a pipe takes whole."""
    piece = bytearray()
    for line in lines:
        if piece and len(piece) + len(line) > _WHOLE_WRITE:
            yield bytes(piece)
            piece.clear()
        piece += line
    yield bytes(piece)
