"""The windows that are in use, one for each key and limit, and the sweep that removes idle ones.

At most one object ever counts for a key and its limit: the one in the registry. A window in which nothing counts any
more is emptied and taken out; whoever still holds it and decides on it puts it back, or is sent on to the one that has
come in its place.
"""

import threading
from collections import deque
from typing import Generic, Protocol, TypeVar

__all__ = ["DECISIONS_PER_SWEEP_STEP", "MOST_LIMITS", "LimitKey", "WindowRegistry"]

DECISIONS_PER_SWEEP_STEP = 8

MOST_LIMITS = 1000
"""So many different limits are kept for the windows to share; beyond that an equal one is made."""

LimitKey = tuple[int, int]
"""Admissions and seconds."""

_LOCKS = 64


class _KnowsItsKey(Protocol):
    """What all windows of one limit share."""

    @property
    def key(self) -> LimitKey: ...


class _Sweepable(Protocol):
    """What the registry asks of a window; it asks with its own lock held."""

    @property
    def api_key_id(self) -> str: ...

    @property
    def limit(self) -> _KnowsItsKey: ...

    def retire_if_idle(self) -> bool:
        """Take the window out of use if no admission in it counts any more; False if one does, or it is busy."""
        ...

    def put_in_use(self) -> None:
        """Let it count (again)."""
        ...


_Window = TypeVar("_Window", bound=_Sweepable)


class WindowRegistry(Generic[_Window]):
    """The windows by limit and key id: there are few limits and many keys, so what names a window takes up little.

    Idle ones are removed a few at a time by the calls themselves, so that no call pays for many.
    """

    def __init__(self) -> None:
        self._windows: dict[LimitKey, dict[str, _Window]] = {}
        self._lock = threading.Lock()
        self._to_sweep: deque[_Window] = deque()
        self._window_locks = tuple(threading.Lock() for _ in range(_LOCKS))

    def lock_for(self, api_key_id: str) -> threading.Lock:
        """The lock of a key's windows. It is one of a few, since it is held for a microsecond or two.

        A lock for each window would take up a tenth of its memory. Whoever holds one takes no other lock here.
        """
        return self._window_locks[hash(api_key_id) % _LOCKS]

    def find(self, limit: LimitKey, api_key_id: str) -> _Window | None:
        """The window of that key under that limit, if one is in use."""
        alike = self._windows.get(limit)
        return None if alike is None else alike.get(api_key_id)

    def registered(self, window: _Window) -> _Window:
        """The one window that counts for its key: this one, put in use, or the one that is in use already."""
        # Two steps for each new window: idle ones go faster than new ones come. They come first, since a window that
        # has admitted nothing yet would count as idle itself.
        self.sweep_step()
        self.sweep_step()
        with self._lock:
            alike = self._windows.setdefault(window.limit.key, {})
            current = alike.get(window.api_key_id)
            if current is None:
                # Not where it is this one already: two may have found it out of use, and the second would empty it of
                # what the first has admitted since.
                current = alike[window.api_key_id] = window
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
                self._remove(window)
            else:
                self._to_sweep.append(window)

    def windows(self) -> list[_Window]:
        """All that are in use now."""
        with self._lock:
            return [window for alike in self._windows.values() for window in alike.values()]

    def __len__(self) -> int:
        """How many are in use."""
        with self._lock:
            return sum(len(alike) for alike in self._windows.values())

    def _remove(self, window: _Window) -> None:
        limit = window.limit.key
        alike = self._windows[limit]
        del alike[window.api_key_id]
        if not alike:
            del self._windows[limit]
