"""A set of digests in a fraction of their room (a Bloom filter): it may say "perhaps" wrongly, never "no"."""

from struct import Struct

__all__ = ["BITS_PER_DIGEST", "DigestFilter"]

BITS_PER_DIGEST = 128
"""At least so many bits for each digest: a foreign one is taken for a member once in 4,000 times or less."""

_FEWEST_BITS = 2**20
_positions = Struct("<QQ16x").unpack


class DigestFilter:
    """Two bits for each member, at the places that its first bytes name: a digest is as good as random.

    `add` needs the caller's lock; `may_contain` needs none. It takes 16 to 32 bytes a digest.
    """

    def __init__(self, expected: int) -> None:
        bits = max(_FEWEST_BITS, expected * BITS_PER_DIGEST)
        self._size = 1 << (bits - 1).bit_length()
        self._last = self._size - 1
        self._bits = bytearray(self._size // 8)
        self._members = 0

    @property
    def room(self) -> int:
        """The number of members that it is made for."""
        return self._size // BITS_PER_DIGEST

    @property
    def is_outgrown(self) -> bool:
        """Whether there are more members than it is made for."""
        return self._members > self.room

    def add(self, digest: bytes) -> None:
        """Take a digest in."""
        if self.may_contain(digest):
            return
        for position in _positions(digest):
            place = position & self._last
            self._bits[place >> 3] |= 1 << (place & 7)
        self._members += 1

    def may_contain(self, digest: bytes) -> bool:
        """False: it was never added."""
        first, second = _positions(digest)
        place = first & self._last
        if not self._bits[place >> 3] >> (place & 7) & 1:
            return False
        place = second & self._last
        return bool(self._bits[place >> 3] >> (place & 7) & 1)
