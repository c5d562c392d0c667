"""Signals: what is worth attention about the keys, how many keys have some, and that somebody has seen to one."""

from dataclasses import dataclass
from datetime import datetime

from ss_admin.client.connection import Connection, path_segment
from ss_admin.contract.signals import Signal, SignalAcknowledgement, SignalCounts, SignalKind, SignalPage

__all__ = ["SignalQuery", "SignalsClient"]

_SIGNALS = "/api/v1/signals"


@dataclass(frozen=True)
class SignalQuery:
    """Which signals are asked for; None filters nothing: `acknowledged` False gives the open ones alone."""

    api_key_id: str | None = None
    kind: SignalKind | None = None
    acknowledged: bool | None = None

    def to_params(self) -> dict[str, str | int | None]:
        """The query parameters."""
        return {
            "api_key_id": self.api_key_id,
            "kind": self.kind.value if self.kind else None,
            "acknowledged": None if self.acknowledged is None else str(self.acknowledged).lower(),
        }


class SignalsClient:
    """The signals of the signed-in person's tenant. Every method raises `ClientError`s."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list_page(
        self, query: SignalQuery, *, limit: int = 100, cursor: str | None = None, offset: int | None = None
    ) -> SignalPage:
        """One page, gravest first, then newest evidence: the first, the one at `cursor`, or the one `offset` down."""
        params = {**query.to_params(), "limit": limit, "cursor": cursor, "offset": offset}
        return self._connection.request("GET", _SIGNALS, params=params).read_as(SignalPage)

    def counts(self) -> SignalCounts:
        """How many keys have an open signal, altogether and by kind."""
        return self._connection.request("GET", f"{_SIGNALS}/counts").read_as(SignalCounts)

    def acknowledge(self, signal_id: str, note: str = "", *, evidence_at: datetime | None = None) -> Signal:
        """Notes that somebody has seen to it, and gives back the signal as it is now.

        `evidence_at`: of the signal as it was shown. Somebody else's acknowledgement of the same evidence stays: look
        whose is in the answer. Raises `VersionConflict` (newer evidence has come since), `NotFound` (also where the
        cause has gone meanwhile), `ValidationFailed` and `OutcomeUnknown`.
        """
        order = SignalAcknowledgement(note=note, evidence_at=evidence_at)
        path = f"{_SIGNALS}/{path_segment(signal_id)}/acknowledge"
        return self._connection.request("POST", path, body=order).read_as(Signal)
