"""The housekeeper's own process: keeps house until it is told to stop, or until the whole server is gone."""

import gc
import logging
import os
import pickle
import signal
import sys
import time
from typing import BinaryIO

from ss_admin.backend.housekeeping.housekeeping import Housekeeping, create_housekeeping
from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.settings import ConfigurationError
from ss_admin.backend.store.engine import StoreUnavailable
from ss_admin.backend.telemetry.events import begin_events
from ss_admin.backend.telemetry.logs import configure_logging

__all__ = ["PROGRAM", "STOP", "STOP_SECONDS", "main"]

_log = logging.getLogger(__name__)

PROGRAM = "from ss_admin.backend.housekeeping.process import main; main()"
"""What the process runs: of the backend it loads what keeping house takes, and no more."""

STOP = b"stop\n"
STOP_SECONDS = 15.0
"""How long its end may take; what it could not write by then stays on disk for the next start."""

_LAST_WORKERS_SECONDS = 40.0
"""How long workers that outlive their supervisor may go on answering: their drain, and a little more."""

_LOOK_SECONDS = 0.2


def main() -> None:
    """Keep house. Orders come over standard input: the settings and the spool's folder, then, some day, to stop."""
    _leave_signals_to_the_supervisor()
    orders = sys.stdin.buffer
    settings, folder = pickle.load(orders)  # noqa: S301 - from the supervisor's own hands, over a pipe
    configure_logging(settings.log_level)
    spool = Spool.join(folder)
    events = begin_events(settings.event_stream, settings.otlp_endpoint, folder)
    try:
        housekeeping = create_housekeeping(settings, spool=spool, events=events)
    except (ConfigurationError, StoreUnavailable) as fault:
        _log.error("the housekeeper cannot start: %s", fault)
        sys.exit(1)
    _collect_garbage_rarely()
    housekeeping.start()
    told = _wait(orders)
    if not told:
        _wait_for_the_last_workers(Spool.join(folder))
    _end(housekeeping)
    events.close()
    spool.close()
    logging.shutdown()
    os._exit(0)  # a delivery under way in a thread must not hold up the end


def _leave_signals_to_the_supervisor() -> None:
    """A service manager signals all processes of a service; this one is needed until the last worker is gone."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):  # what came before is dropped
        signal.pthread_sigmask(signal.SIG_SETMASK, set())


def _wait(orders: BinaryIO) -> bool:
    """Until the supervisor says stop: True. False: it is gone, and every worker that it forked while this lived."""
    return orders.read(len(STOP)) == STOP


def _wait_for_the_last_workers(spool: Spool) -> None:
    deadline = time.monotonic() + _LAST_WORKERS_SECONDS
    while time.monotonic() < deadline:
        if all(reader.is_abandoned() for reader in spool.readers()):
            break
        time.sleep(_LOOK_SECONDS)
    spool.close()


def _end(housekeeping: Housekeeping) -> None:
    left = housekeeping.close(STOP_SECONDS)
    if left:
        _log.warning(
            "the database could not be reached: calls are kept on disk and written at the next start",
            extra={"calls": left},
        )


def _collect_garbage_rarely() -> None:
    """Batches of entries are many objects and no cycles: at the usual pace, looking for some takes half of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
