"""Events go to standard output in whole lines, after the URL, and nobody waits for whoever reads them."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ss_admin.backend.telemetry.event_lines import MOST_LINE_BYTES, event_line
from ss_admin.backend.telemetry.event_stream import EventStream
from tests.support.watching import eventually

LINE = event_line("partner_call", "2030-03-17T17:46:41.000150Z", "INFO", {"request_id": "r" * 300})
LONG = event_line("audit", "2030-03-17T17:46:41.000150Z", "INFO", {"path": "é" * 1900})

PROGRAM = """
import sys
from ss_admin.backend.telemetry.event_stream import EventStream

stream = EventStream(int(sys.argv[1]))
for _ in range(250):
    stream.put([sys.argv[2].encode(), sys.argv[3].encode()])
stream.close()
"""


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    yield reading, writing
    for descriptor in (reading, writing):
        with contextlib.suppress(OSError):
            os.close(descriptor)


@pytest.fixture
def local_socket():
    """What systemd gives a service for its standard output."""
    ours, theirs = (end.detach() for end in socket.socketpair())
    yield ours, theirs
    os.close(ours)


@pytest.mark.parametrize("shared", ["pipe", "local_socket"])
def test_lines_of_several_writers_into_one_pipe_or_socket_stay_whole(shared, request):
    reading, writing = request.getfixturevalue(shared)
    received = []

    def read():
        with os.fdopen(os.dup(reading), "rb") as stream:
            received.extend(stream)

    reader = threading.Thread(target=read)
    reader.start()
    assert len(LONG) > MOST_LINE_BYTES - 400
    command = [sys.executable, "-c", PROGRAM, str(writing), LINE.decode(), LONG.decode()]
    children = [subprocess.Popen(command, pass_fds=[writing]) for _ in range(4)]
    os.close(writing)
    assert [child.wait(30) for child in children] == [0] * 4
    reader.join()
    events = [json.loads(line)["event"] for line in received]
    assert (events.count("partner_call"), events.count("audit")) == (1000, 1000)


def test_a_reader_that_never_reads_holds_nobody_up_and_what_is_left_out_is_counted(pipe):
    reading, writing = pipe
    stream = EventStream(writing, most_waiting_bytes=100_000)
    began = time.monotonic()
    for _ in range(5000):
        stream.put([LINE])
    assert time.monotonic() - began < 2
    assert 5000 - stream.dropped < 800  # a pipe's 64 KiB, and what may wait
    began = time.monotonic()
    stream.close()
    assert time.monotonic() - began < 2
    os.close(reading)
    stream.close()  # its thread is gone, before another test's pipe gets this one's number


def test_a_reader_that_goes_on_gets_whole_lines_again(pipe):
    reading, writing = pipe
    stream = EventStream(writing, most_waiting_bytes=20_000)
    stream.put([LINE] * 2000)
    received = bytearray()

    def read_on() -> bool:
        received.extend(os.read(reading, 1_000_000))
        return b"last" in received

    stream.put([event_line("audit", "2030-03-17T17:46:41Z", "INFO", {"n": "lost"})])
    time.sleep(0.05)
    os.read(reading, 1_000_000)
    eventually(lambda: stream.put([event_line("audit", "2030-03-17T17:46:41Z", "INFO", {"n": "last"})]) or read_on())
    for line in bytes(received).splitlines()[:-1]:
        json.loads(line)
    os.close(reading)
    stream.close()


def test_a_reader_that_is_gone_costs_nothing(pipe):
    reading, writing = pipe
    os.close(reading)
    stream = EventStream(writing)
    stream.put([LINE])
    eventually(lambda: stream.dropped == 1)
    stream.put([LINE] * 10)
    eventually(lambda: stream.dropped == 11)
    stream.close()


def test_nothing_comes_before_it_may(pipe, tmp_path: Path):
    reading, writing = pipe
    os.set_blocking(reading, False)
    announced = tmp_path / "announced"
    stream = EventStream(writing, may_begin=announced.exists)
    stream.put([LINE])
    with pytest.raises(BlockingIOError):
        os.read(reading, 10)
    announced.touch()
    os.set_blocking(reading, True)
    assert os.read(reading, 10_000) == LINE
    stream.close()


def test_a_file_takes_everything(tmp_path: Path):
    file = tmp_path / "events"
    with file.open("ab") as opened:
        stream = EventStream(opened.fileno())
        stream.put([LINE] * 5000)
        stream.close()
    assert file.read_bytes() == LINE * 5000
    assert stream.dropped == 0
