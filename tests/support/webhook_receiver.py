"""A real HTTPS server that takes webhooks, and answers each as a test wants it."""

import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any, Self

from tests.support.certificates import ServerCertificate

__all__ = ["Reply", "TakenWebhook", "WebhookReceiver", "chain_calling"]

WAIT_SECONDS = 30


@dataclass(frozen=True)
class TakenWebhook:
    """A request as it came; header names in lower case."""

    target: str
    headers: Mapping[str, str]
    body: bytes
    peer: str

    @property
    def delivery_id(self) -> str:
        """By which a receiver knows a webhook that it had before."""
        return self.headers["x-signalsync-delivery"]


@dataclass(frozen=True)
class Reply:
    """What the receiver answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[TakenWebhook], Reply | Callable[[socket.socket], None]]
"""What to reply, or what to do with the socket instead."""


class WebhookReceiver:
    """Takes whatever is posted to it; `answer` may be changed at any time. 200 unless told otherwise."""

    def __init__(
        self, certificate: ServerCertificate, answer: Answer | None = None, *, host: str = "127.0.0.1"
    ) -> None:
        self.answer: Answer = answer or (lambda _: Reply())
        self.taken: list[TakenWebhook] = []
        self.ended = threading.Event()
        """Set when the test is over: a reply that keeps silent waits for it."""
        self._changed = threading.Condition()
        self._server = _TlsServer((host, 0), certificate.server_context(), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def url(self, host: str = "localhost", path: str = "/hook") -> str:
        """The address to post to, by any name that leads here."""
        return f"https://{host}:{self.port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(WAIT_SECONDS)

    def keep_silent(self, _: socket.socket) -> None:
        """A reply that never comes."""
        self.ended.wait(WAIT_SECONDS)

    def take(self, webhook: TakenWebhook) -> Reply | Callable[[socket.socket], None]:
        """Note a webhook; what to reply."""
        with self._changed:
            self.taken.append(webhook)
            self._changed.notify_all()
        return self.answer(webhook)

    def times_taken(self) -> Counter[str]:
        """How often each delivery id came."""
        with self._changed:
            return Counter(webhook.delivery_id for webhook in self.taken)

    def wait_for(self, count: int, seconds: float = WAIT_SECONDS) -> list[TakenWebhook]:
        """The webhooks, once there are so many."""
        until = time.monotonic() + seconds
        with self._changed:
            while len(self.taken) < count:
                left = until - time.monotonic()
                assert left > 0, f"{len(self.taken)} of {count} webhooks came"
                self._changed.wait(left)
            return list(self.taken)


def chain_calling(*urls: str) -> dict[str, Any]:
    """The definition of a chain that hands its input on to webhooks, one after the other."""
    hooks = [
        {
            "id": f"hook-{number}",
            "type": "customNode",
            "name": f"Hook {number}",
            "position": {"x": 300 * number, "y": 0},
            "content": {"kind": "callWebhook", "config": {"url": url}},
        }
        for number, url in enumerate(urls, start=1)
    ]
    ends = [{"id": "in", "type": "inputNode", "name": "In"}, {"id": "out", "type": "outputNode", "name": "Out"}]
    nodes = [ends[0], *hooks, ends[1]]
    edges = [
        {"id": f"edge-{number}", "type": "edge", "sourceId": source["id"], "targetId": target["id"]}
        for number, (source, target) in enumerate(pairwise(nodes), start=1)
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


class _TlsServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, place: tuple[str, int], tls: ssl.SSLContext, receiver: WebhookReceiver) -> None:
        self.address_family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
        self._tls = tls
        self.receiver = receiver
        super().__init__(place, _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        plain, peer = super().get_request()
        plain.settimeout(WAIT_SECONDS)
        # The handshake waits for the first read, in the connection's own thread.
        return self._tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), peer

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that breaks off is no fault of the receiver's."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _TlsServer

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = int(headers.get("content-length", "0"))
        body = self.rfile.read(length)
        if len(body) < length:  # its sender died in the middle of it
            self.close_connection = True
            return
        reply = self.server.receiver.take(TakenWebhook(self.path, headers, body, self.client_address[0]))
        self.close_connection = True
        with suppress(OSError):
            if isinstance(reply, Reply):
                self._send(reply)
            else:
                reply(self.connection)

    def _send(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
