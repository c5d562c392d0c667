"""Lines that wait for somebody slow: bounded, never waited for, and counted where there is no room for them."""

import threading
from collections import deque
from collections.abc import Sequence

__all__ = ["WaitingLines"]


class WaitingLines:
    """A queue between those who have events and the one thread that carries them away. Safe under threads.

    `most_bytes`: what may wait; the newest are dropped when it is full, since the oldest are the next to go.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._dropped = 0
        self._closed = False
        self._changed = threading.Condition()

    @property
    def dropped(self) -> int:
        """How many lines were left out since the start."""
        return self._dropped

    @property
    def waiting_bytes(self) -> int:
        """What waits now."""
        return self._bytes

    @property
    def is_closed(self) -> bool:
        """Whether no more lines are taken."""
        return self._closed

    def put(self, lines: Sequence[bytes]) -> None:
        """Take the lines that there is room for, and drop the others. Never waits for a reader."""
        with self._changed:
            for number, line in enumerate(lines):
                if self._closed or self._bytes + len(line) > self._most_bytes:
                    self._dropped += len(lines) - number
                    break
                self._lines.append(line)
                self._bytes += len(line)
            self._changed.notify()

    def take(self, most: int, *, linger: float = 0.0) -> list[bytes]:
        """The oldest lines, at most so many; none only when it is closed and empty.

        `linger`: so many seconds are given for more of them to come together.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._lines or self._closed)
            if linger:
                self._changed.wait_for(lambda: len(self._lines) >= most or self._closed, linger)
            taken = [self._lines.popleft() for _ in range(min(most, len(self._lines)))]
            self._bytes -= sum(map(len, taken))
            return taken

    def pause(self, seconds: float) -> None:
        """Wait, unless it is closed meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, seconds)

    def give_up(self, lines: int) -> None:
        """Count lines that were taken and could not be carried away."""
        with self._changed:
            self._dropped += lines

    def close(self) -> None:
        """Take no more; what waits may still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
