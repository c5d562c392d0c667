"""The bench's hostile clients are as hostile as it says, and end with it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.benchmarks.attackers import KINDS


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=1000) as server:
        server.settimeout(20)
        yield server


@contextmanager
def attacking(kind: str, listener: socket.socket) -> Iterator[None]:
    port = str(listener.getsockname()[1])
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.attackers", kind, port, "/rulechains/x/execute"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield
        process.communicate(timeout=20)
        assert process.returncode == 0


def received_from(listener: socket.socket, *parts: bytes) -> bytes:
    """What the first connection sends, until these are there; then it is hung up."""
    connection, _ = listener.accept()
    found = b""
    with connection:
        connection.settimeout(20)
        while not all(part in found for part in parts):
            found += connection.recv(65536)
    return found


def test_a_body_never_ends_and_its_sender_comes_back(listener: socket.socket) -> None:
    with attacking("bodies", listener):
        first = received_from(listener, b"\r\n\r\n", b"{ ")
        for _ in range(KINDS["bodies"].connections - 1):
            listener.accept()[0].close()
        again, _ = listener.accept()
        again.close()
    head, _, body = first.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /rulechains/x/execute HTTP/1.1\r\n")
    assert b"Content-Length: 100000" in head
    assert body.rstrip() == b"{"


def test_a_head_never_ends(listener: socket.socket) -> None:
    with attacking("headers", listener):
        first = received_from(listener, b"a\r\nX-Endless: a")
    assert b"\r\n\r\n" not in first
