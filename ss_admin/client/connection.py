"""One connection to a backend: verified TLS, time-outs, repeated reads, and the session token on every request."""

import logging
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Final
from urllib.parse import quote

import requests
from pydantic import BaseModel
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from ss_admin import __version__
from ss_admin.client.answers import Answer, error_of
from ss_admin.client.errors import (
    CertificateRefused,
    ClientError,
    ServerUnavailable,
    ServerUnreachable,
    UnexpectedAnswer,
)
from ss_admin.client.failures import failure_of, is_worth_another_try
from ss_admin.client.server_url import parse_server_url
from ss_admin.contract.documents import ChangeRequest

__all__ = ["Connection", "path_segment", "version_header"]

_LOG = logging.getLogger(__name__)

ANSWER_MAX_BYTES: Final = 64 * 1024 * 1024
ANSWER_MAX_SECONDS: Final = 120.0
_CHUNK_BYTES: Final = 64 * 1024

QueryParameters = Mapping[str, str | int | None]


def path_segment(text: str) -> str:
    """`text` (an object's id) as one segment of a path, so that it can never reach another route."""
    if text in {"", ".", ".."}:
        raise ValueError("an id must not be empty, “.” or “..”")
    return quote(text, safe="")


def version_header(version: int | None) -> dict[str, str]:
    """The header by which a change is refused (`VersionConflict`) where the object has another version by now."""
    return {} if version is None else {"If-Match": f'"{version}"'}


