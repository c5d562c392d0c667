"""Sends a webhook once: to an address that was judged, in TLS for the name, within a time limit as a whole."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path

from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from ss_admin import __version__
from ss_admin.backend.rule_chains.outbox.attempts import (
    Attempt,
    Failed,
    Interrupted,
    Refused,
    Webhook,
    judge_answer,
    told_failure,
)
from ss_admin.backend.rule_chains.outbox.destinations import (
    Destination,
    DestinationNotFound,
    DestinationRefused,
    DestinationRules,
    Endpoint,
)
from ss_admin.backend.rule_chains.outbox.signature import SIGNATURE_HEADER, signature

__all__ = ["ATTEMPT_SECONDS", "LOOK_UP_SECONDS", "Sender"]

ATTEMPT_SECONDS = 10.0
"""From the first packet to the answer's status, however the receiver spreads its bytes."""

LOOK_UP_SECONDS = 10.0
"""A name that took longer to be found is not called any more: the attempt would outlast its lease."""

MAX_ANSWER_BYTES = 1024
_USER_AGENT = f"SignalSync-Webhooks/{__version__}"
_TEXT_TYPES = ("text/plain", "application/json", "application/problem+json")


class Sender:
    """Safe under threads. `ca_file`: certificates of a private CA, trusted besides the system's.

    Proxies that the environment names are not used: the address that was judged is the one that is called.
    """

    def __init__(
        self, rules: DestinationRules, *, ca_file: Path | None = None, attempt_seconds: float = ATTEMPT_SECONDS
    ) -> None:
        self._rules = rules
        self._ca_file = ca_file
        self._attempt_seconds = attempt_seconds
        self._tls: ssl.SSLContext | None = None
        self._lock = threading.Lock()
        self._under_way: set[_TimeLimit] = set()

    def prepare(self) -> ssl.SSLContext:
        """Read the certificates of the CAs, once: that takes longer than all else that is done at a start."""
        with self._lock:
            if self._tls is None:
                self._tls = ssl.create_default_context()
                if self._ca_file is not None:
                    self._tls.load_verify_locations(self._ca_file)
            return self._tls

    def send(self, webhook: Webhook) -> Attempt:
        """Try once; whatever goes wrong is in the answer."""
        try:
            endpoint = Endpoint.parse(webhook.url)
            began = time.monotonic()
            destination = self._rules.find(endpoint)
        except DestinationRefused as refusal:
            return Refused(str(refusal))
        except DestinationNotFound as fault:
            return Failed(str(fault))
        if time.monotonic() - began > LOOK_UP_SECONDS:
            return Failed(f"Looking up the name “{endpoint.host}” took longer than {LOOK_UP_SECONDS:g} s.")
        with self._limited() as limit:
            try:
                return self._post(webhook, destination, limit)
            except (OSError, HTTPException, HTTPError, ValueError) as fault:
                if limit.was_cut_off:
                    return Interrupted()
                told = TimeoutError() if limit.has_struck else fault
                return Failed(told_failure(told, endpoint.host, self._attempt_seconds))

    def cut_off(self) -> None:
        """End every attempt under way at once."""
        with self._lock:
            under_way = list(self._under_way)
        for limit in under_way:
            limit.cut_off()

    @contextmanager
    def _limited(self) -> Iterator["_TimeLimit"]:
        limit = _TimeLimit(self._attempt_seconds)
        with self._lock:
            self._under_way.add(limit)
        try:
            yield limit
        finally:
            limit.end()
            with self._lock:
                self._under_way.discard(limit)

    def _post(self, webhook: Webhook, destination: Destination, limit: "_TimeLimit") -> Attempt:
        connection = _CheckedConnection(destination, limit, self.prepare())
        try:
            connection.connect()
            # A receiver that refuses a long body may answer and close before it has read it.
            with suppress(ConnectionError, ssl.SSLEOFError):
                connection.request(
                    "POST",
                    destination.endpoint.target,
                    body=webhook.body,
                    headers=_headers(webhook),
                    preload_content=False,
                    decode_content=False,
                )
            answer = connection.getresponse()
            if limit.has_struck:  # the end of the connection looks like the end of the answer's head
                raise TimeoutError
            return judge_answer(
                answer.status,
                location=answer.headers.get("Location", ""),
                text=_text_of(answer),
                retry_after=_seconds_of(answer.headers.get("Retry-After", "")),
            )
        finally:
            connection.close()


class _TimeLimit:
    """Shuts a connection when its time is over: a receiver that drips bytes would pass any limit on a single read."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.has_struck = False
        self.was_cut_off = False
        self._timer = threading.Timer(seconds, self.strike)
        self._timer.daemon = True
        self._timer.start()

    @property
    def left(self) -> float:
        """Seconds; at least a few milliseconds, since 0 would mean something else to a socket."""
        return max(0.005, self._until - time.monotonic())

    def watch(self, connected: socket.socket) -> None:
        """Shut this connection when the time is over."""
        # A duplicate: TLS takes the socket itself away.
        with self._lock:
            self._socket = connected.dup()
            if self.has_struck:
                raise TimeoutError

    def strike(self) -> None:
        """The time is over."""
        with self._lock:
            self.has_struck = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def cut_off(self) -> None:
        """There is no more time, although the limit was not reached."""
        self.was_cut_off = not self.has_struck
        self.strike()

    def end(self) -> None:
        """The attempt is over."""
        self._timer.cancel()
        self._timer.join()
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None


class _CheckedConnection(HTTPSConnection):
    """Connects to the addresses that were judged; the name stands in SNI, in Host, and is what a certificate is for."""

    def __init__(self, destination: Destination, limit: _TimeLimit, tls: ssl.SSLContext) -> None:
        super().__init__(
            destination.endpoint.host, destination.endpoint.port, timeout=limit.left, ssl_context=tls, proxy=None
        )
        self._addresses = destination.addresses
        self._limit = limit

    def _new_conn(self) -> socket.socket:
        for position, address in enumerate(self._addresses, start=1):
            share = self._limit.left / (len(self._addresses) - position + 1)
            try:
                connected = socket.create_connection((str(address), self.port), share)
            except OSError:
                if position == len(self._addresses):
                    raise
            else:
                return self._prepared(connected)
        raise ConnectionRefusedError

    def _prepared(self, connected: socket.socket) -> socket.socket:
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.settimeout(self._limit.left)
            self._limit.watch(connected)
        except OSError:
            connected.close()
            raise
        return connected


def _headers(webhook: Webhook) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": _USER_AGENT,
        "X-SignalSync-Delivery": webhook.delivery_id,
        SIGNATURE_HEADER: signature(webhook.secret, webhook.body),
        "Connection": "close",
    }


def _text_of(answer: BaseHTTPResponse) -> str:
    """The beginning of what a receiver says of a failure, where it is text; reading it never fails the attempt."""
    content = b""
    if answer.status < 400:
        return ""
    with suppress(OSError, HTTPException, HTTPError, ValueError):
        content = answer.read(MAX_ANSWER_BYTES)
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return content.decode("utf-8", "replace") if kind in _TEXT_TYPES else ""


def _seconds_of(retry_after: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """RFC 9110, 10.2.3: whole seconds or a date."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:10])
    with suppress(ValueError, TypeError, OverflowError):
        return max(0.0, (parsedate_to_datetime(text) - now()).total_seconds())
    return None
