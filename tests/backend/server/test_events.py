"""What a running server says to its operator: nobody who does not listen can hold it up."""

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.support.backend import PEPPER
from tests.support.otlp_receiver import otlp_receiver, values
from tests.support.server_process import COMMAND, ask, clean_environment, execute_request, running_server

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LONG = b"GET /" + b"x" * 400 + b" HTTP/1.1\r\nHost: x\r\n\r\n"


def test_standard_output_that_nobody_reads_stalls_neither_requests_nor_the_stop(tmp_path: Path) -> None:
    environment = {**clean_environment(), "SS_DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}", "SS_KEY_PEPPER": PEPPER}
    command = [*COMMAND, "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as server:
        assert server.stdout is not None
        try:
            line = bytearray()
            while not line.endswith(b"\n"):  # not a byte more than the URL
                line += os.read(server.stdout.fileno(), 1)
            host, _, port = line.decode().strip().removeprefix("http://").partition(":")
            for _ in range(300):  # each leaves some 600 bytes: more than a pipe of 64 KiB holds
                assert ask((host, int(port)), LONG).status == 404
            began = time.monotonic()
            server.send_signal(signal.SIGTERM)
            assert server.wait(20) == 0
            assert time.monotonic() - began < 10
        finally:
            server.kill()


def test_a_receiver_of_events_that_hangs_stalls_nothing_and_is_told_of_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        endpoint = f"http://127.0.0.1:{hanging.getsockname()[1]}/otlp"
        with running_server(tmp_path, otlp_endpoint=endpoint) as server:
            for _ in range(100):
                assert ask(server.address, HEALTH).status == 200
            began = time.monotonic()
            assert server.stop() == (0, "")
            assert time.monotonic() - began < 15
    told = [line for line in server.complaints if "SS_OTLP_ENDPOINT" in line]
    assert len(told) <= 2  # of the worker, and of the housekeeper
    assert all(json.loads(line)["level"] == "WARNING" for line in told)
    assert len(server.events) >= 100


def test_events_of_all_processes_go_by_otlp_alone_where_standard_output_is_off(tmp_path: Path) -> None:
    with otlp_receiver() as receiver:
        with running_server(tmp_path, otlp_endpoint=receiver.endpoint, event_stream="off") as server:
            refused = ask(server.address, execute_request("x", b"{}"))
            other = ask(server.address, HEALTH)
            assert server.stop() == (0, "")
        found = [values(record.attributes) for record in receiver.records()]
    told = {event["request_id"]: event["event"] for event in found}
    assert told[refused.headers["x-request-id"]] == "partner_call"
    assert told[other.headers["x-request-id"]] == "admin_request"
    assert server.events == []
    assert not [line for line in server.complaints if "SS_OTLP_ENDPOINT" in line]
