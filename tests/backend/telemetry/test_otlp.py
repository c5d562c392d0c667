"""Events reach a receiver of OTLP over HTTP; one that is away, slow or unwilling costs nothing and fills no memory."""

import socket
import time
from contextlib import contextmanager

import pytest

from ss_admin.backend.telemetry.event_lines import event_line
from ss_admin.backend.telemetry.otlp import OtlpEvents, logs_url
from tests.support.otlp_receiver import otlp_receiver, values
from tests.support.watching import eventually

FIELDS = {"request_id": "r-1", "status": 401, "code": "invalid_api_key", "api_key_id": None, "duration_ms": 0.4}
LINE = event_line("partner_call", "2030-03-17T17:46:41.000150Z", "WARNING", FIELDS)


@pytest.fixture
def receiver():
    with otlp_receiver() as server:
        yield server


@contextmanager
def sending(endpoint: str, **options):
    events = OtlpEvents(endpoint, **options)
    try:
        yield events
    finally:
        began = time.monotonic()
        events.close()
        assert time.monotonic() - began < 3


def test_an_event_arrives_with_its_fields_as_attributes_and_one_label(receiver):
    with sending(receiver.endpoint) as events:
        events.put([LINE])
    assert receiver.paths == ["/otlp/v1/logs"]
    [resource] = [resource for request in receiver.taken for resource in request.resource_logs]
    found = values(resource.resource.attributes)
    assert found["service.name"] == "signalsync"
    assert set(found) == {"service.name", "service.version", "host.name"}
    [record] = receiver.records()
    assert values(record.attributes) == {
        "event": "partner_call",
        "request_id": "r-1",
        "status": 401,
        "code": "invalid_api_key",
        "duration_ms": 0.4,
    }
    assert (record.time_unix_nano, record.severity_text) == (1_900_000_001_000_150_000, "WARNING")
    assert record.body.string_value == "partner_call 401 invalid_api_key"


def test_a_thousand_arrive_once_each_and_in_order(receiver):
    with sending(receiver.endpoint) as events:
        for number in range(1000):
            events.put([event_line("audit", "2030-03-17T17:46:41Z", "INFO", {"sequence": number})])
        eventually(lambda: len(receiver.records()) == 1000)
        assert events.dropped == 0
    assert [values(record.attributes)["sequence"] for record in receiver.records()] == list(range(1000))


def test_a_receiver_that_refuses_is_told_of_once_and_taken_up_again(receiver, caplog):
    caplog.set_level("INFO")
    receiver.status = 400
    with sending(receiver.endpoint, again_seconds=0.05) as events:
        for refusals in (1, 2, 3):
            events.put([LINE])
            eventually(lambda refusals=refusals: len(receiver.paths) == refusals)
        eventually(lambda: events.dropped == 3)
        receiver.status = 200
        events.put([LINE])
        eventually(lambda: len(receiver.records()) == 1)
        eventually(lambda: "takes events again" in caplog.text)
    ours = [record for record in caplog.records if record.name.startswith("ss_admin")]
    assert [record.levelname for record in ours] == ["WARNING", "INFO"]


def test_a_receiver_that_is_known_to_be_away_does_not_hold_up_the_end(receiver):
    receiver.status = 400
    events = OtlpEvents(receiver.endpoint, again_seconds=0.01)
    events.put([LINE])
    eventually(lambda: events.dropped == 1)
    receiver.status = 503  # the exporter tries again and again, with pauses of a second and more
    events.put([LINE])
    eventually(lambda: len(receiver.paths) == 2)
    began = time.monotonic()
    events.close()
    assert time.monotonic() - began < 0.5
    assert not events._thread.is_alive()


@pytest.mark.parametrize("way", ["unreachable", "hanging"])
def test_a_receiver_that_is_not_there_costs_nothing_and_fills_no_memory(way):
    with socket.create_server(("127.0.0.1", 0)) as listening:  # a hanging one accepts in the kernel and says nothing
        port = listening.getsockname()[1]
        if way == "unreachable":
            listening.close()
        with sending(f"http://127.0.0.1:{port}/otlp", most_waiting_bytes=100_000) as events:
            began = time.monotonic()
            for _ in range(2000):
                events.put([LINE] * 50)
            assert time.monotonic() - began < 3
            assert events.dropped > 98_000
            assert events._waiting.waiting_bytes <= 100_000


@pytest.mark.parametrize(
    "endpoint", ["http://loki:3100/otlp", "http://loki:3100/otlp/", "http://loki:3100/otlp/v1/logs"]
)
def test_otlps_own_path_stands_behind_the_endpoint(endpoint):
    assert logs_url(endpoint) == "http://loki:3100/otlp/v1/logs"
