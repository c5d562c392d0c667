"""Whose key it is, from memory; from the store only where memory cannot know.

What is known stays right by the change feed: a changed key or chain is dropped, and looked up again when it is called
next. Memory is trusted for a second after each look of the watch at the store. Then, until the watch can look again,
the store is asked for each call: a watch that is merely late, on a busy machine, lets nothing stale pass. Only a store
that does not answer such a question either is gone, since the last look: a key that was seen in the minute before goes
on for a minute after; every other one is told `StoreUnavailable`.

A look-up and a change may cross. Whoever looks up notes how many batches of changes were applied before; if it is one
more afterwards, the answer is used for this call, which began before the change was known, and not kept.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from ss_admin.backend.api_keys.digest import ApiKeyDigester
from ss_admin.backend.api_keys.rows import is_well_formed_id
from ss_admin.backend.gateway.known_keys.entries import KnownChain, KnownKey, no_chain
from ss_admin.backend.gateway.known_keys.look_up import LookUp
from ss_admin.backend.gateway.known_keys.recently_used import RecentlyUsed
from ss_admin.backend.gateway.known_keys.refusals import check_form, refusal_of, unknown_key
from ss_admin.backend.gateway.known_keys.stored_digests import StoredDigests
from ss_admin.backend.propagation.changes import Change
from ss_admin.backend.propagation.watch import FRESH_SECONDS
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.patience import PATIENCE_SECONDS, Patience
from ss_admin.contract.api_key_format import KEY_LENGTH

__all__ = ["DOUBT_SECONDS", "GRACE_SECONDS", "ChangeFeed", "KnownKeys"]

Answer = TypeVar("Answer")

GRACE_SECONDS = 60.0
"""A key seen so long before the store was lost goes on for so long after."""

DOUBT_SECONDS = 0.05
"""Of the keys that no digest speaks for, the store is asked for one in this time."""

_ASK_AGAIN_SECONDS = 0.5
_FIRST_PATIENCE_SECONDS = 0.75
_SHORT_PATIENCE_SECONDS = 0.25  # where there is an answer without the store
_GONE_SECONDS = 5.0
"""So long after a vain question the store is thought likely to be gone still."""


class ChangeFeed(Protocol):
    """What the known keys need of a `ChangeWatch`."""

    fresh_until: float
    """`FRESH_SECONDS` after the last look at the store began, monotonic; 0 before the first."""

    def subscribe(self, on_changes: Callable[[Sequence[Change]], None], on_reset: Callable[[], None]) -> None:
        """Tell `on_changes` of each batch; `on_reset` at the start, and whenever changes may have been missed."""
        ...


class KnownKeys:
    """Turns the text of an `x-api-key` header into a `KnownKey`, or raises the `KeyRefused` that tells why not.

    Safe to share between threads. `max_keys` and `max_chains` bound its memory, about 600 bytes a key.
    `clock`: monotonic.
    """

    def __init__(
        self,
        store: Store,
        pepper: bytes,
        feed: ChangeFeed,
        *,
        max_keys: int = 200_000,
        max_chains: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._digest = ApiKeyDigester(pepper).digest
        self._look_up = LookUp(store)
        self._patience = Patience(store)
        self._feed = feed
        self._clock = clock
        self._lock = threading.Lock()  # held to keep and to drop, never while the store is asked
        self._keys: RecentlyUsed[bytes, KnownKey] = RecentlyUsed(max_keys)
        self._chains: RecentlyUsed[str, KnownChain] = RecentlyUsed(max_chains)
        self._kept_key = self._keys.find
        self._kept_chain = self._chains.find
        self._digests = StoredDigests(store)
        self._batches = 0
        self._ask_again_at = -_GONE_SECONDS
        self._doubt_again_at = 0.0
        self._lookups = 0
        feed.subscribe(self._apply, self._forget_all)

    def __repr__(self) -> str:
        return f"<KnownKeys {len(self._keys)} keys, {len(self._chains)} chains>"

    @property
    def kept(self) -> int:
        """How many keys are kept in memory."""
        return len(self._keys)

    @property
    def lookups(self) -> int:
        """How often the store was asked since the start."""
        return self._lookups

    def wait_for_digests(self, seconds: float) -> bool:
        """Until unknown keys are refused from memory; False where that takes longer."""
        return self._digests.wait(seconds)

    def authenticate(self, api_key: str, now_us: int) -> KnownKey:
        """The key. `now_us`: microseconds since 1970, UTC, by the store's clock; it decides about expiry.

        Raises `KeyRefused`, and `StoreUnavailable` where the store has to be asked and does not answer.
        """
        if len(api_key) != KEY_LENGTH:
            check_form(api_key)
        digest = self._digest(api_key)
        key = self._kept_key(digest)
        now = self._clock()
        if key is None or now >= self._feed.fresh_until:
            key = self._find_key(api_key, digest, key, now)
        key.seen_at = now
        if now_us >= key.usable_until_us:
            raise refusal_of(key)
        return key

    def find_chain(self, rulechain_id: str, tenant_id: str) -> KnownChain | None:
        """The tenant's chain; None where it has none of this id. Raises `StoreUnavailable`."""
        chain = self._kept_chain(rulechain_id)
        now = self._clock()
        if chain is None or now >= self._feed.fresh_until:
            chain = self._find_chain(rulechain_id, chain, now)
        chain.seen_at = now
        return chain if chain.tenant_id == tenant_id else None

    def close(self) -> None:
        """End the threads in the background. Idempotent."""
        self._digests.close()
        self._patience.close()

    def _find_key(self, api_key: str, digest: bytes, kept: KnownKey | None, now: float) -> KnownKey:
        if kept is None:
            check_form(api_key)
        fresh_until = self._feed.fresh_until
        if now < fresh_until and not self._digests.may_contain(digest):
            return self._find_newcomer(digest, now)
        if now < self._ask_again_at:
            return _go_on(kept, now, fresh_until)
        try:
            return self._look_up_key(digest, now, self._patience_with(kept, now))
        except StoreUnavailable:
            return _go_on(kept, now, fresh_until)

    def _find_newcomer(self, digest: bytes, now: float) -> KnownKey:
        """A key may be so new that the feed has not told of it; but most that are not known are none.

        So the store is asked for one of them now and then: in quiet times a new key is known everywhere at once, and a
        flood of wrong ones costs next to nothing.
        """
        if now < self._doubt_again_at or now < self._ask_again_at:
            raise unknown_key()
        self._doubt_again_at = now + DOUBT_SECONDS
        try:
            return self._look_up_key(digest, now, _SHORT_PATIENCE_SECONDS)
        except StoreUnavailable:
            raise unknown_key() from None

    def _look_up_key(self, digest: bytes, now: float, patience: float) -> KnownKey:
        batches = self._batches
        key = self._ask(lambda: self._look_up.find_key(digest), patience)
        if key is None:
            raise unknown_key()
        key.seen_at = now
        with self._lock:
            if batches == self._batches:
                self._keys.keep(digest, key)
        return key

    def _find_chain(self, rulechain_id: str, kept: KnownChain | None, now: float) -> KnownChain:
        if not is_well_formed_id(rulechain_id):
            return no_chain(rulechain_id)
        if now < self._ask_again_at:
            return _go_on_with_chain(kept)
        batches = self._batches
        try:
            chain = self._ask(lambda: self._look_up.find_chain(rulechain_id), self._patience_with(kept, now))
        except StoreUnavailable:
            return _go_on_with_chain(kept)
        if kept is not None and kept.says_the_same_as(chain):
            chain = kept  # with what a call has made ready to run
        chain.seen_at = now
        with self._lock:
            if batches == self._batches:
                self._chains.keep(rulechain_id, chain)
        return chain

    def _ask(self, question: Callable[[], Answer], patience: float) -> Answer:
        self._lookups += 1
        try:
            return self._patience.ask(question, seconds=patience)
        except StoreUnavailable:
            # Asked a moment ago and silent: waiting for it again at once would hold up every call.
            self._ask_again_at = self._clock() + _ASK_AGAIN_SECONDS
            raise

    def _patience_with(self, kept: object | None, now: float) -> float:
        """Who can go on with what is kept waits long only at the first: a store is not gone for being slow once."""
        if kept is None:
            return PATIENCE_SECONDS
        return _SHORT_PATIENCE_SECONDS if now < self._ask_again_at + _GONE_SECONDS else _FIRST_PATIENCE_SECONDS

    def _apply(self, changes: Sequence[Change]) -> None:
        with self._lock:
            self._batches += 1
            for change in changes:
                if change.digest is None:
                    self._chains.drop(change.object_id)
                else:
                    self._keys.drop(change.digest)
                    self._digests.add(change.digest)

    def _forget_all(self) -> None:
        with self._lock:
            self._batches += 1
            self._keys.clear()
            self._chains.clear()
            self._digests.reload()


def _go_on(kept: KnownKey | None, now: float, fresh_until: float) -> KnownKey:
    """The key as it was known last, within its minute."""
    lost_at = fresh_until - FRESH_SECONDS
    if kept is not None and 0 < lost_at <= kept.seen_at + GRACE_SECONDS and now <= lost_at + GRACE_SECONDS:
        return kept
    raise StoreUnavailable("the store is gone, and the key was not seen shortly before")


def _go_on_with_chain(kept: KnownChain | None) -> KnownChain:
    """The chain as it was known last: its callers' minute ends with that of their key."""
    if kept is None:
        raise StoreUnavailable("the store is gone, and the chain is not known")
    return kept
