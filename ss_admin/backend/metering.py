"""What a worker counts, gathered from its parts, and `/metrics` for the whole server."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ss_admin.backend.gateway.counters import CallCounters
from ss_admin.backend.gateway.known_keys.known_keys import KnownKeys
from ss_admin.backend.gateway.limits.decisions import Limiter
from ss_admin.backend.journal.writer import JournalWriter
from ss_admin.backend.propagation.watch import ChangeWatch
from ss_admin.backend.telemetry.events import Events
from ss_admin.backend.telemetry.metrics import RequestCounters, render_metrics
from ss_admin.backend.telemetry.own_numbers import OwnNumbers
from ss_admin.backend.telemetry.snapshots import Numbers, Snapshot
from ss_admin.backend.telemetry.store_gauges import NEWEST_CHANGE

__all__ = ["WorkerParts", "own_numbers", "server_metrics"]

_REVISION = "revision"
"""Not a metric itself: the last change that a worker acts on."""


@dataclass(frozen=True)
class WorkerParts:
    """The parts of a worker that count."""

    calls: CallCounters
    requests: RequestCounters
    known_keys: KnownKeys
    limiter: Limiter
    journal: JournalWriter
    watch: ChangeWatch
    events: Events | None

    def counters(self) -> Numbers:
        """Numbers that only grow."""
        limiter = self.limiter.standing()
        return {
            **self.requests.numbers(),
            "ss_worker_starts_total": {"": 1},
            "ss_partner_calls_total": self.calls.calls_by_code(),
            "ss_partner_call_seconds": self.calls.durations(),
            "ss_limiter_outages_total": {"": limiter.outages},
            "ss_limiter_redis_questions_total": {"": limiter.questions},
            "ss_known_key_lookups_total": {"": self.known_keys.lookups},
            "ss_journal_given_up_total": {"": self.journal.given_up},
            "ss_event_lines_dropped_total": {} if self.events is None else self.events.dropped(),
        }

    def gauges(self) -> Numbers:
        """Numbers of this moment."""
        lost_at = self.watch.lost_at
        return {
            "ss_limiter_degraded": {"": self.limiter.standing().is_lost},
            "ss_known_keys": {"": self.known_keys.kept},
            "ss_changes_unseen_seconds": {"": 0 if lost_at is None else time.monotonic() - lost_at},
            _REVISION: {"": self.watch.revision},
        }


def own_numbers(spool_folder: Path, parts: WorkerParts) -> OwnNumbers:
    """This worker's numbers, under the name of its journal."""
    return OwnNumbers(spool_folder, parts.journal.id, "worker", counters=parts.counters, gauges=parts.gauges)


def server_metrics(own: OwnNumbers, of_the_store: Callable[[], Numbers]) -> str:
    """`/metrics` of all processes of this server. What the store tells is asked first: it may take a moment."""
    found = dict(of_the_store())
    newest = found.pop(NEWEST_CHANGE, None)
    snapshots = own.of_all()
    if newest is not None:
        found["ss_changes_behind"] = {"": _behind(newest[""], snapshots)}
    return render_metrics(snapshots, found)


def _behind(newest: float, snapshots: list[Snapshot]) -> float:
    revisions = [
        snapshot.gauges[_REVISION][""] for snapshot in snapshots if snapshot.is_live and _REVISION in snapshot.gauges
    ]
    return max(newest - min(revisions), 0)
