"""Ends the connections of clients whose bodies come too slowly: each holds one of the worker's threads meanwhile.

A read counts from when it was first seen. It is overdue after 10 s, unless its bytes keep coming fast enough; after 1 s
if its address has more than 32 of them, or if half of the threads read; at once if nearly all do. Then whoever is cut
off comes again at once, and good partners would wait behind: addresses with several of the overdue ones are unwelcome
for some seconds, and their requests refused before their bodies are read.
"""

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, NamedTuple

from ss_admin.backend.gateway.body_reads import BODY_ENDED, BodyReads
from ss_admin.backend.server.connections import (
    CAN_SEE_CONNECTIONS,
    Connection,
    connections_from,
    end_connection,
)

__all__ = ["Read", "SlowClients", "overdue_reads"]

_log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
HURRY_SECONDS = 0.1
"""Between two looks, and the patience, where nearly all threads read: every other call waits for one of them."""

PATIENCE_SECONDS = 10.0
SLOWEST_BYTES_PER_SECOND = 10 * 1024
"""A body that comes faster may take longer than the patience: as long as the largest one takes at this rate."""

CROWDED_SECONDS = 1.0
"""The patience where one address has more than `READS_PER_ADDRESS`, or more than half of the threads read."""

READS_PER_ADDRESS = 32
UNWELCOME_READS = 4
"""Overdue reads of one address that make it unwelcome while nearly all threads read."""

UNWELCOME_SECONDS = 10.0
_WATCHED_SECONDS = 0.5
_OWED_SHARE = 0.8
"""Of the time of a read, its connection has been owed an answer for so much at least; it is looked at only later."""

_SILENT_LONGER_SECONDS = 5.0
_TELL_SECONDS = 10.0
_ENDED_AT_ONCE = 10
_BREATH_SECONDS = 0.002
"""Ending hundreds of connections wakes as many threads: calls go on between."""

Network = IPv4Network | IPv6Network
Peer = tuple[str, int]


class Read(NamedTuple):
    """A body that is being read: of which request, from which address, and for how many seconds."""

    environ: dict[str, Any]
    address: str
    seconds: float


def overdue_reads(reads: Iterable[Read], *, threads: int, may_crowd: Callable[[str], bool]) -> list[Read]:
    """Those that have lasted too long, the longest first. `may_crowd`: an address that has many clients behind it.

    Where more than half of the threads read, those above the half that have to go are of the busiest addresses.
    """
    by_address: dict[str, list[Read]] = defaultdict(list)
    for read in sorted(reads, key=lambda read: -read.seconds):
        by_address[read.address].append(read)
    total = sum(map(len, by_address.values()))
    crowds_patience = HURRY_SECONDS if _nearly_all(total, threads) else CROWDED_SECONDS
    overdue = []
    for address, theirs in by_address.items():
        crowds = len(theirs) > READS_PER_ADDRESS and not may_crowd(address)
        patience = crowds_patience if crowds else PATIENCE_SECONDS
        overdue += [read for read in theirs if read.seconds >= patience]
    too_many = total - threads // 2 - len(overdue)
    if too_many > 0:
        busiest_first = sorted(by_address.values(), key=lambda theirs: -len(theirs))
        taken = {id(read.environ) for read in overdue}
        others = [read for theirs in busiest_first for read in theirs if id(read.environ) not in taken]
        overdue += [read for read in others if read.seconds >= crowds_patience][:too_many]
    return sorted(overdue, key=lambda read: -read.seconds)


def _nearly_all(reads: int, threads: int) -> bool:
    return reads > 0.9 * threads


