"""Password hashes: argon2id, bounded in memory, and the same work for accounts that do not exist."""

import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["Passwords"]

HASHES_AT_ONCE = 4
"""Each hash takes 64 MiB with the library's parameters; more callers wait for their turn."""


class Passwords:
    """Hashes and verifies. `hasher` carries the cost; without one the library's defaults (RFC 9106) hold."""

    def __init__(self, hasher: PasswordHasher | None = None, *, hashes_at_once: int = HASHES_AT_ONCE) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.BoundedSemaphore(hashes_at_once)
        self._nobodys_hash = self.hash(secrets.token_urlsafe(32))

    def hash(self, password: str) -> str:
        """The argon2id hash of a password, with its salt and its parameters."""
        with self._turn:
            return self._hasher.hash(_normal(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one hashed. None stands for an account that does not exist: as slow, and no."""
        with self._turn:
            try:
                self._hasher.verify(password_hash or self._nobodys_hash, _normal(password))
            except (VerificationError, InvalidHashError):
                return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)


def _normal(password: str) -> str:
    """One form for characters that keyboards compose differently (NFC)."""
    return unicodedata.normalize("NFC", password)
