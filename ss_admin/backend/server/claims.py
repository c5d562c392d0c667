"""What only one server may have: its address and port, and an embedded database."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ss_admin.backend.server.refusals import CannotStart
from ss_admin.backend.settings import Settings
from ss_admin.backend.store.address import embedded_database_file, parse_database_url

__all__ = ["Listener", "claimed", "claimed_database"]


@dataclass(frozen=True)
class Listener:
    """Where to listen, and the files of the certificate and its key for TLS. Port 0: any free one."""

    host: str = "127.0.0.1"
    port: int = 8080
    tls_cert: Path | None = None
    tls_key: Path | None = None


@contextmanager
def claimed(listener: Listener) -> Iterator[tuple[str, int]]:
    """The address and the port, which nobody else listens on. Raises `CannotStart`.

    granian's own sockets share their port with any process that asks for it, so that two backends would each get
    half of the calls and count half of them. A socket without that option is refused where another one listens.
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            listener.host, listener.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        claim = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError):
        raise CannotStart(f"there is no address called {listener.host}") from None
    with claim:
        try:
            if os.name == "posix":
                claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            claim.bind(place)
        except OSError as fault:
            raise CannotStart(f"cannot listen on {listener.host} port {listener.port}: {fault.strerror}") from None
        address, port = claim.getsockname()[:2]
        if not sys.platform.startswith("linux"):
            claim.close()
        yield address, port


@contextmanager
def claimed_database(settings: Settings) -> Iterator[None]:
    """The embedded database, which no other server serves: each would count a key's calls without the other's.

    The claim is an address of Linux's that ends with the server's last process, by whatever file name the database was
    opened. Raises `CannotStart`.
    """
    file = embedded_database_file(parse_database_url(settings.database_url))
    if file is None or sys.platform != "linux":
        yield
        return
    found = file.stat()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as claim:
        try:
            claim.bind(f"\0signalsync-backend-{found.st_dev:x}-{found.st_ino:x}")
        except OSError:
            raise CannotStart(
                "another backend serves this database already; with two of them rate limits would not be exact"
            ) from None
        yield
