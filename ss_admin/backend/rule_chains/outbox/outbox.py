"""Delivers webhooks: one thread keeps the books, a few others send.

The bookkeeper writes down what became of webhooks and takes new ones in one transaction, so a busy outbox costs the
database few writes, however many are sent. A webhook is sent at least once: what a crash interrupted is sent again
under the same delivery id, by which its receiver knows it.
"""

import logging
import queue
import random
import threading
import time
from collections.abc import Iterable

from ss_admin.backend.rule_chains.outbox.attempts import Attempt, Failed, Webhook
from ss_admin.backend.rule_chains.outbox.bookkeeping import POLL_SECONDS, Books
from ss_admin.backend.rule_chains.outbox.claims import Claim
from ss_admin.backend.rule_chains.outbox.schedule import Pauses
from ss_admin.backend.rule_chains.outbox.sender import ATTEMPT_SECONDS, LOOK_UP_SECONDS, Sender
from ss_admin.backend.rule_chains.outbox.signature import signing_secret
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.contract.executions import DeliveryStatus

__all__ = ["LEASE_SECONDS", "Outbox"]

_log = logging.getLogger(__name__)

SENDERS = 16
SENDERS_PER_HOST = 2
SENDERS_PER_TENANT = 8
LEASE_SECONDS = LOOK_UP_SECONDS + ATTEMPT_SECONDS + 10
STOP_SECONDS = 5.0
"""How long attempts under way may go on after the stop before they are cut off."""

_CUT_OFF_SECONDS = 2.0
_AWAY_SECONDS = 1.0
_CLOSE_ATTEMPTS = 3
_CLOSE_PAUSE_SECONDS = 0.5


class Outbox:
    """The webhooks of one database. Nothing is sent before `start`; `close` ends it.

    On the embedded database it is the only one and takes over at once what a process before it held.
    """

    def __init__(
        self,
        store: Store,
        pepper: bytes,
        sender: Sender,
        *,
        first_pause: float,
        longest_pause: float,
        lease_seconds: float = LEASE_SECONDS,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        self._store = store
        self._pepper = pepper
        self._sender = sender
        self._stop_seconds = stop_seconds
        self._books = Books(
            store,
            Pauses(first_pause, longest_pause, random.SystemRandom().uniform),
            places=SENDERS,
            per_host=SENDERS_PER_HOST,
            per_tenant=SENDERS_PER_TENANT,
            lease_seconds=lease_seconds,
            takes_over=store.dialect == "sqlite",
        )
        self._ready: queue.SimpleQueue[Claim | None] = queue.SimpleQueue()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._bookkeeper = threading.Thread(target=self._keep_books, name="webhook-outbox", daemon=True)
        self._senders = [
            threading.Thread(target=self._send_all, name=f"webhook-sender-{number}", daemon=True)
            for number in range(1, SENDERS + 1)
        ]

    def start(self) -> None:
        """Begin to deliver. Once."""
        self._sender.prepare()
        for thread in (self._bookkeeper, *self._senders):
            thread.start()

    def wake(self) -> None:
        """There may be new webhooks: look at once."""
        self._wake.set()

    def close(self) -> None:
        """Take nothing more, let attempts under way end or cut them off, and write down what became of them.

        Idempotent. What cannot be written down is sent again later, under the same delivery id.
        """
        if self._stopping.is_set():
            return
        self._stopping.set()
        self.wake()
        if not self._bookkeeper.is_alive():
            return
        _join([self._bookkeeper], STOP_SECONDS)
        for _ in self._senders:
            self._ready.put(None)
        if not _join(self._senders, self._stop_seconds):
            self._sender.cut_off()
            _join(self._senders, _CUT_OFF_SECONDS)
        self._write_down_the_last()

    def ended_count(self, status: DeliveryStatus) -> int:
        """Attempts that led to this status since the start of this process; pending: those to be repeated."""
        return self._books.ended_count(status)

    def _keep_books(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                begun, pause = self._books.turn()
            except StoreUnavailable:
                _log.warning("webhooks wait until the store is back")
                self._stopping.wait(_AWAY_SECONDS)
                continue
            except Exception:  # noqa: BLE001 - the thread must outlive a bug; what is due stays due
                _log.exception("the outbox could not be looked through")
                self._stopping.wait(POLL_SECONDS)
                continue
            for claim in begun:
                self._ready.put(claim)
            self._wake.wait(pause)

    def _send_all(self) -> None:
        while (claim := self._ready.get()) is not None:
            self._books.note(claim, self._send(claim))
            self.wake()

    def _send(self, claim: Claim) -> Attempt:
        secret = signing_secret(self._pepper, claim.rulechain_id, claim.signing_generation or 0)
        try:
            return self._sender.send(Webhook(claim.id, claim.url, claim.body.encode(), secret))
        except Exception:  # noqa: BLE001 - the thread must outlive a bug; the webhook is tried again
            _log.exception("a webhook could not be sent", extra={"delivery_id": claim.id})
            return Failed("The attempt failed within SignalSync; the failure has been logged there.")

    def _write_down_the_last(self) -> None:
        for attempt in range(_CLOSE_ATTEMPTS):
            try:
                self._books.write_down()
            except StoreUnavailable:
                if attempt + 1 < _CLOSE_ATTEMPTS:
                    threading.Event().wait(_CLOSE_PAUSE_SECONDS)
            else:
                return
        _log.error("what became of the last webhooks could not be written down; they are sent again")


def _join(threads: Iterable[threading.Thread], seconds: float) -> bool:
    """Wait for the threads to end; False if time ran out."""
    until = time.monotonic() + seconds
    ended = True
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
        ended = ended and not thread.is_alive()
    return ended
