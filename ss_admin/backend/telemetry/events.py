"""Where events go: to standard output, and by OTLP where that is set; beside the log, which is on standard error.

Partners' calls come from the housekeeping as finished lines; the admin API's requests and the audit trail's entries
come from two loggers. Whoever serves opens one `Events` in each of its processes.
"""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from ss_admin.backend.telemetry.event_lines import AUDIT_LOGGER, EVENT_LOGGERS, line_of_record
from ss_admin.backend.telemetry.event_stream import EventStream
from ss_admin.backend.telemetry.outlet import Outlet

__all__ = ["Events", "begin_events", "let_events_out"]

_ANNOUNCED = "announced"


class Events:
    """All outlets of this process, by name."""

    def __init__(self, outlets: Mapping[str, Outlet]) -> None:
        self._outlets = outlets
        self._handler = _EventHandler(self.put)

    def take_from_loggers(self) -> None:
        """Have the records of `EVENT_LOGGERS` come here, and not into the log. Once, in a process that serves."""
        for name in EVENT_LOGGERS:
            logger = logging.getLogger(name)
            logger.addHandler(self._handler)
            logger.propagate = False
        logging.getLogger(AUDIT_LOGGER).setLevel(logging.INFO)  # however little is asked for of the rest

    def put(self, lines: Sequence[bytes]) -> None:
        """Hand lines to every outlet; returns at once."""
        for outlet in self._outlets.values():
            outlet.put(lines)

    def dropped(self) -> Mapping[str, int]:
        """How many lines each outlet left out since the start."""
        return {name: outlet.dropped for name, outlet in self._outlets.items()}

    def close(self) -> None:
        """Carry away what waits, within seconds. Idempotent."""
        for name in EVENT_LOGGERS:
            logging.getLogger(name).removeHandler(self._handler)
        for outlet in self._outlets.values():
            outlet.close()


def begin_events(stream: Literal["stdout", "off"], otlp_endpoint: str | None, spool_folder: Path) -> Events:
    """The outlets of this process of a server, which was forked already.

    Nothing goes to standard output before the server's URL stands there: `let_events_out` says when.
    """
    outlets: dict[str, Outlet] = {}
    if stream == "stdout" and sys.stdout is not None:
        outlets["stdout"] = EventStream(sys.stdout.fileno(), may_begin=(spool_folder / _ANNOUNCED).exists)
    if otlp_endpoint is not None:
        from ss_admin.backend.telemetry.otlp import OtlpEvents  # noqa: PLC0415 - slow to load, and mostly not wanted

        outlets["otlp"] = OtlpEvents(otlp_endpoint)
    events = Events(outlets)
    events.take_from_loggers()
    return events


def let_events_out(spool_folder: Path) -> None:
    """The URL has been announced: the server's processes may write to standard output from now on."""
    (spool_folder / _ANNOUNCED).touch(mode=0o600)


class _EventHandler(logging.Handler):
    def __init__(self, put: Callable[[Sequence[bytes]], None]) -> None:
        super().__init__()
        self._put = put

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._put([line_of_record(record)])
        except Exception:  # noqa: BLE001 - a line that cannot be made must not fail the request that it tells of
            self.handleError(record)
