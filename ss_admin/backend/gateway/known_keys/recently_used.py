"""A bounded memory: when it is full, what has not been used for long makes room."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import ceil
from typing import Generic, TypeVar

from ss_admin.backend.gateway.known_keys.entries import KnownChain, KnownKey

__all__ = ["RecentlyUsed"]

Name = TypeVar("Name", bound=Hashable)
Entry = TypeVar("Entry", KnownKey, KnownChain)

_SECOND_CHANCES = 8


class RecentlyUsed(Generic[Name, Entry]):
    """At most `most` entries. `find` needs no lock; whoever keeps or drops holds one of their own.

    A call only notes `seen_at` in the entry: moving it to the front each time would need a lock on the way of every
    call. The oldest entry goes, unless it was used since it was kept; then the next one is asked (second chance).
    When it was kept is rounded up to a whole second, so that all that are kept in a second share one number.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[Name, Entry] = OrderedDict()
        self._second = 0.0
        self.find: Callable[[Name], Entry | None] = self._entries.get

    def __len__(self) -> int:
        return len(self._entries)

    def keep(self, name: Name, entry: Entry) -> None:
        """Keep an entry whose `seen_at` is set, in place of an older one of its name."""
        self._put_among_the_newest(name, entry)
        while len(self._entries) > self._most:
            self._make_room()

    def drop(self, name: Name) -> None:
        """Forget the entry of this name, if there is one."""
        self._entries.pop(name, None)

    def clear(self) -> None:
        """Forget them all."""
        self._entries.clear()

    def _make_room(self) -> None:
        for _ in range(_SECOND_CHANCES):
            oldest = next(iter(self._entries))
            entry = self._entries[oldest]
            if entry.seen_at <= entry.kept_at:
                break
            self._put_among_the_newest(oldest, entry)
        self._entries.popitem(last=False)

    def _put_among_the_newest(self, name: Name, entry: Entry) -> None:
        second = float(ceil(entry.seen_at))
        if second != self._second:
            self._second = second
        entry.kept_at = self._second
        self._entries[name] = entry
        self._entries.move_to_end(name)
