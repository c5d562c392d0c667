"""The access log has a line for each call, with the same fields as any other line, and whole ones through a pipe."""

import io
import json
import logging
import os
import threading

import pytest

from ss_admin.backend.housekeeping.access_log import ACCESS_LOGGER, AccessLog
from ss_admin.backend.journal.entries import decode_entry
from ss_admin.backend.telemetry.logs import JsonLines
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
    stream = io.StringIO()
    AccessLog(stream).write([decode_entry(call) for call in calls])
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_tells_of_a_call_when_and_how_it_ended(level):
    run = a_run("tenant", execution_id="e-1")
    [line] = lines_of(a_call(run, at_us=AT_US, duration_us=450, request_id="r-1", rulechain_id="c-1", api_key_id="k-1"))
    assert line == {
        "time": "2030-03-17T17:46:41.000150Z",
        "level": "INFO",
        "logger": ACCESS_LOGGER,
        "message": "partner call",
        "request_id": "r-1",
        "status": 200,
        "code": "succeeded",
        "rulechain_id": "c-1",
        "api_key_id": "k-1",
        "execution_id": "e-1",
        "address": "203.0.113.7",
        "duration_ms": 0.45,
    }


def test_its_fields_begin_as_those_of_every_other_line_do(level):
    other = json.loads(JsonLines().format(logging.makeLogRecord({"msg": "x", "levelname": "INFO"})))
    [line] = lines_of(a_call(api_key_id=None, status=401, code="missing_api_key"))
    assert list(line)[: len(other)] == list(other)


def test_a_deleted_keys_call_is_a_warning(level):
    tried = a_call(status=401, code="invalid_api_key", key_was_deleted=True)
    assert [line["level"] for line in lines_of(a_call(), tried)] == ["INFO", "WARNING"]
    level(logging.WARNING)
    assert [line["level"] for line in lines_of(a_call(), tried)] == ["WARNING"]
    level(logging.ERROR)
    assert lines_of(a_call(), tried) == []


def test_lines_of_several_writers_into_one_pipe_stay_whole(level):
    reading, writing = os.pipe()
    received = []

    def read():
        with os.fdopen(reading, "rb") as stream:
            received.extend(stream)

    reader = threading.Thread(target=read)
    reader.start()
    with os.fdopen(writing, "w") as stream:
        log, calls = AccessLog(stream), [decode_entry(a_call()) for _ in range(500)]
        writers = [threading.Thread(target=log.write, args=[calls]) for _ in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    reader.join()
    assert [json.loads(line)["message"] for line in received] == ["partner call"] * 2000


def test_a_log_that_nobody_reads_any_more_stops_nothing(level):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        AccessLog(stream).write([decode_entry(a_call())])
