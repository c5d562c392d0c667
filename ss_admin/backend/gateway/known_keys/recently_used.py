"""A bounded memory: when it is full, what has not been used for long makes room."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
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
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[Name, Entry] = OrderedDict()
        self.find: Callable[[Name], Entry | None] = self._entries.get

    def __len__(self) -> int:
        return len(self._entries)

    def keep(self, name: Name, entry: Entry) -> None:
        """Keep an entry whose `seen_at` is set, in place of an older one of its name."""
        entry.kept_at = entry.seen_at
        self._entries[name] = entry
        self._entries.move_to_end(name)
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
            if entry.seen_at == entry.kept_at:
                break
            entry.kept_at = entry.seen_at
            self._entries.move_to_end(oldest)
        self._entries.popitem(last=False)
