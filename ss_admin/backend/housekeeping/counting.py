"""What the housekeeper counts, for `/metrics`: webhooks, what waits in the journals, and how far behind it is."""

import secrets
import time
from pathlib import Path

from ss_admin.backend.housekeeping.dead_letters import DeadLetters
from ss_admin.backend.housekeeping.drain import Drain
from ss_admin.backend.housekeeping.sources import Rest, Sources
from ss_admin.backend.rule_chains.outbox.outbox import Outbox
from ss_admin.backend.telemetry.events import Events
from ss_admin.backend.telemetry.own_numbers import OwnNumbers
from ss_admin.backend.telemetry.snapshots import Numbers, Snapshot
from ss_admin.contract.executions import DeliveryStatus

__all__ = ["HousekeeperCounting"]

_WEBHOOK_COUNTERS = {
    "ss_webhooks_delivered_total": DeliveryStatus.DELIVERED,
    "ss_webhooks_given_up_total": DeliveryStatus.GIVEN_UP,
    "ss_webhook_retries_total": DeliveryStatus.PENDING,
}
_COUNT_SECONDS = 0.02


class HousekeeperCounting:
    """`look` is for the drain's thread, where journals may be read; the rest is gathered in a thread of its own."""

    def __init__(
        self, spool_folder: Path, sources: Sources, outbox: Outbox, dead_letters: DeadLetters, events: Events | None
    ) -> None:
        self._process = f"housekeeper-{secrets.token_hex(8)}"
        self._sources = sources
        self._outbox = outbox
        self._dead_letters = dead_letters
        self._events = events
        self._drain: Drain | None = None
        self._rest = Rest()
        self.numbers = OwnNumbers(
            spool_folder, self._process, "housekeeper", counters=self._counters, gauges=self._gauges
        )

    def follow(self, drain: Drain) -> None:
        """Tell of this drain; before the start."""
        self._drain = drain

    def look(self) -> None:
        """See what waits, and add up what workers that are gone have counted. Raises `OSError`."""
        self._rest = self._sources.count_rest(time.monotonic() + _COUNT_SECONDS)
        self.numbers.fold(self._is_gone)

    def _is_gone(self, process: str, snapshot: Snapshot) -> bool:
        """A worker's numbers have the name of its journal; of housekeepers there is one at a time."""
        if snapshot.role == "worker":
            return not self._sources.is_written(process)
        return process != self._process

    def _counters(self) -> Numbers:
        ended = {name: {"": self._outbox.ended_count(status)} for name, status in _WEBHOOK_COUNTERS.items()}
        return {
            **ended,
            "ss_housekeeper_starts_total": {"": 1},
            "ss_journal_unstorable_total": {"": self._dead_letters.kept},
            "ss_event_lines_dropped_total": {} if self._events is None else self._events.dropped(),
        }

    def _gauges(self) -> Numbers:
        return {
            "ss_journal_waiting_entries": {"": self._rest.entries},
            "ss_journal_waiting_bytes": {"": self._rest.bytes},
            "ss_journal_lag_seconds": {"": 0 if self._drain is None else self._drain.lag_seconds},
        }
