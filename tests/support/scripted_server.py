"""A server of a few lines that says exactly what a test tells it to, down to the byte and the broken-off connection."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

__all__ = ["Received", "ScriptedServer", "http_answer", "json_answer", "problem_answer"]

Reply = bytes | Callable[[socket.socket], None]


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


def http_answer(status: int, body: bytes = b"", content_type: str = "application/json", **headers: str) -> bytes:
    """A whole HTTP/1.1 answer that closes the connection; underscores in header names become hyphens."""
    lines = [f"HTTP/1.1 {status} Because", f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def json_answer(status: int, document: object, **headers: str) -> bytes:
    """A JSON answer."""
    return http_answer(status, json.dumps(document).encode(), **headers)


def problem_answer(status: int, code: str, **headers: str) -> bytes:
    """A problem document of our backend's form."""
    problem = {
        "type": f"urn:signalsync:problem:{code}",
        "title": "Title",
        "status": status,
        "detail": "What went wrong.",
        "code": code,
        "request_id": "r-1",
    }
    return http_answer(status, json.dumps(problem).encode(), "application/problem+json", **headers)


class ScriptedServer:
    """Answers the first request with the first reply, and so on; the last reply stands for all that follow."""

    def __init__(self, replies: Sequence[Reply], *, tls: ssl.SSLContext | None = None) -> None:
        self._replies = list(replies)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self.received: list[Received] = []
        self.ended = threading.Event()
        """Set when the test is over: a reply that keeps silent waits for it."""

    @property
    def url(self) -> str:
        """The server's address."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        # Closing alone does not wake a thread that waits in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def keep_silent(self, _: socket.socket) -> None:
        """A reply that never comes."""
        self.ended.wait(30)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            stream = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with stream:
                self._answer(stream)

    def _answer(self, stream: socket.socket) -> None:
        request = _read_request(stream)
        if request is None:
            return
        with self._lock:
            self.received.append(request)
            reply = self._replies[min(len(self.received), len(self._replies)) - 1]
        if isinstance(reply, bytes):
            stream.sendall(reply)
        else:
            reply(stream)


def _read_request(stream: socket.socket) -> Received | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = stream.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += stream.recv(65536)
    method, target, _ = first.split(" ")
    return Received(method, target, headers, body)
