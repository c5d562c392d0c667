"""The outbox's books: which webhooks are taken next, which are under way, and what became of them."""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from ss_admin.backend.rule_chains.outbox import claims
from ss_admin.backend.rule_chains.outbox.attempts import Attempt
from ss_admin.backend.rule_chains.outbox.claims import Claim, DueDelivery, Settlement
from ss_admin.backend.rule_chains.outbox.schedule import Pauses, settle_unsent, settlement_of
from ss_admin.backend.store.engine import Store
from ss_admin.contract.executions import DeliveryStatus

__all__ = ["POLL_SECONDS", "Books", "host_of"]

_log = logging.getLogger(__name__)

POLL_SECONDS = 5.0
"""How often the outbox is looked through unasked: other housekeepers write into it, and leases of dead ones run out."""

_FAR_LOOK_REST = 5.0
"""Looking past the queues of hosts that have their share takes longer the longer those are; so many times as long as
the last look took, only the front is looked at."""

_PAGE = 100
_MAX_PAGES = 20


@dataclass(frozen=True)
class _Shares:
    """How many webhooks are under way to each host and of each tenant."""

    hosts: Counter[str]
    tenants: Counter[str]

    def take(self, due: DueDelivery) -> None:
        """One more."""
        self.hosts[host_of(due.url)] += 1
        self.tenants[due.tenant_id] += 1


