"""What the kernel tells of this process's connections."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ss_admin.backend.server.connections import Connection, connections_from, end_connection

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A client's end and ours, from an address that nobody else uses here."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname(), source_address=("127.0.0.77", 0))
        ours, _ = listener.accept()
    with closing(client), closing(ours):
        yield client, ours


def seen() -> Connection:
    [connection] = connections_from({"127.0.0.77"})
    return connection


def test_a_connection_is_known_by_its_other_end(pair: Pair) -> None:
    client, ours = pair
    assert (seen().descriptor, seen().peer) == (ours.fileno(), client.getsockname())
    assert list(connections_from({"127.0.0.78"})) == []


def test_it_is_owed_something_from_the_first_bytes_until_it_is_answered(pair: Pair) -> None:
    client, ours = pair
    assert not seen().is_owed
    client.sendall(b"POST")
    assert ours.recv(10) == b"POST"
    assert (seen().is_owed, seen().received_bytes) == (True, 4)
    time.sleep(0.1)  # the kernel tells both times in ticks of some milliseconds
    assert seen().silent_seconds >= 0.1
    ours.sendall(b"200")
    assert client.recv(10) == b"200"
    assert not seen().is_owed
    assert seen().silent_seconds < 0.1
    time.sleep(0.1)
    client.sendall(b"and more")
    assert ours.recv(10)
    assert seen().is_owed


def test_ending_it_ends_a_read_at_our_side_and_tells_the_other(pair: Pair) -> None:
    client, ours = pair
    assert end_connection(seen())
    assert ours.recv(1) == b""
    assert client.recv(1) == b""
    assert not end_connection(Connection(ours.fileno(), ("127.0.0.77", 1), 0, 0, is_owed=True, received_bytes=1))


def test_looking_and_ending_leave_every_other_descriptor_alone(pair: Pair, tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        before = set(Path("/proc/self/fd").iterdir())
        for _ in range(3):
            seen()
        end_connection(seen())
        assert set(Path("/proc/self/fd").iterdir()) == before
        file.write("still open")
