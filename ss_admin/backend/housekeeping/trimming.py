"""Trims the history of use and the order of changes: what is too old goes, little by little, in a thread of its own."""

import logging
import threading
import time

from sqlalchemy import delete, func, select

from ss_admin.backend.propagation.trimming import trim_changes
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.tables import AddressRefusalRow, ApiKeyMinuteRow

__all__ = ["ADDRESS_REFUSAL_DAYS", "API_KEY_MINUTE_DAYS", "HistoryTrimmer", "trim_history"]

_log = logging.getLogger(__name__)

API_KEY_MINUTE_DAYS = 400
ADDRESS_REFUSAL_DAYS = 30

INTERVAL_SECONDS = 60.0
_MINUTES_PER_DAY = 1440
_PAUSE_SECONDS = 0.05


class HistoryTrimmer:
    """Trims every minute. Nothing goes before `start`."""

    def __init__(self, store: Store, *, interval_seconds: float = INTERVAL_SECONDS) -> None:
        self._store = store
        self._interval_seconds = interval_seconds
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._trim_regularly, name="history-trimmer", daemon=True)

    def start(self) -> None:
        """Begin; the first trimming is at once."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the transaction that is under way. Idempotent, also where it was never started."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def _trim_regularly(self) -> None:
        while not self._closing.is_set():
            try:
                trim_changes(self._store)
                while trim_history(self._store) and not self._closing.wait(_PAUSE_SECONDS):
                    pass
            except StoreUnavailable:
                _log.debug("the history could not be trimmed; it is tried again")
            except Exception:  # noqa: BLE001 - the thread must outlive a bug; trimming is tried again
                _log.exception("the history could not be trimmed")
            self._closing.wait(self._interval_seconds)


def trim_history(store: Store) -> int:
    """Remove the oldest minute of what is too old, in short transactions; how many minutes. Raises `StoreUnavailable`.

    To be called again until it is none.
    """
    now = int(time.time()) // 60
    trimmed = 0
    for column, days in (
        (ApiKeyMinuteRow.minute, API_KEY_MINUTE_DAYS),
        (AddressRefusalRow.minute, ADDRESS_REFUSAL_DAYS),
    ):
        with store.reading() as session:
            oldest = session.scalar(select(func.min(column)))
        if oldest is None or oldest >= now - days * _MINUTES_PER_DAY:
            continue
        with store.writing() as session:
            gone = delete(column.class_).where(column == oldest)
            session.execute(gone.execution_options(synchronize_session=False))
        trimmed += 1
    return trimmed
