"""Whose key it is, from memory; from the store only where memory cannot know."""

from ss_admin.backend.gateway.known_keys.entries import KnownChain, KnownKey
from ss_admin.backend.store.engine import Store

__all__ = ["KnownKeys"]


class KnownKeys:
    """Turns the text of an `x-api-key` header into a `KnownKey`, or raises the `KeyRefused` that tells why not."""

    def __init__(self, store: Store, pepper: bytes) -> None:
        raise NotImplementedError

    def authenticate(self, api_key: str, now_us: int) -> KnownKey:
        """The key. `now_us`: microseconds since 1970, UTC, by the store's clock; it decides about expiry.

        Raises `KeyRefused`, and `StoreUnavailable` where the store has to be asked and does not answer.
        """
        raise NotImplementedError

    def find_chain(self, rulechain_id: str, tenant_id: str) -> KnownChain | None:
        """The tenant's chain; None where it has none of this id. Raises `StoreUnavailable`."""
        raise NotImplementedError

    def close(self) -> None:
        """End the threads in the background."""
        raise NotImplementedError
