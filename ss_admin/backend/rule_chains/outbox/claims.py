"""Takes webhooks out of the outbox for a while, and writes down what became of them.

Whoever sends a webhook holds a lease on it. A process that dies leaves its leases to run out; then the webhook is sent
again, with the same delivery id, since nobody knows whether the receiver got it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from ss_admin.backend.store.tables import DeliveryRow, RuleChainRow
from ss_admin.contract.executions import DeliveryStatus

__all__ = [
    "Claim",
    "DueDelivery",
    "Settlement",
    "claim",
    "find_due",
    "next_due",
    "release_all_leases",
    "settle",
]


@dataclass(frozen=True)
class DueDelivery:
    """A webhook whose time has come, and that nobody is sending."""

    id: str
    tenant_id: str
    url: str


@dataclass(frozen=True)
class Claim:
    """A webhook that is ours until `leased_until`. `attempts` counts the one that now begins.

    `signing_generation` is None where the chain has been deleted.
    """

    id: str
    tenant_id: str
    rulechain_id: str
    execution_id: str
    url: str = field(repr=False)
    body: str = field(repr=False)
    attempts: int
    created_at: datetime
    leased_until: datetime
    last_error: str | None
    signing_generation: int | None


@dataclass(frozen=True)
class Settlement:
    """What is written down after an attempt, or instead of one. It ends the lease."""

    claim: Claim
    status: DeliveryStatus
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    last_status: int | None
    last_error: str | None
    attempts: int


def find_due(
    session: Session,
    now: datetime,
    *,
    limit: int,
    except_ids: Collection[str],
    except_urls: Collection[str],
    except_tenants: Collection[str],
) -> Sequence[DueDelivery]:
    """Webhooks that are due and free, those that have waited longest first."""
    query = (
        select(DeliveryRow.id, DeliveryRow.tenant_id, DeliveryRow.url)
        .where(DeliveryRow.next_attempt_at <= now, _is_free(now))
        .order_by(DeliveryRow.next_attempt_at)
        .limit(limit)
    )
    if except_ids:
        query = query.where(DeliveryRow.id.not_in(sorted(except_ids)))
    if except_urls:
        query = query.where(DeliveryRow.url.not_in(sorted(except_urls)))
    if except_tenants:
        query = query.where(DeliveryRow.tenant_id.not_in(sorted(except_tenants)))
    return [DueDelivery(row.id, row.tenant_id, row.url) for row in session.execute(query)]


def next_due(session: Session, now: datetime) -> datetime | None:
    """When the next webhook is due after `now`."""
    return session.scalar(select(func.min(DeliveryRow.next_attempt_at)).where(DeliveryRow.next_attempt_at > now))


def claim(session: Session, ids: Collection[str], now: datetime, until: datetime) -> list[Claim]:
    """Lease those of the webhooks that are still free. Workers that want the same ones do not wait for each other."""
    if not ids:
        return []
    free = select(DeliveryRow.id).where(
        DeliveryRow.id.in_(sorted(ids)), DeliveryRow.next_attempt_at.is_not(None), _is_free(now)
    )
    taken = (
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id.in_(free.with_for_update(skip_locked=True)))
            .values(leased_until=until, attempts=DeliveryRow.attempts + 1)
            .returning(
                DeliveryRow.id,
                DeliveryRow.tenant_id,
                DeliveryRow.rulechain_id,
                DeliveryRow.execution_id,
                DeliveryRow.url,
                DeliveryRow.body,
                DeliveryRow.attempts,
                DeliveryRow.created_at,
                DeliveryRow.last_error,
            )
            .execution_options(synchronize_session=False)
        )
        .mappings()
        .all()
    )
    chains = {row["rulechain_id"] for row in taken}
    generations = select(RuleChainRow.id, RuleChainRow.signing_generation).where(RuleChainRow.id.in_(sorted(chains)))
    generation_of = {row.id: row.signing_generation for row in session.execute(generations)}
    return [
        Claim(**row, leased_until=until, signing_generation=generation_of.get(row["rulechain_id"])) for row in taken
    ]


def settle(session: Session, settlement: Settlement) -> None:
    """Write down what became of a webhook.

    A lease that ran out meanwhile may have passed the webhook on to another process. Then only one thing is still true
    and worth writing: that it was delivered.
    """
    claimed = settlement.claim
    is_ours: ColumnElement[bool] = DeliveryRow.leased_until == claimed.leased_until
    is_new = DeliveryRow.status != DeliveryStatus.DELIVERED
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == claimed.id, is_new if settlement.status is DeliveryStatus.DELIVERED else is_ours)
        .values(
            status=settlement.status,
            attempts=settlement.attempts,
            next_attempt_at=settlement.next_attempt_at,
            leased_until=None,
            delivered_at=settlement.delivered_at,
            last_status=settlement.last_status,
            last_error=settlement.last_error,
        )
        .execution_options(synchronize_session=False)
    )


def release_all_leases(session: Session) -> None:
    """Free every webhook: for the only process on a database, when it begins, whatever the one before it held."""
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.next_attempt_at.is_not(None), DeliveryRow.leased_until.is_not(None))
        .values(leased_until=None)
        .execution_options(synchronize_session=False)
    )


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(DeliveryRow.leased_until.is_(None), DeliveryRow.leased_until <= now)
