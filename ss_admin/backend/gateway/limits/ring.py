"""Admissions that still count, in as little memory as holds them: rings of instants, or of slots for large limits.

An instant takes 8 bytes, and a ring grows as it is needed. Above `MOST_INSTANTS` admissions are gathered in at most
`MOST_SLOTS` slots of 12 bytes, each a part of the window: one counts until its slot's end has left the window, so it
is never let go too early, and too late by a slot's width at most (a 4,000th of the window). So a ring stays below
64 KiB whatever the limit.

Instants are whole numbers on any one clock and in any one unit, and do not go back. Nothing here is safe under threads.
"""

from array import array
from collections.abc import Iterator

__all__ = ["MOST_INSTANTS", "MOST_SLOTS", "AdmissionRing", "InstantRing", "SlotRing", "admission_ring", "slot_width"]

MOST_INSTANTS = 7_000
MOST_SLOTS = 4_096

_FIRST_CAPACITY = 8
_KEPT_CAPACITY = 64


class InstantRing:
    """The instants of at most `most` admissions, each for itself.

    `count`: how many count. `oldest`: the first of them to leave; meaningless while none counts.
    """

    __slots__ = ("_capacity", "_first", "_instants", "_most", "count", "oldest")

    def __init__(self, most: int) -> None:
        self._most = most
        self.clear()

    def clear(self) -> None:
        """Forget all, and give the memory back."""
        self._instants = array("q")
        self._capacity = self._first = self.count = self.oldest = 0

    def add(self, instant: int) -> None:
        """Count one admission; beyond `most`, instead of the oldest one."""
        count = self.count
        if count == self._capacity:
            if count == self._most:
                self._drop(1)
                count -= 1
            else:
                self._grow()
        at = self._first + count
        if at >= self._capacity:
            at -= self._capacity
        self._instants[at] = instant
        if not count:
            self.oldest = instant
        self.count = count + 1

    def drop_until(self, gone: int) -> None:
        """Forget the admissions made at `gone` or before."""
        instants, capacity, first, count = self._instants, self._capacity, self._first, self.count
        dropped = 0
        if count and self.newest <= gone:
            dropped = count
        while dropped < count and instants[first] <= gone:
            first += 1
            dropped += 1
            if first == capacity:
                first = 0
        self._drop(dropped)

    @property
    def newest(self) -> int:
        """The instant of the last admission that counts; there must be one."""
        return self._instants[(self._first + self.count - 1) % self._capacity]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Each instant with how many were admitted at it, from the oldest on."""
        for number in range(self._first, self._first + self.count):
            yield self._instants[number % self._capacity], 1

    def _drop(self, number: int) -> None:
        self.count -= number
        if self.count:
            self._first = (self._first + number) % self._capacity
            self.oldest = self._instants[self._first]
        elif self._capacity > _KEPT_CAPACITY:
            self.clear()
        else:
            self._first = 0

    def _grow(self) -> None:
        capacity = min(self._most, max(_FIRST_CAPACITY, 2 * self._capacity))
        # Put together from parts, which takes its exact size: appending or reading bytes sets memory aside for more.
        more = array("q", (0,)) * (capacity - self._capacity)
        self._instants = self._instants[self._first :] + self._instants[: self._first] + more
        self._first, self._capacity = 0, capacity


class SlotRing:
    """Admissions gathered in slots of `width`: each counts until the end of its slot has left the window.

    One made before the last slot began (as another clock has it) counts as one of the last slot.

    `count`: how many count. `oldest`: the end of the first slot; meaningless while none counts.
    """

    __slots__ = ("_capacity", "_counts", "_ends", "_first", "_newest", "_slots", "_width", "count", "oldest")

    def __init__(self, width: int) -> None:
        self._width = width
        self.clear()

    def clear(self) -> None:
        """Forget all, and give the memory back."""
        self._ends, self._counts = array("q"), array("I")
        self._capacity = self._first = self._slots = self._newest = self.count = self.oldest = 0

    def add(self, instant: int) -> None:
        """Count one admission."""
        if instant < self._newest and self._slots:
            self._counts[(self._first + self._slots - 1) % self._capacity] += 1
            self.count += 1
            return
        if self._slots == self._capacity:
            self._grow()
        at = (self._first + self._slots) % self._capacity
        self._newest = self._ends[at] = (instant // self._width + 1) * self._width
        self._counts[at] = 1
        self._slots += 1
        if self._slots == 1:
            self.oldest = self._newest
        self.count += 1

    def drop_until(self, gone: int) -> None:
        """Forget the slots that ended at `gone` or before."""
        ends, first, slots = self._ends, self._first, self._slots
        dropped = 0
        if slots and self._newest <= gone:
            dropped = slots
        while dropped < slots and ends[(first + dropped) % self._capacity] <= gone:
            dropped += 1
        self._drop(dropped)

    @property
    def newest(self) -> int:
        """The end of the last slot that counts."""
        return self._newest

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Each slot's end with how many were admitted in it, from the oldest on."""
        for number in range(self._first, self._first + self._slots):
            at = number % self._capacity
            yield self._ends[at], self._counts[at]

    def _drop(self, slots: int) -> None:
        if slots == self._slots:
            self.clear()
            return
        for _ in range(slots):
            self.count -= self._counts[self._first]
            self._first = (self._first + 1) % self._capacity
        self._slots -= slots
        self.oldest = self._ends[self._first]

    def _grow(self) -> None:
        capacity = max(_FIRST_CAPACITY, 2 * self._capacity)
        more = capacity - self._capacity
        self._ends = self._ends[self._first :] + self._ends[: self._first] + array("q", (0,)) * more
        self._counts = self._counts[self._first :] + self._counts[: self._first] + array("I", (0,)) * more
        self._first, self._capacity = 0, capacity


AdmissionRing = InstantRing | SlotRing


def admission_ring(max_requests: int, window: int) -> AdmissionRing:
    """A ring for at most `max_requests` admissions in a window of that length, in the unit of the instants."""
    if max_requests <= MOST_INSTANTS:
        return InstantRing(max_requests)
    return SlotRing(slot_width(window))


def slot_width(window: int) -> int:
    """The length of a slot of a window: a 4,000th of it, so that all that count fit into `MOST_SLOTS`."""
    return -(-window // 4_000)
