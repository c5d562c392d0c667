"""Small lots of admissions that a worker takes from Redis at once and hands out by itself, where the limit is large.

All lots that may be out are at most 0.5 % of the limit, and one lives 50 ms at most (a 200th of a shorter window).
Redis counts it until its end of life has left the window, so what is handed out of it is never let go too early.
What is left at its end is given back with the next question.
"""

__all__ = ["Lot", "lot_life"]

_MOST_LIFE_US = 50_000
_LIFE_PARTS = 200
_LOTS_PARTS = 200


def lot_life(window_us: int) -> int:
    """How long a lot lives, in microseconds."""
    return min(_MOST_LIFE_US, window_us // _LIFE_PARTS)


class Lot:
    """The present lot of one window in one worker; not safe under threads.

    `is_asked_for`: a question for the next lot is under way; meanwhile other calls ask singly.
    """

    __slots__ = ("_life", "_slot", "_until", "_used", "_wanted", "is_asked_for", "left")

    def __init__(self, window_us: int) -> None:
        # A tenth less than Redis counts with: two clocks may run apart.
        self._life = lot_life(window_us) * 9 // 10
        self._wanted = 1
        self.left = self._used = self._until = self._slot = 0
        self.is_asked_for = False

    def take(self, now: int) -> bool:
        """Hand one out, if there is one and it still lives."""
        if self.left and now < self._until:
            self.left -= 1
            self._used += 1
            return True
        return False

    def wanted(self, now: int, limit: int, workers: int) -> int:
        """How many to ask for: twice as many if the last lot was used up in its life, else about what was used of it.

        After a pause of another life a single one.
        """
        if now < self._until:
            self._wanted *= 2
        elif now < self._until + self._life:
            self._wanted = self._used + self._used // 4
        else:
            self._wanted = 1
        self._wanted = max(1, min(self._wanted, limit // (_LOTS_PARTS * max(1, workers))))
        return self._wanted

    def give_back(self) -> tuple[int, int]:
        """What is left of an ended lot, and the slot that Redis counted it in; nothing is handed out of it any more."""
        left, self.left = self.left, 0
        return left, self._slot

    def fill(self, granted: int, asked_at: int, slot: int) -> None:
        """A new lot, of which one is handed out at once."""
        self.left, self._used, self._slot = granted - 1, 1, slot
        self._until = asked_at + self._life

    def is_over(self, now: int) -> bool:
        """Whether nothing can be handed out any more."""
        return not self.left or now >= self._until
