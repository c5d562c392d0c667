"""Events for the operator: one JSON object a line, with stable names, and never an API key.

Every line begins with `time` (RFC 3339, UTC), `level` and `event`: `partner_call`, `admin_request` or `audit`. A line
has at most `MOST_LINE_BYTES`, which a pipe takes in one piece: what is longer loses its longest fields, and says so.
"""

import logging
from collections.abc import Mapping
from typing import Any

import orjson

from ss_admin.backend.telemetry.logs import extra_fields, moment_of
from ss_admin.contract.api_key_format import mask_api_keys_within

__all__ = ["AUDIT_LOGGER", "EVENT_LOGGERS", "MOST_LINE_BYTES", "event_line", "line_of_record"]

AUDIT_LOGGER = "ss_admin.audit"

EVENT_LOGGERS: Mapping[str, str] = {"ss_admin.backend.access": "admin_request", AUDIT_LOGGER: "audit"}
"""The loggers whose records are events, and what their lines are called."""

MOST_LINE_BYTES = 4096
"""What Linux writes into a pipe whole, whoever else writes there."""

_HEAD = frozenset({"time", "level", "event"})


def line_of_record(record: logging.LogRecord) -> bytes:
    """The line of a record of one of `EVENT_LOGGERS`, with its end; what was given as `extra` are its fields."""
    fields = {name: value for name, value in extra_fields(record).items() if name not in _HEAD}
    return event_line(EVENT_LOGGERS[record.name], moment_of(record), record.levelname, fields)


def event_line(event: str, time: str, level: str, fields: Mapping[str, Any]) -> bytes:
    """One line, with its end. Whatever looks like a whole API key is masked."""
    document = {"time": time, "level": level, "event": event, **fields}
    line = _masked(document)
    while len(line) > MOST_LINE_BYTES and (longest := _longest(document)) is not None:
        document = {**document, longest: None, "shortened": True}
        line = _masked(document)
    return line


def _masked(document: Mapping[str, Any]) -> bytes:
    try:
        line = orjson.dumps(document, default=str)
    except TypeError:  # a lone surrogate, from a client's hands, or a number that is too large
        printable = {name: _printable(value) for name, value in document.items()}
        line = orjson.dumps(printable, default=str)
    return mask_api_keys_within(line.decode()).encode() + b"\n"


def _printable(value: object) -> object:
    if value is None or isinstance(value, bool | float):
        return value
    return str(value).encode("utf-8", "backslashreplace").decode()


def _longest(document: Mapping[str, Any]) -> str | None:
    """The field that takes most room, of those that may go."""
    sizes = {name: len(str(value)) for name, value in document.items() if name not in _HEAD and value is not None}
    sizes.pop("shortened", None)
    return max(sizes, key=lambda name: sizes[name], default=None)
