"""Signals for tests of the screens: sample signals, and a client that holds as many as a test wants."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ss_admin.client.errors import ClientError
from ss_admin.client.signals import SignalQuery
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.signals import (
    Acknowledgement,
    Severity,
    Signal,
    SignalCounts,
    SignalKey,
    SignalKind,
    SignalPage,
)
from tests.support.sample_keys import not_found, version_conflict

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def sample_signal(number: int, kind: SignalKind = SignalKind.NEVER_EXPIRES, **changes: object) -> Signal:
    """Signal `number`, of key `number`; the same number always gives the same signal."""
    is_deleted = bool(changes.pop("is_deleted", False))
    name = str(changes.pop("key_name", f"Integration {number}"))
    masked = f"ss_{number % 10000:04}…abcd"
    values: dict[str, object] = {
        "id": f"signal-{number}",
        "kind": kind,
        "severity": Severity.NOTE,
        "api_key": SignalKey(id=f"key-{number}", name=name, masked_key=masked, is_deleted=is_deleted),
        "since": NOW - timedelta(days=3),
        "evidence_at": NOW - timedelta(hours=2),
        "evidence": f"Created on 2026-08-{number % 28 + 1:02}, without an expiry date.",
        "facts": {},
        "acknowledged": None,
    }
    return Signal.model_validate(values | changes)


@dataclass
class SampleSignals:
    """Stands in for `SignalsClient` where a screen is shown without a backend."""

    signals: list[Signal] = field(default_factory=list)
    fail_with: ClientError | None = None
    notes: list[tuple[str, str]] = field(default_factory=list)

    def list_page(
        self, query: SignalQuery, *, limit: int = 100, cursor: str | None = None, offset: int | None = None
    ) -> SignalPage:
        self._answer()
        found = [
            signal
            for signal in self.signals
            if query.kind in {None, signal.kind}
            and query.api_key_id in {None, signal.api_key.id}
            and query.acknowledged in {None, signal.acknowledged is not None}
        ]
        start = int(cursor) if cursor is not None else offset or 0
        end = min(start + limit, len(found))
        return SignalPage(items=found[start:end], next_cursor=str(end) if end < len(found) else None, total=len(found))

    def counts(self) -> SignalCounts:
        self._answer()
        is_open = [signal for signal in self.signals if signal.acknowledged is None]
        by_kind = Counter(signal.kind for signal in is_open)
        deleted = [signal for signal in is_open if signal.api_key.is_deleted]
        return SignalCounts(
            api_keys=len({signal.api_key.id for signal in is_open}),
            by_kind=dict(by_kind),
            deleted_api_keys=len({signal.api_key.id for signal in deleted}),
            deleted_by_kind=dict(Counter(signal.kind for signal in deleted)),
        )

    def acknowledge(self, signal_id: str, note: str = "", *, evidence_at: datetime | None = None) -> Signal:
        self._answer()
        for place, signal in enumerate(self.signals):
            if signal.id == signal_id:
                if evidence_at is not None and signal.evidence_at > evidence_at:
                    raise version_conflict()
                seen = Acknowledgement(at=NOW, by=ObjectRef(id="user-0", name="Ada Admin"), note=note)
                self.signals[place] = signal.model_copy(update={"acknowledged": signal.acknowledged or seen})
                self.notes.append((signal_id, note))
                return self.signals[place]
        raise not_found()

    def _answer(self) -> None:
        if self.fail_with is not None:
            raise self.fail_with
