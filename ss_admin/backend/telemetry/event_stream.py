"""Writes event lines to standard output, beside other processes that do the same, and holds nobody up.

A thread of its own writes. If whoever reads stops reading, that thread waits and the queue fills; what comes then is
dropped and counted. If the reader is gone for good, everything is, and that costs next to nothing.
"""

import os
import select
import stat
from collections.abc import Callable, Iterator, Sequence

from typing_extensions import override

from ss_admin.backend.telemetry.outlet import Outlet

__all__ = ["MOST_WAITING_BYTES", "EventStream"]

MOST_WAITING_BYTES = 8 * 1024 * 1024

_WHOLE_WRITE = getattr(select, "PIPE_BUF", 512)
"""Bytes that a pipe takes in one piece: no line of another process gets in between."""

_LINES_AT_ONCE = 2000
_LOOK_SECONDS = 0.05
_AGAIN_SECONDS = 1.0
_END_SECONDS = 1.0


class EventStream(Outlet):
    """Begins once `may_begin` says so: the first line on standard output is the server's URL."""

    def __init__(
        self,
        descriptor: int,
        *,
        may_begin: Callable[[], bool] = lambda: True,
        most_waiting_bytes: int = MOST_WAITING_BYTES,
    ) -> None:
        self._descriptor = descriptor
        self._may_begin = may_begin
        super().__init__(name="event-stream", most_waiting_bytes=most_waiting_bytes, end_seconds=_END_SECONDS)

    @override
    def _run(self) -> None:
        while not self._may_begin():
            if self._waiting.is_closed:
                return
            self._waiting.pause(_LOOK_SECONDS)
        while lines := self._waiting.take(_LINES_AT_ONCE):
            try:
                self._write(lines)
            except OSError as fault:
                # A log line about it could meet the same end; the count of dropped lines tells.
                self._waiting.give_up(len(lines))
                if isinstance(fault, BrokenPipeError):
                    self._waiting.close()
                self._waiting.pause(_AGAIN_SECONDS)

    def _write(self, lines: Sequence[bytes]) -> None:
        for piece in _pieces(lines) if _is_shared(self._descriptor) else (b"".join(lines),):
            _write_all(self._descriptor, piece)


def _is_shared(descriptor: int) -> bool:
    """Whether others' bytes could get in between: into a pipe, or the socket that systemd gives for its journal.

    Such a local socket takes a page whole, too.
    """
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _write_all(descriptor: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:  # whoever gave us the descriptor wants to wait by other means
            select.select([], [descriptor], [])


def _pieces(lines: Sequence[bytes]) -> Iterator[bytes]:
    """The lines in pieces that a pipe takes whole."""
    piece = bytearray()
    for line in lines:
        if piece and len(piece) + len(line) > _WHOLE_WRITE:
            yield bytes(piece)
            piece.clear()
        piece += line
    yield bytes(piece)