class SlowClients(threading.Thread):
    """Looks four times a second. On Linux only: elsewhere a process cannot see its connections."""

    def __init__(
        self,
        reads: BodyReads,
        *,
        threads: int,
        max_body_bytes: int,
        trusted: Collection[Network] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="slow-clients", daemon=True)
        self.ended = 0
        self._reads = reads
        self._threads = threads
        self._longest_seconds = PATIENCE_SECONDS + max_body_bytes / SLOWEST_BYTES_PER_SECOND
        self._trusted = trusted
        self._clock = clock
        self._since: dict[int, tuple[dict[str, Any], float]] = {}
        self._owed: dict[Peer, tuple[float, int]] = {}
        self._unwelcome_until: dict[str, float] = {}
        self._told_at = 0.0
        self._untold: Counter[str] = Counter()
        self._pause = LOOK_SECONDS
        self._stopping = threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        while CAN_SEE_CONNECTIONS and not self._stopping.wait(self._pause):
            try:
                self.look()
            except Exception:  # noqa: BLE001 - whatever it was, the next look may fare better
                _log.exception("the look for slow clients failed")

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()

    def look(self) -> None:
        """End what is overdue now."""
        reads = self._reads_now()
        self._pause = HURRY_SECONDS if len(reads) > 0.5 * self._threads else LOOK_SECONDS
        watched = {read.address for read in reads if read.seconds >= _WATCHED_SECONDS}
        overdue = overdue_reads(reads, threads=self._threads, may_crowd=self._may_crowd)
        self._welcome(overdue if _nearly_all(len(reads), self._threads) else ())
        watched |= {read.address for read in overdue}
        if not watched:
            self._owed.clear()
            self._tell()
            return
        now = self._clock()
        connections = list(connections_from(watched))
        known, self._owed = self._owed, {}
        for connection in connections:
            if connection.is_owed:
                self._owed[connection.peer] = known.get(connection.peer, (now, connection.received_bytes))
        overdue_of, connections_of = defaultdict(list), defaultdict(list)
        for read in overdue:
            overdue_of[read.address].append(read)
        for connection in connections:
            connections_of[connection.peer[0]].append(connection)
        for address, theirs in overdue_of.items():
            self._end(theirs, connections_of[address], known)
        self._tell()

    def _reads_now(self) -> list[Read]:
        now = self._clock()
        since = {}
        reads = []
        for environ in self._reads.look():
            kept = self._since.get(id(environ))
            begun = kept[1] if kept is not None and kept[0] is environ else now
            since[id(environ)] = (environ, begun)
            reads.append(Read(environ, str(environ.get("REMOTE_ADDR", "")), now - begun))
        self._since = since
        return reads

    def _welcome(self, overdue: Iterable[Read]) -> None:
        """Whoever holds the threads with these reads is unwelcome from now on, for a while."""
        now, until = self._clock(), self._unwelcome_until
        for address, number in Counter(read.address for read in overdue).items():
            if number >= UNWELCOME_READS and not self._may_crowd(address):
                until[address] = now + UNWELCOME_SECONDS
        self._unwelcome_until = {address: end for address, end in until.items() if end > now}
        if self._reads.unwelcome != self._unwelcome_until.keys():
            self._reads.unwelcome = frozenset(self._unwelcome_until)

    def _may_crowd(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)

    def _end(
        self, reads: Sequence[Read], connections: Sequence[Connection], known: dict[Peer, tuple[float, int]]
    ) -> None:
        """As many of an address's connections as it has overdue reads; which of them they are, their behaviour tells.

        A connection that is read from is owed an answer at two looks, and for about as long as the read lasts: a
        neighbour who was silent for long and has just sent a call is not. One that only idles is taken if the read is
        still there seconds later: an earlier answer may hide what it does.
        """
        least = reads[-1].seconds
        silent = [each for each in connections if each.silent_seconds >= least - HURRY_SECONDS / 2]
        suspects = [
            each
            for each in silent
            if each.peer in known
            and self._owed_seconds(each, known[each.peer][0]) >= least * _OWED_SHARE - HURRY_SECONDS / 2
        ]
        slow = [each for each in suspects if not self._comes_fast(each, known[each.peer], reads[0].seconds)]
        slow.sort(key=lambda each: -self._owed_seconds(each, known[each.peer][0]))
        lasting = sum(read.seconds > PATIENCE_SECONDS + _SILENT_LONGER_SECONDS for read in reads)
        hidden = [each for each in silent if not each.is_owed][: max(lasting - len(suspects), 0)]
        chosen = (slow + hidden)[: len(reads)]
        for read in reads if chosen else ():
            read.environ[BODY_ENDED] = True  # before the end, so that who reads knows that the body was cut
        for number, connection in enumerate(chosen):
            if number % _ENDED_AT_ONCE == _ENDED_AT_ONCE - 1:
                time.sleep(_BREATH_SECONDS)
            if end_connection(connection):
                self.ended += 1
                self._untold[connection.peer[0]] += 1

    def _owed_seconds(self, connection: Connection, since: float) -> float:
        """How long it has been owed an answer, at least; `since`: when it was first seen so. 0: it is owed none."""
        if not connection.is_owed:
            return 0.0
        return min(connection.silent_seconds, max(self._clock() - since, connection.waiting_seconds))

    def _comes_fast(self, connection: Connection, first: tuple[float, int], seconds: float) -> bool:
        since, bytes_then = first
        rate = (connection.received_bytes - bytes_then) / max(self._clock() - since, HURRY_SECONDS)
        return rate >= SLOWEST_BYTES_PER_SECOND and seconds < self._longest_seconds

    def _tell(self) -> None:
        """One line for a burst."""
        if self._untold and self._clock() - self._told_at >= _TELL_SECONDS:
            self._told_at = self._clock()
            _log.warning(
                "clients that sent their bodies too slowly were cut off",
                extra={"clients": self._untold.total(), "addresses": [name for name, _ in self._untold.most_common(5)]},
            )
            self._untold.clear()
