"""When a webhook is tried again, and when it is given up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ss_admin.backend.rule_chains.outbox.attempts import Attempt, Delivered, Failed, Interrupted, Refused
from ss_admin.backend.rule_chains.outbox.claims import Claim, Settlement
from ss_admin.contract.executions import DeliveryStatus

__all__ = ["GIVE_UP_AFTER", "Pauses", "settle_unsent", "settlement_of"]

GIVE_UP_AFTER = timedelta(hours=24)
"""Counted from the call. Who gets an alarm a day late is not helped by it."""

_TOO_LATE = "Given up: it could not be delivered within 24 hours."
_CHAIN_DELETED = "Given up: the rule chain was deleted."


@dataclass(frozen=True)
class Pauses:
    """Exponential backoff with full jitter: a random part of a bound that begins at `first` seconds and doubles.

    Without the randomness all webhooks that failed together would come back together. `longest` bounds the pause, and
    what a receiver may ask for, too. `between`: a random number between two others.
    """

    first: float
    longest: float
    between: Callable[[float, float], float]

    def after(self, attempts: int, retry_after: float | None = None) -> timedelta:
        """How long to wait after so many attempts; at least as long as the receiver asked for."""
        bound = min(self.longest, self.first * 2.0 ** min(attempts - 1, 30))
        asked = min(retry_after or 0.0, self.longest)
        return timedelta(seconds=max(self.between(0.0, bound), asked))


def settle_unsent(claim: Claim, now: datetime) -> Settlement | None:
    """Why the webhook is not to be sent at all any more; None if it is."""
    tried = claim.attempts - 1
    if now >= claim.created_at + GIVE_UP_AFTER:
        last = f"The last attempt: {claim.last_error}" if claim.last_error else "It was not tried in that time."
        return _given_up(claim, f"{_TOO_LATE} {last}", attempts=tried)
    return _given_up(claim, _CHAIN_DELETED, attempts=tried) if claim.signing_generation is None else None


def settlement_of(claim: Claim, attempt: Attempt, now: datetime, pauses: Pauses) -> Settlement:
    """What an attempt leads to."""
    match attempt:
        case Delivered(status=status):
            return _settlement(claim, DeliveryStatus.DELIVERED, delivered_at=now, last_status=status)
        case Refused(reason=reason, status=status):
            return _given_up(claim, f"Given up: {reason}", last_status=status)
        case Failed(reason=reason, status=status, retry_after=asked):
            again = min(now + pauses.after(claim.attempts, asked), claim.created_at + GIVE_UP_AFTER)
            return _settlement(claim, next_attempt_at=again, last_status=status, last_error=reason)
        case Interrupted(reason=reason):
            return _settlement(claim, next_attempt_at=now, last_error=reason)


def _given_up(claim: Claim, reason: str, *, last_status: int | None = None, attempts: int | None = None) -> Settlement:
    return _settlement(claim, DeliveryStatus.GIVEN_UP, last_status=last_status, last_error=reason, attempts=attempts)


def _settlement(
    claim: Claim,
    status: DeliveryStatus = DeliveryStatus.PENDING,
    *,
    next_attempt_at: datetime | None = None,
    delivered_at: datetime | None = None,
    last_status: int | None = None,
    last_error: str | None = None,
    attempts: int | None = None,
) -> Settlement:
    return Settlement(
        claim,
        status,
        next_attempt_at,
        delivered_at,
        last_status,
        last_error,
        claim.attempts if attempts is None else attempts,
    )