class Connection:
    """A connection to one backend, used by any number of threads; each gets sockets of its own.

    `ca_file` is a PEM file of a private CA, which then is the only one trusted. `timeout` is the seconds to connect
    and the seconds between two pieces of an answer. `backoff` is the seconds waited before the second, third, ...
    try of a read; a write is sent once. Proxies come from the environment, but never for this machine itself.

    Raises `InvalidServerUrl` and `PlainHttpRefused` when made, the other `ClientError`s by `request`.
    """

    def __init__(
        self,
        server_url: str,
        *,
        token: str | None = None,
        ca_file: str | Path | None = None,
        timeout: tuple[float, float] = (5, 30),
        allow_plain_http: bool = False,
        backoff: tuple[float, ...] = (0.2, 0.8),
    ) -> None:
        self._server = parse_server_url(server_url, allow_plain_http=allow_plain_http)
        self._ca_file = str(ca_file) if ca_file else None
        self._timeout = timeout
        self._backoff = backoff
        self._token: str | None = None
        self._sessions = threading.local()
        self._open_sessions: list[requests.Session] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self.token = token

    def __repr__(self) -> str:
        return f"<Connection {self.server_url} {'with' if self._token else 'without'} a session>"

    @property
    def server_url(self) -> str:
        """The server's address, without a slash at its end."""
        return self._server.text

    @property
    def token(self) -> str | None:
        """The session token sent with every request. One that no header can carry counts as none."""
        return self._token

    @token.setter
    def token(self, token: str | None) -> None:
        is_sendable = token is not None and token.isascii() and token.isprintable() and " " not in token
        self._token = token if token and is_sendable else None

    def request(
        self,
        method: str,
        path: str,
        *,
        params: QueryParameters | None = None,
        body: BaseModel | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Sends one request and gives the answer if it is a success (2xx); raises a `ClientError` otherwise.

        A GET is tried again after a broken connection and after 502, 503 and 504. Anything else is sent once.
        """
        is_write = method != "GET"
        pauses = () if is_write else self._backoff
        for pause in (*pauses, None):
            try:
                return self._try_once(method, path, params, body, headers or {})
            except (ServerUnreachable, ServerUnavailable) as error:
                if pause is None or not _may_repeat(error) or self._closed.wait(pause):
                    raise
                _LOG.debug("%s %s is tried again: %s", method, path, type(error).__name__)
        raise AssertionError("unreachable")  # pragma: no cover

    def close(self) -> None:
        """Closes all sockets; requests under way end with an error, later ones are refused."""
        self._closed.set()
        with self._lock:
            sessions, self._open_sessions = self._open_sessions, []
        for session in sessions:
            session.close()

    def _try_once(
        self,
        method: str,
        path: str,
        params: QueryParameters | None,
        body: BaseModel | None,
        headers: Mapping[str, str],
    ) -> Answer:
        is_write = method != "GET"
        session = self._session()
        content = None if body is None else _to_json(body)
        sent_headers = {**headers, **({} if content is None else {"Content-Type": "application/json"})}
        started = time.monotonic()
        try:
            with session.request(
                method,
                self.server_url + path,
                params=_given(params),
                data=content,
                headers=sent_headers,
                auth=_Authorization(self._token),
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                verify=self._ca_file or True,
            ) as response:
                answer = Answer(response.status_code, response.headers, _read_content(response))
        except (OSError, HTTPError) as error:
            # The exceptions quote the whole address; what was searched for is nobody's business in a log.
            failure = failure_of(error, is_write=is_write)
            _LOG.debug("%s %s got no answer: %s", method, path, failure)
            raise failure from None
        _LOG.debug("%s %s %d in %.0f ms", method, path, answer.status, (time.monotonic() - started) * 1000)
        refusal = error_of(answer, is_write=is_write)
        if refusal is not None:
            raise refusal
        return answer

    def _session(self) -> requests.Session:
        if self._closed.is_set():
            raise ServerUnreachable("the connection was closed")
        session: requests.Session | None = getattr(self._sessions, "session", None)
        if session is None:
            session = self._open_session()
            self._sessions.session = session
            with self._lock:
                self._open_sessions.append(session)
        return session

    def _open_session(self) -> requests.Session:
        session = requests.Session()
        session.headers["User-Agent"] = f"ss-admin/{__version__}"
        session.headers["Accept"] = "application/json, application/problem+json"
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        if self._server.is_loopback:
            session.trust_env = False
        session.mount("https://", _VerifyingAdapter(_trust(self._ca_file)))
        return session


class _Authorization(requests.auth.AuthBase):
    """Sets the token, and keeps requests from putting a password of `~/.netrc` in its place."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _VerifyingAdapter(HTTPAdapter):
    """https with a trust of our own making: a private CA alone, or the system's store besides certifi's."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        super().__init__()

    def init_poolmanager(self, *arguments: object, **options: object) -> None:
        super().init_poolmanager(*arguments, ssl_context=self._trust, **options)  # type: ignore[arg-type]


def _trust(ca_file: str | None) -> ssl.SSLContext:
    try:
        # Without a file this loads the system's store; requests adds certifi's for each connection.
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one too
        raise CertificateRefused("the file of the private CA cannot be used") from error


def _read_content(response: requests.Response) -> bytes:
    """The whole body; an answer that never ends or is beyond all measure is given up."""
    give_up_at = time.monotonic() + ANSWER_MAX_SECONDS
    pieces: list[bytes] = []
    size = 0
    pieces_read: Iterable[bytes] = response.iter_content(_CHUNK_BYTES)
    for piece in pieces_read:
        pieces.append(piece)
        size += len(piece)
        if size > ANSWER_MAX_BYTES:
            raise UnexpectedAnswer("the answer is far too long", status=response.status_code)
        if time.monotonic() > give_up_at:
            raise TimeoutError("the answer does not end")
    return b"".join(pieces)


def _may_repeat(error: ClientError) -> bool:
    return isinstance(error, ServerUnavailable) or is_worth_another_try(error)


def _given(params: QueryParameters | None) -> dict[str, str | int]:
    return {name: value for name, value in (params or {}).items() if value is not None}


def _to_json(body: BaseModel) -> bytes:
    given = set(body.model_fields_set) if isinstance(body, ChangeRequest) else None
    return body.model_dump_json(include=given).encode()
