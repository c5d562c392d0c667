"""`python -m tests.benchmarks.attackers KIND PORT PATH`: one kind of hostile client, until its standard input closes.

It says `ready` as soon as all of its connections are made, and makes anew whatever connection the server ends.
"""

import os
import resource
import selectors
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

__all__ = ["KINDS"]


@dataclass(frozen=True)
class _Kind:
    """`opening`: what a connection sends first; `more`: what it sends after every `pause` seconds, nothing if empty."""

    connections: int
    opening: Callable[[str], bytes]
    more: bytes = b""
    pause: float = 1.0


def _head(path: str) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n".encode()


KINDS = {
    "idle": _Kind(10_000, lambda _path: b""),
    "bodies": _Kind(300, lambda path: _head(path) + b"Content-Length: 100000\r\n\r\n{", more=b" ", pause=1.0),
    "headers": _Kind(300, _head, more=b"X-Endless: " + b"a" * 1000 + b"\r\n", pause=0.2),
}


def main(kind: _Kind, port: int, path: str) -> None:
    """Attacks."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        for _ in range(kind.connections):
            _connect(selector, kind, port, path)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        due = time.monotonic()
        while True:
            for key, _ in selector.select(max(0.0, due - time.monotonic())):
                if key.fileobj == 0:
                    if not os.read(0, 4096):
                        return
                elif isinstance(key.fileobj, socket.socket) and _has_ended(key.fileobj):
                    _renew(selector, key.fileobj, kind, port, path)
            if time.monotonic() >= due:
                due = time.monotonic() + kind.pause
                _send_more(selector, kind, port, path)


def _send_more(selector: selectors.BaseSelector, kind: _Kind, port: int, path: str) -> None:
    if not kind.more:
        return
    for connection in list(_connections(selector)):
        try:
            connection.send(kind.more)
        except BlockingIOError:
            continue
        except OSError:
            _renew(selector, connection, kind, port, path)


def _connections(selector: selectors.BaseSelector) -> Iterator[socket.socket]:
    for key in selector.get_map().values():
        if isinstance(key.fileobj, socket.socket):
            yield key.fileobj


def _has_ended(connection: socket.socket) -> bool:
    try:
        return not connection.recv(65536)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _renew(selector: selectors.BaseSelector, connection: socket.socket, kind: _Kind, port: int, path: str) -> None:
    selector.unregister(connection)
    connection.close()
    _connect(selector, kind, port, path)


def _connect(selector: selectors.BaseSelector, kind: _Kind, port: int, path: str) -> None:
    """One more connection; none where the server takes no more."""
    with suppress(OSError):
        connection = socket.create_connection(("127.0.0.1", port), timeout=10)
        connection.setblocking(False)
        with suppress(OSError):
            connection.send(kind.opening(path))
        selector.register(connection, selectors.EVENT_READ)


if __name__ == "__main__":
    main(KINDS[sys.argv[1]], int(sys.argv[2]), sys.argv[3])
