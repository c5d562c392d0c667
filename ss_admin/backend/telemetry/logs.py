"""Logs: one JSON object a line, the same field names everywhere, and never an API key.

Fields: `time` (RFC 3339, UTC), `level`, `logger`, `message`, `exception` where there is one, and whatever the caller
gave as `extra`: `request_id`, `method`, `path`, `status`, `address`, `duration_ms`, `user_id`, `tenant_id`…
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from ss_admin.contract.api_key_format import mask_api_keys_within

__all__ = ["JsonLines", "configure_logging", "extra_fields", "moment_of"]

_OWN_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON. Whatever looks like a whole API key is masked, in tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        fields: dict[str, object] = {
            "time": moment_of(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **extra_fields(record),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            fields["stack"] = self.formatStack(record.stack_info)
        line = json.dumps(fields, ensure_ascii=False, default=str)
        # A lone surrogate, from a client's hands, can be printed nowhere.
        return mask_api_keys_within(line).encode("utf-8", "backslashreplace").decode("utf-8")


def moment_of(record: logging.LogRecord) -> str:
    """When it was made, RFC 3339 in UTC."""
    return datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")


def extra_fields(record: logging.LogRecord) -> dict[str, Any]:
    """What the caller gave as `extra`."""
    return {name: value for name, value in vars(record).items() if name not in _OWN_ATTRIBUTES}


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Send all of this process's logs to `stream` (standard error) as JSON lines. For commands only, once."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # It names whole URLs, and some receivers of webhooks know their callers by a secret in them.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    # It tells of every attempt; that events are not taken is told once, by who sends them.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
