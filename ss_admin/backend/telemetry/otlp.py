"""Sends event lines by OTLP over HTTP to whoever keeps logs, such as Loki, and holds nobody up.

A line's fields travel as attributes under the same names, which Loki keeps as structured metadata; its labels come from
the resource alone: one service name, whatever the number of keys. A thread of its own sends. While the receiver is
away or slow, lines wait in a bounded queue, what comes then is dropped and counted, and the log gets one line when that
begins and one when it ends. Nothing is sent twice by us, and a batch that could not be sent is dropped: what must not
be lost stands in the database.
"""

import logging
import socket
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from typing_extensions import override

from ss_admin import __version__
from ss_admin.backend.telemetry.outlet import Outlet

__all__ = ["MOST_WAITING_BYTES", "SERVICE_NAME", "OtlpEvents", "logs_url", "records_of"]

_log = logging.getLogger(__name__)

SERVICE_NAME = "signalsync"
MOST_WAITING_BYTES = 4 * 1024 * 1024

_LOGS_PATH = "/v1/logs"
_BATCH_LINES = 512
_LINGER_SECONDS = 1.0
_TIMEOUT_SECONDS = 5.0
_AGAIN_SECONDS = 5.0
_END_SECONDS = 2.0

_SEVERITIES: Mapping[str, SeverityNumber] = {
    "DEBUG": SeverityNumber.DEBUG,
    "INFO": SeverityNumber.INFO,
    "WARNING": SeverityNumber.WARN,
    "ERROR": SeverityNumber.ERROR,
}
_SCOPE = InstrumentationScope("ss_admin.backend", __version__)


def logs_url(endpoint: str) -> str:
    """Where logs go: the endpoint as it is set, such as `http://loki:3100/otlp`, with OTLP's own path behind it."""
    base = endpoint.rstrip("/")
    return base if base.endswith(_LOGS_PATH) else base + _LOGS_PATH


class OtlpEvents(Outlet):
    """Headers, certificates and attributes of the resource may be given as `OTEL_…` variables, as everywhere else."""

    def __init__(
        self, endpoint: str, *, most_waiting_bytes: int = MOST_WAITING_BYTES, again_seconds: float = _AGAIN_SECONDS
    ) -> None:
        self._resource = Resource(
            {"service.name": SERVICE_NAME, "service.version": __version__, "host.name": socket.gethostname()}
        ).merge(OTELResourceDetector().detect())
        self._exporter = OTLPLogExporter(
            endpoint=logs_url(endpoint), timeout=_TIMEOUT_SECONDS, compression=Compression.Gzip
        )
        self._again_seconds = again_seconds
        self._is_away = self._is_shut = False
        super().__init__(name="otlp-events", most_waiting_bytes=most_waiting_bytes, end_seconds=_END_SECONDS)

    @override
    def close(self) -> None:
        """Send what waits, for two seconds at most; a receiver that is away is tried no more. Idempotent."""
        self._waiting.close()
        if self._is_away:
            self._shut_exporter()
        super().close()

    @override
    def _run(self) -> None:
        while lines := self._waiting.take(_BATCH_LINES, linger=_LINGER_SECONDS):
            if self._send(lines):
                self._tell(is_away=False)
                continue
            self._waiting.give_up(len(lines))
            if self._waiting.is_closed:
                break
            self._tell(is_away=True)
            self._waiting.pause(self._again_seconds)
        self._shut_exporter()

    def _shut_exporter(self) -> None:
        """End its waiting between two tries, too."""
        if not self._is_shut:
            self._is_shut = True
            self._exporter.shutdown()  # type: ignore[no-untyped-call]

    def _send(self, lines: Sequence[bytes]) -> bool:
        try:
            return self._exporter.export(records_of(lines, self._resource)) is LogRecordExportResult.SUCCESS
        except Exception:  # noqa: BLE001 - the thread must outlive a bug, of ours or of the exporter's
            _log.debug("events could not be sent", exc_info=True)
            return False

    def _tell(self, *, is_away: bool) -> None:
        if is_away and not self._is_away:
            _log.warning("SS_OTLP_ENDPOINT does not take events; they are dropped there until it does")
        elif self._is_away and not is_away:
            _log.info("SS_OTLP_ENDPOINT takes events again", extra={"dropped": self.dropped})
        self._is_away = is_away


def records_of(lines: Sequence[bytes], resource: Resource) -> list[ReadableLogRecord]:
    """Records as the exporter takes them. What is neither text nor a number is sent as JSON; nulls are left out."""
    return [ReadableLogRecord(_record_of(orjson.loads(line)), resource, _SCOPE) for line in lines]


def _record_of(fields: dict[str, Any]) -> LogRecord:
    moment = datetime.fromisoformat(fields.pop("time"))
    level = fields.pop("level")
    return LogRecord(
        timestamp=int(moment.timestamp() * 1_000_000) * 1000,
        severity_text=level,
        severity_number=_SEVERITIES.get(level, SeverityNumber.UNSPECIFIED),
        body=_words(fields),
        attributes={name: _attribute(value) for name, value in fields.items() if value is not None},
    )


def _words(fields: Mapping[str, Any]) -> str:
    """What a person sees first of an event in a list of many."""
    told = ("event", "action", "method", "path", "status", "code", "object_name", "actor_name")
    return " ".join(str(fields[name]) for name in told if fields.get(name) is not None)


def _attribute(value: object) -> str | int | float | bool:
    return value if isinstance(value, str | int | float | bool) else orjson.dumps(value).decode()
