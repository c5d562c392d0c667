"""Each call has an event line, which begins as every other one does."""

import json
import logging

import pytest

from ss_admin.backend.housekeeping.access_log import ACCESS_LOGGER, AccessLog
from ss_admin.backend.journal.entries import decode_entry
from ss_admin.backend.telemetry.event_lines import event_line
from tests.support.journaled_calls import a_call, a_run

AT_US = 1_900_000_000_999_700


@pytest.fixture
def level(caplog):
    """Sets the level of the access log."""

    def set_level(level):
        caplog.set_level(level, ACCESS_LOGGER)

    set_level(logging.INFO)
    return set_level


def lines_of(*calls):
    lines = []
    AccessLog(lines.extend).write([decode_entry(call) for call in calls])
    return [json.loads(line) for line in lines]


def test_a_line_tells_of_a_call_when_and_how_it_ended(level):
    run = a_run("tenant", execution_id="e-1")
    [line] = lines_of(a_call(run, at_us=AT_US, duration_us=450, request_id="r-1", rulechain_id="c-1", api_key_id="k-1"))
    assert line == {
        "time": "2030-03-17T17:46:41.000150Z",
        "level": "INFO",
        "event": "partner_call",
        "request_id": "r-1",
        "status": 200,
        "code": "succeeded",
        "rulechain_id": "c-1",
        "api_key_id": "k-1",
        "execution_id": "e-1",
        "address": "203.0.113.7",
        "duration_ms": 0.45,
    }


def test_its_fields_begin_as_those_of_every_other_event_do(level):
    other = json.loads(event_line("audit", "2030-03-17T17:46:41.000150Z", "INFO", {}))
    [line] = lines_of(a_call(api_key_id=None, status=401, code="missing_api_key"))
    assert list(line)[: len(other)] == list(other)


def test_a_line_that_no_pipe_takes_whole_is_shortened(level):
    [line] = lines_of(a_call(rulechain_id="c" * 5000, request_id="r-1"))
    assert (line["request_id"], line["rulechain_id"], line["shortened"]) == ("r-1", None, True)


def test_a_deleted_keys_call_is_a_warning(level):
    tried = a_call(status=401, code="invalid_api_key", key_was_deleted=True)
    assert [line["level"] for line in lines_of(a_call(), tried)] == ["INFO", "WARNING"]
    level(logging.WARNING)
    assert [line["level"] for line in lines_of(a_call(), tried)] == ["WARNING"]
    level(logging.ERROR)
    assert lines_of(a_call(), tried) == []