class Books:
    """`turn` is for one thread; `note` may be called from any.

    At most `places` are under way, `per_host` of them to a host and `per_tenant` of a tenant: no slow host holds up the
    others, and no tenant's hosts those of other tenants. `takes_over`: nobody else can hold a lease, so what a process
    before this one held is free again at once.
    """

    def __init__(
        self,
        store: Store,
        pauses: Pauses,
        *,
        places: int,
        per_host: int,
        per_tenant: int,
        lease_seconds: float,
        takes_over: bool,
    ) -> None:
        self._store = store
        self._pauses = pauses
        self._places = places
        self._per_host = per_host
        self._per_tenant = per_tenant
        self._lease = timedelta(seconds=lease_seconds)
        self._takes_over = takes_over
        self._next_far_look = 0.0
        self._owes_far_look = False
        self._lock = threading.Lock()
        self._under_way: dict[str, Claim] = {}
        self._finished: deque[Settlement] = deque()
        self._ended: Counter[DeliveryStatus] = Counter()

    def turn(self) -> tuple[list[Claim], float]:
        """Write down what is finished and take what is due, in one transaction.

        The webhooks to be sent now, and the seconds until the next one is due by itself. Raises `StoreUnavailable`;
        then nothing is taken and nothing is forgotten.
        """
        now = datetime.now(UTC)
        self._take_over()
        with self._lock:
            hosts = Counter(host_of(each.url) for each in self._under_way.values())
            tenants = Counter(each.tenant_id for each in self._under_way.values())
            settled = list(self._finished)
            busy = {*self._under_way, *(one.claim.id for one in settled)}
        with self._store.reading() as session:
            due = self._find_startable(session, now, _Shares(hosts, tenants), busy)
            soonest = claims.next_due(session, now)
        taken: list[Claim] = []
        unsent: list[Settlement] = []
        if settled or due:
            with self._store.writing() as session:
                _settle_all(session, settled)
                taken = claims.claim(session, due, now, now + self._lease)
                unsent = [one for one in (settle_unsent(each, now) for each in taken) if one is not None]
                _settle_all(session, unsent)
        self._forget(settled, unsent)
        never = {one.claim.id for one in unsent}
        begun = [each for each in taken if each.id not in never]
        with self._lock:
            self._under_way.update({each.id: each for each in begun})
        upcoming = [soonest, *(one.next_attempt_at for one in settled)]
        return begun, 0.0 if unsent else min(_seconds_until(upcoming, now), self._rest_left())

    def _rest_left(self) -> float:
        return max(0.0, self._next_far_look - time.monotonic()) if self._owes_far_look else POLL_SECONDS

    def note(self, claim: Claim, attempt: Attempt) -> None:
        """An attempt has ended; the next turn writes it down."""
        settlement = settlement_of(claim, attempt, datetime.now(UTC), self._pauses)
        with self._lock:
            self._finished.append(settlement)
            self._under_way.pop(claim.id, None)

    def write_down(self) -> None:
        """Write down what is finished, and take nothing more. Raises `StoreUnavailable`."""
        with self._lock:
            settled = list(self._finished)
        if settled:
            with self._store.writing() as session:
                _settle_all(session, settled)
            self._forget(settled, [])

    def ended_count(self, status: DeliveryStatus) -> int:
        """How many attempts led to this status; pending: those that are to be repeated."""
        with self._lock:
            return self._ended[status]

    def _take_over(self) -> None:
        if self._takes_over:
            with self._store.writing() as session:
                claims.release_all_leases(session)
            self._takes_over = False

    def _find_startable(self, session: Session, now: datetime, shares: "_Shares", busy: Collection[str]) -> list[str]:
        """Ids of due webhooks that have a place: a long queue is passed over once its host or tenant has its share."""
        found: list[str] = []
        full_urls: set[str] = set()
        full_tenants: set[str] = set()
        room = self._places - shares.hosts.total()
        began = time.monotonic()
        rests = began < self._next_far_look
        self._owes_far_look = False
        for number in range(_MAX_PAGES):
            if room <= len(found):
                break
            if rests and number > 0:
                self._owes_far_look = True
                break
            page = claims.find_due(
                session,
                now,
                limit=_PAGE,
                except_ids={*busy, *found},
                except_urls=full_urls,
                except_tenants=full_tenants,
            )
            for due in page:
                if shares.tenants[due.tenant_id] >= self._per_tenant:
                    full_tenants.add(due.tenant_id)
                elif shares.hosts[host_of(due.url)] >= self._per_host:
                    full_urls.add(due.url)
                elif len(found) < room:
                    shares.take(due)
                    found.append(due.id)
            if len(page) < _PAGE:
                break
        if (full_urls or full_tenants) and not rests:
            ended = time.monotonic()
            self._next_far_look = ended + _FAR_LOOK_REST * (ended - began)
        return found

    def _forget(self, settled: Iterable[Settlement], unsent: Iterable[Settlement]) -> None:
        """They are in the database now."""
        for one in settled:
            _tell(one)
            with self._lock:
                self._finished.popleft()
                self._ended[one.status] += 1
        for one in unsent:
            _tell(one)
            with self._lock:
                self._ended[one.status] += 1


def host_of(url: str) -> str:
    """What counts as one host: several ports or users of it share its places."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def _settle_all(session: Session, settlements: Iterable[Settlement]) -> None:
    # Always in the order of the ids, so that two workers never wait for each other crosswise.
    for one in sorted(settlements, key=lambda settlement: settlement.claim.id):
        claims.settle(session, one)


def _seconds_until(upcoming: Iterable[datetime | None], now: datetime) -> float:
    seconds = ((moment - now).total_seconds() for moment in upcoming if moment is not None)
    return max(0.0, min([POLL_SECONDS, *seconds]))


def _tell(settlement: Settlement) -> None:
    """One line a settlement; the host, but never the rest of the URL: some receivers know their callers by it."""
    claim = settlement.claim
    given_up = settlement.status is DeliveryStatus.GIVEN_UP
    _log.log(
        logging.WARNING if given_up else logging.INFO,
        "webhook",
        extra={
            "outcome": settlement.status.value,
            "delivery_id": claim.id,
            "execution_id": claim.execution_id,
            "rulechain_id": claim.rulechain_id,
            "host": host_of(claim.url),
            "attempts": settlement.attempts,
            "status": settlement.last_status,
            "cause": settlement.last_error,
        },
    )
