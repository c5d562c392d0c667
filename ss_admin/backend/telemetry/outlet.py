"""What event lines leave a process by: a queue that nobody waits for, and one thread that carries them away."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence

from ss_admin.backend.telemetry.waiting_lines import WaitingLines

__all__ = ["Outlet"]


class Outlet(ABC):
    """Made in the process that uses it, after it was forked: neither threads nor connections outlive a fork.

    `end_seconds`: how long `close` waits for what is still to be carried away. The thread runs from the start: whoever
    derives from this has all of its own ready before it calls `__init__`.
    """

    def __init__(self, *, name: str, most_waiting_bytes: int, end_seconds: float) -> None:
        self._waiting = WaitingLines(most_waiting_bytes)
        self._end_seconds = end_seconds
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """How many lines were left out since the start."""
        return self._waiting.dropped

    def put(self, lines: Sequence[bytes]) -> None:
        """Take lines, each with its end; returns at once."""
        self._waiting.put(lines)

    def close(self) -> None:
        """Carry away what waits, within seconds. Idempotent."""
        self._waiting.close()
        self._thread.join(self._end_seconds)

    @abstractmethod
    def _run(self) -> None:
        """Carry lines away, until there are none to come."""
