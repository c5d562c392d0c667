"""Requests and audit entries become events, with stable names and without keys."""

import json
import logging

import pytest

from ss_admin.backend.telemetry.event_lines import AUDIT_LOGGER, MOST_LINE_BYTES, event_line
from ss_admin.backend.telemetry.events import Events
from ss_admin.contract.api_key_format import mask_api_key, new_api_key


class Kept:
    """An outlet that keeps everything."""

    dropped = 3

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def put(self, lines):
        self.lines.extend(lines)

    def close(self) -> None:
        pass


@pytest.fixture
def kept():
    outlet, loggers = Kept(), [logging.getLogger(name) for name in ("ss_admin.backend.access", AUDIT_LOGGER)]
    before = [(logger, logger.level, logger.propagate) for logger in loggers]
    events = Events({"stdout": outlet})
    events.take_from_loggers()
    loggers[0].setLevel(logging.INFO)
    yield outlet
    events.close()
    assert events.dropped() == {"stdout": 3}
    for logger, level, propagate in before:
        logger.setLevel(level)
        logger.propagate = propagate


def test_records_of_the_two_loggers_are_events_and_no_log_lines(kept):
    logging.getLogger("ss_admin.backend.access").info("request", extra={"request_id": "r-1", "status": 200})
    changes = [{"field": "name", "from": "A", "to": "B"}]
    logging.getLogger(AUDIT_LOGGER).info("audit", extra={"action": "api_key.changed", "changes": changes})
    first, second = map(json.loads, kept.lines)
    assert list(first) == ["time", "level", "event", "request_id", "status"]
    assert first["time"].endswith("Z")
    assert (first["event"], second["event"], second["changes"]) == ("admin_request", "audit", changes)
    assert not logging.getLogger(AUDIT_LOGGER).propagate


def test_no_key_and_no_half_line_stand_in_an_event(kept):
    key = new_api_key()
    logging.getLogger("ss_admin.backend.access").info("request", extra={"path": f"/x/{key}", "odd": "\ud800", "o": {1}})
    [line] = kept.lines
    assert key.encode() not in line
    assert mask_api_key(key).encode() in line
    assert line.count(b"\n") == 1


def test_audit_entries_come_however_little_is_asked_for_of_the_rest(kept):
    root, before = logging.getLogger(), logging.getLogger().level
    root.setLevel(logging.ERROR)
    logging.getLogger(AUDIT_LOGGER).info("audit", extra={"action": "session.signed_in"})
    root.setLevel(before)
    assert len(kept.lines) == 1


def test_a_line_that_is_too_long_for_a_pipe_loses_its_longest_field_and_says_so():
    changes = [{"field": "definition", "to": "x" * 9000}]
    line = event_line("audit", "2030-03-17T17:46:41Z", "INFO", {"changes": changes, "hash": "h" * 64})
    assert len(line) <= MOST_LINE_BYTES
    found = json.loads(line)
    assert (found["changes"], found["hash"], found["shortened"]) == (None, "h" * 64, True)
