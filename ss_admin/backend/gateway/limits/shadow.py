"""What a worker itself admitted of late, kept for the time when the count in Redis is gone.

Instants are microseconds of this worker's monotonic clock, never before the truth: an admission counts from the
arrival of Redis' answer on.
"""

import struct

from ss_admin.backend.gateway.limits.ring import SlotRing, admission_ring

__all__ = ["Shadow"]

_GRANTED = struct.Struct("<ddI")
_MADE = struct.Struct("<dI")


class Shadow:
    """The worker's own admissions of one window; not safe under threads.

    Those up to `_told_to` Redis has counted; those after it were made without Redis and are still to be told.
    None is added at or before `_sealed`: what goes to Redis right now stays as it is until Redis has it.
    """

    __slots__ = ("_is_slotted", "_ring", "_sealed", "_told_to")

    def __init__(self, max_requests: int, window_us: int) -> None:
        self._ring = admission_ring(max_requests, window_us)
        self._is_slotted = isinstance(self._ring, SlotRing)
        self._told_to = self._sealed = 0

    @property
    def count(self) -> int:
        """How many count."""
        return self._ring.count

    @property
    def is_untold(self) -> bool:
        """Whether Redis does not know of some."""
        return self._ring.count > 0 and self._ring.newest > self._told_to

    def drop_until(self, gone: int) -> None:
        """Forget the admissions made at `gone` or before."""
        if self._ring.count and self._ring.oldest <= gone:
            self._ring.drop_until(gone)

    def add_granted(self, instant: int) -> None:
        """One that Redis has counted."""
        was_untold = self.is_untold
        self._add(instant)
        if not was_untold:
            self._told_to = self._ring.newest

    def add_made(self, instant: int) -> None:
        """One that Redis has to be told of."""
        self._add(max(instant, self._told_to + 1))

    def leaving(self, number: int) -> int:
        """The instant of the admission with which that many have left, from the oldest on; 0 if there are fewer."""
        if number == 1 and self._ring.count:
            return self._ring.oldest
        for instant, admitted in self._ring:
            number -= admitted
            if number <= 0:
                return instant
        return 0

    def granted(self, now: int, redis_offset: int) -> bytes:
        """Those that Redis granted, for the script: their time at Redis (to find what a restored one lost) and age."""
        return b"".join(
            [
                _GRANTED.pack(instant + redis_offset, _age(now, instant), number)
                for instant, number in self._ring
                if instant <= self._told_to
            ]
        )

    def made(self, now: int) -> bytes:
        """Those that Redis is to be told of, for the script: their ages."""
        return b"".join(
            [_MADE.pack(_age(now, instant), number) for instant, number in self._ring if instant > self._told_to]
        )

    def seal(self) -> int:
        """Let none be added among those that are there; the mark to `confirm` when Redis has them."""
        self._sealed = self._ring.newest if self._ring.count else self._sealed
        return self._sealed

    def confirm(self, mark: int) -> None:
        """Redis has all up to that mark."""
        self._told_to = max(self._told_to, mark)

    def clear(self) -> None:
        """Forget all, and give the memory back."""
        self._ring.clear()

    def _add(self, instant: int) -> None:
        instant = max(instant, self._sealed + 1)
        if not self._is_slotted and self._ring.count:
            instant = max(instant, self._ring.newest)  # threads may come in another order than their answers
        self._ring.add(instant)


def _age(now: int, instant: int) -> int:
    """Never above the truth, also where the two clocks run apart by up to a thousandth."""
    return max(0, (now - instant) * 999 // 1000)
