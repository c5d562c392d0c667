"""The event lines of partners' calls, `partner_call`: made many at a time, from what is in the database.

No API key can stand in them: an entry of the journal has none.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from ss_admin.backend.journal.entries import CallEntry
from ss_admin.backend.telemetry.event_lines import MOST_LINE_BYTES, event_line

__all__ = ["ACCESS_LOGGER", "AccessLog"]

ACCESS_LOGGER = "ss_admin.backend.gateway.middleware"
"""Its level decides whether there are lines at all."""

_EVENT = "partner_call"


class AccessLog:
    """Gives lines to `put`, which must return at once; without it there are none."""

    def __init__(self, put: Callable[[Sequence[bytes]], object] | None = None) -> None:
        self._put = put
        self._logger = logging.getLogger(ACCESS_LOGGER)

    def write(self, calls: Sequence[CallEntry]) -> None:
        """One line for each call. A deleted key's call is a warning."""
        if self._put is None:
            return
        if not self._logger.isEnabledFor(logging.INFO):
            calls = [call for call in calls if call.key_was_deleted and self._logger.isEnabledFor(logging.WARNING)]
        if calls:
            lines = _Lines()
            self._put([lines.of(call) for call in calls])


class _Lines:
    """Makes lines; moments of one second share their text."""

    def __init__(self) -> None:
        self._second, self._second_text = -1, ""

    def of(self, call: CallEntry) -> bytes:
        second, microsecond = divmod(call.at_us + call.duration_us, 1_000_000)
        if second != self._second:
            self._second = second
            self._second_text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        time = f"{self._second_text}.{microsecond:06d}Z"
        level = "WARNING" if call.key_was_deleted else "INFO"
        fields: dict[str, Any] = {
            "request_id": call.request_id,
            "status": call.status,
            "code": call.code,
            "rulechain_id": call.rulechain_id,
            "api_key_id": call.api_key_id,
            "execution_id": None if call.execution is None else call.execution.id,
            "address": call.address,
            "duration_ms": call.duration_us / 1000,
        }
        head = {"time": time, "level": level, "event": _EVENT}
        line = orjson.dumps({**head, **fields}, option=orjson.OPT_APPEND_NEWLINE)
        return line if len(line) <= MOST_LINE_BYTES else event_line(_EVENT, time, level, fields)
