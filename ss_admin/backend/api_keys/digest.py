"""The only form in which an API key is stored: HMAC-SHA256 under the pepper.

How keys are hashed, the decision. A key carries about 196 random bits, so guessing is hopeless whatever the hash; a
slow one (argon2, as for passwords) would add milliseconds to every call and nothing to safety. A plain SHA-256 would
let whoever steals the database test a key found elsewhere against it; the pepper, kept apart from the database,
prevents that. The digest is the same for the same key, so a unique index finds it at once. The price: the pepper
belongs into the backup, and replacing it means new keys for everybody.
"""

import hashlib
import hmac

__all__ = ["DIGEST_LENGTH", "api_key_digest"]

DIGEST_LENGTH = 32
"""Bytes in a digest."""


def api_key_digest(pepper: bytes, api_key: str) -> bytes:
    """The 32 bytes by which a key is found again; without the pepper nobody can test a guess against them.

    A key has about 196 random bits, so a slow password hash would add nothing but delay. A text with characters
    outside ASCII is no key at all; it still gets a digest, which belongs to nobody.
    """
    return hmac.digest(pepper, api_key.encode("utf-8", "surrogatepass"), hashlib.sha256)
