"""This process's connections as Linux's kernel knows them: who is at the other end, and since when it is silent.

granian tells no request's port, so that a slow one's connection has to be found by what it does.
"""

import os
import socket
import struct
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple

__all__ = ["CAN_SEE_CONNECTIONS", "Connection", "connections_from", "end_connection"]

CAN_SEE_CONNECTIONS = sys.platform == "linux"

_TCP_INFO = 11
_TCP_INFO_BYTES = 136
_LAST_SENT = 44
_LAST_RECEIVED = 52
_BYTES_ACKNOWLEDGED = 120
_AT_ONCE = 50
_BREATH_SECONDS = 0.002


class Connection(NamedTuple):
    """A TCP connection. `silent_seconds`: since we sent the last byte on it, or since it was made.

    `waiting_seconds`: since the last byte came.

    `is_owed`: the last bytes came from the other side, so that it waits for an answer, or for the rest of a request.
    """

    descriptor: int
    peer: tuple[str, int]
    silent_seconds: float
    waiting_seconds: float
    is_owed: bool
    received_bytes: int


def connections_from(
    addresses: Collection[str], *, breathe: Callable[[float], object] = time.sleep
) -> Iterator[Connection]:
    """Those whose other end has one of these addresses. Looking at thousands pauses now and then: calls go on."""
    for number, name in enumerate(os.listdir("/proc/self/fd")):  # noqa: PTH208 - ten thousand of them, as text
        if number % _AT_ONCE == _AT_ONCE - 1:
            breathe(_BREATH_SECONDS)
        found = _look_at(int(name), addresses)
        if found is not None:
            yield found


def end_connection(connection: Connection) -> bool:
    """Shut it down, both ways: who reads from it gets an end. False if it is gone already."""
    again = _look_at(connection.descriptor, {connection.peer[0]})
    if again is None or again.peer != connection.peer:
        return False
    try:
        with _borrowed(connection.descriptor) as borrowed:
            borrowed.shutdown(socket.SHUT_RDWR)
    except OSError:
        return False
    return True


def _look_at(descriptor: int, addresses: Collection[str]) -> Connection | None:
    try:
        with _borrowed(descriptor) as borrowed:
            peer = borrowed.getpeername()
            if not isinstance(peer, tuple) or peer[0].partition("%")[0] not in addresses:
                return None
            told = borrowed.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _TCP_INFO_BYTES)
    except OSError:  # a file, a listening socket, or closed meanwhile
        return None
    if len(told) < _TCP_INFO_BYTES:
        return None
    (sent_ago,) = struct.unpack_from("=I", told, _LAST_SENT)
    (received_ago,) = struct.unpack_from("=I", told, _LAST_RECEIVED)
    sent, received = struct.unpack_from("=QQ", told, _BYTES_ACKNOWLEDGED)
    # Both times are counted in the kernel's ticks: an answer within the same tick looks as late as its request.
    is_owed = received > 0 and (sent == 0 or received_ago < sent_ago)
    return Connection(
        descriptor, (peer[0].partition("%")[0], peer[1]), sent_ago / 1000, received_ago / 1000, is_owed, received
    )


@contextmanager
def _borrowed(descriptor: int) -> Iterator[socket.socket]:
    """A socket object that is let go of, never closed. Raises `OSError` if the descriptor is no socket's.

    Nor may a copy of the descriptor be closed: were it a file of SQLite's, all locks on that file would be lost.
    """
    borrowed = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=descriptor)
    try:
        yield borrowed
    finally:
        borrowed.detach()
