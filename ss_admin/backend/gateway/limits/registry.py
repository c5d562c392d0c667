"""The windows that are in use, one for each key and limit, and the sweep that removes idle ones.

At most one object ever counts for a key and its limit: the one in the registry. A window in which nothing counts any
more is emptied and taken out; whoever still holds it and decides on it puts it back, or is sent on to the one that has
come in its place.
"""

import threading
from collections import deque
from typing import Generic, Protocol, TypeVar

__all__ = ["DECISIONS_PER_SWEEP_STEP", "WindowKey", "WindowRegistry"]

DECISIONS_PER_SWEEP_STEP = 8

WindowKey = tuple[str, int, int]


class _Sweepable(Protocol):
    """What the registry asks of a window; it asks with its own lock held."""

    @property
    def key(self) -> WindowKey: ...

    def retire_if_idle(self) -> bool:
        """Take the window out of use if no admission in it counts any more; False if one does, or it is busy."""
        ...

    def put_in_use(self) -> None:
        """Let it count (again)."""
        ...


_Window = TypeVar("_Window", bound=_Sweepable)


class WindowRegistry(Generic[_Window]):
    """The windows by key id, admissions and seconds.

    Idle ones are removed a few at a time by the calls themselves, so that no call pays for many.
    """

    def __init__(self) -> None:
        self._windows: dict[WindowKey, _Window] = {}
        self._lock = threading.Lock()
        self._to_sweep: deque[_Window] = deque()

    def find(self, key: WindowKey) -> _Window | None:
        """The window of that key, if one is in use."""
        return self._windows.get(key)

    def registered(self, window: _Window) -> _Window:
        """The one window that counts for its key: this one, put in use, or the one that is in use already."""
        # Two steps for each new window: idle ones go faster than new ones come. They come first, since a window that
        # has admitted nothing yet would count as idle itself.
        self.sweep_step()
        self.sweep_step()
        with self._lock:
            current = self._windows.setdefault(window.key, window)
            if current is window:
                window.put_in_use()
                self._to_sweep.append(window)
            return current

    def sweep_step(self) -> None:
        """Retire one window if nothing counts in it any more."""
        with self._lock:
            if not self._to_sweep:
                return
            window = self._to_sweep.popleft()
            if window.retire_if_idle():
                del self._windows[window.key]
            else:
                self._to_sweep.append(window)

    def windows(self) -> list[_Window]:
        """All that are in use now."""
        with self._lock:
            return list(self._windows.values())

    def __len__(self) -> int:
        """How many are in use."""
        return len(self._windows)
