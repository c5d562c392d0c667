"""Serves the backend with granian: one line on standard output when it answers, a drain and a flush when it stops.

granian's main process supervises a worker process, in which the app lives. On the embedded database there is exactly
one worker, since only one process can count a rate limit exactly without a store that all share.
"""

import logging
import multiprocessing
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from multiprocessing.connection import wait
from multiprocessing.util import Finalize, register_after_fork
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.log import LogLevels

from ss_admin.backend.app import create_app
from ss_admin.backend.settings import ConfigurationError, Settings
from ss_admin.backend.store.address import embedded_database_file, parse_database_url
from ss_admin.backend.store.engine import StoreUnavailable
from ss_admin.backend.telemetry.logs import configure_logging

__all__ = ["Listener", "serve"]

EXIT_FAILED = 1
EXIT_USAGE = 2

BLOCKING_THREADS = 64
"""Threads that run requests. They are made as needed; a client that sends its body slowly holds one of them."""

MAX_CONNECTIONS = 100_000
"""granian's backpressure: it counts live connections, idle ones too, so it must lie above any number of clients."""

LISTEN_BACKLOG = 1024
DRAIN_SECONDS = 30
"""How long calls in flight may take after SIGTERM before the worker is killed."""

_POLL_SECONDS = 0.05
_LOOK_UP_SECONDS = 0.5


@dataclass(frozen=True)
class Listener:
    """Where to listen, and the files of the certificate and its key for TLS. Port 0: any free one."""

    host: str = "127.0.0.1"
    port: int = 8080
    tls_cert: Path | None = None
    tls_key: Path | None = None


class _CannotStart(Exception):
    """One sentence for the operator, and the exit status."""

    def __init__(self, sentence: str, status: int = EXIT_FAILED) -> None:
        super().__init__(sentence)
        self.status = status


def serve(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    workers: int = 1,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    announce: Callable[[str], None] | None = None,
) -> int:
    """Serve until SIGTERM or SIGINT; the exit status. Why it cannot start is one line on standard error.

    The database must be up to date (`store.migrate`). Every log line of the worker goes to standard error.
    `announce` is given the URL, once, as soon as the server answers there; by default it is printed.
    """
    try:
        _refuse_several_workers(settings, workers)
        listener = Listener(host, port, tls_cert, tls_key)
        _check_listener(listener)
        _check_app(settings)
        with _claimed(listener) as (address, claimed_port), _claimed_database(settings):
            announcer = _Announcer(listener, address, claimed_port, announce or _print_line)
            return _run(settings, listener, announcer)
    except _CannotStart as reason:
        print(f"ss-backend: {reason}", file=sys.stderr)  # noqa: T201 - a command's own words
        return reason.status


def _refuse_several_workers(settings: Settings, workers: int) -> None:
    if workers < 1:
        raise _CannotStart("--workers must be at least 1", EXIT_USAGE)
    if workers > 1 and settings.redis_url is None:
        raise _CannotStart(
            "--workers above 1 needs SS_REDIS_URL: without it rate limits would not be exact", EXIT_USAGE
        )
    if workers > 1:
        raise _CannotStart("several workers are not available in this version; use --workers 1", EXIT_USAGE)


def _check_listener(listener: Listener) -> None:
    if not 0 <= listener.port <= 65535:
        raise _CannotStart("--port must be from 0 to 65535", EXIT_USAGE)
    if (listener.tls_cert is None) != (listener.tls_key is None):
        raise _CannotStart("--tls-cert and --tls-key belong together", EXIT_USAGE)
    if listener.tls_cert is None or listener.tls_key is None:
        return
    try:
        # An encrypted key would make OpenSSL ask on the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(listener.tls_cert, listener.tls_key, password=str)
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, FileNotFoundError | PermissionError) else "not a matching pair"
        raise _CannotStart(f"the certificate and its key cannot be used: {reason}") from None


def _check_app(settings: Settings) -> None:
    """Make the app once and throw it away: what is wrong with the set-up is told in one line, not by a worker."""
    try:
        create_app(settings).extensions["ss_backend"].close()
    except (ConfigurationError, StoreUnavailable) as fault:
        raise _CannotStart(str(fault)) from None


@contextmanager
def _claimed(listener: Listener) -> Iterator[tuple[str, int]]:
    """The address and the port, which nobody else listens on.

    granian's own sockets share their port with any process that asks for it, so that two backends would each get
    half of the calls and count half of them. A socket without that option is refused where another one listens.
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            listener.host, listener.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        claim = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError):
        raise _CannotStart(f"there is no address called {listener.host}") from None
    with claim:
        try:
            if os.name == "posix":
                claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            claim.bind(place)
        except OSError as fault:
            raise _CannotStart(f"cannot listen on {listener.host} port {listener.port}: {fault.strerror}") from None
        address, port = claim.getsockname()[:2]
        if not sys.platform.startswith("linux"):
            claim.close()
        yield address, port


@contextmanager
def _claimed_database(settings: Settings) -> Iterator[None]:
    """The embedded database, which no other backend serves: each would count a key's calls without the other's.

    The claim is an address of Linux's that ends with the process, by whatever file name the database was opened.
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
            raise _CannotStart(
                "another backend serves this database already; with two of them rate limits would not be exact"
            ) from None
        yield


def _run(settings: Settings, listener: Listener, announcer: "_Announcer") -> int:
    logging.getLogger("_granian").addFilter(_without_thread_advice)
    server = Granian(
        "ss-backend",
        address=announcer.address,
        port=announcer.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        runtime_threads=1,
        http=HTTPModes.auto,
        websockets=False,
        backlog=LISTEN_BACKLOG,
        backpressure=MAX_CONNECTIONS,
        log_level=LogLevels.warning,
        # Incremental: granian keeps no handlers of its own, its lines go where ours go.
        log_dictconfig={"incremental": True, "formatters": {}, "handlers": {}, "loggers": {"_granian": {}}},
        ssl_cert=listener.tls_cert,
        ssl_key=listener.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
    )
    server.main_loop_interrupt = _WakefulEvent()
    register_after_fork(server, _obey_stop_while_loading)
    if multiprocessing.get_start_method() == "fork":
        os.register_at_fork(after_in_parent=announcer.ask_from_now_on)
    else:
        announcer.ask_from_now_on()
    announcer.start()
    try:
        server.serve(target_loader=_AppLoader(settings), wrap_loader=False)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else EXIT_FAILED
    finally:
        announcer.stop()
    return 0


class _WakefulEvent(threading.Event):
    """An event whose wait looks up now and then.

    Of two signals that come together the kernel may hand both to another thread. Python notes them there, but its
    handlers run in the main thread, which would sleep on: a stop would be lost.
    """

    def wait(self, timeout: float | None = None) -> bool:
        """As of any event; without a time-out it wakes every half second to let signal handlers run."""
        if timeout is not None:
            return super().wait(timeout)
        while not super().wait(_LOOK_UP_SECONDS):
            pass
        return True


def _obey_stop_while_loading(_server: object) -> None:
    """In a worker just forked: until granian sets the worker's own handlers, a stop ends it at once.

    It would inherit the supervisor's handlers otherwise, which note the signal where nobody looks, and be killed when
    the drain is over. Nothing is lost: it has answered nothing yet.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _without_thread_advice(record: logging.LogRecord) -> bool:
    return "Python threads" not in record.getMessage()


@dataclass(frozen=True)
class _AppLoader:
    """Makes the app in the worker process, and sees to its end."""

    settings: Settings

    def __call__(self) -> Callable[..., Any]:
        """The WSGI callable."""
        _leave_interrupts_to_the_supervisor()
        configure_logging(self.settings.log_level)  # a worker that was not forked knows nothing of it yet
        app = create_app(self.settings)
        backend = app.extensions["ss_backend"]
        # Runs when granian has drained the worker: calls in flight are answered, nothing more is coming.
        Finalize(None, backend.close, exitpriority=10)
        _forget_environment()
        backend.start()
        threading.Thread(target=_stop_with_parent, name="parent-watch", daemon=True).start()
        return app.wsgi_app


def _leave_interrupts_to_the_supervisor() -> None:
    """Ctrl-C reaches every process of the terminal; a worker that ended by itself would be taken for a crash."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _forget_environment() -> None:
    """Leave no secret and no invented header in the environment, which granian lays under every request."""
    for name in list(os.environ):
        if name.upper().startswith(("SS_", "HTTP_")):
            del os.environ[name]


def _stop_with_parent() -> None:
    """If the supervising process is killed, the worker must not go on and hold the port."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)


def _print_line(url: str) -> None:
    print(url, flush=True)  # noqa: T201 - the one line that the command promises


class _Announcer(threading.Thread):
    """Asks the server itself whether it answers, then announces its URL.

    Not before the worker was forked: a lock of OpenSSL's that this thread held just then would stay locked for ever in
    the worker, which makes a TLS context of its own for webhooks and would never come up.
    """

    def __init__(self, listener: Listener, address: str, port: int, announce: Callable[[str], None]) -> None:
        super().__init__(name="ready-announcer", daemon=True)
        host = f"[{listener.host}]" if ":" in listener.host else listener.host
        self._tls = listener.tls_cert is not None
        self._url = f"{'https' if self._tls else 'http'}://{host}:{port}"
        self._announce = announce
        self.address = address
        self.port = port
        self._stopping = threading.Event()
        self._may_ask = threading.Event()

    def ask_from_now_on(self) -> None:
        """The worker is a process of its own by now."""
        self._may_ask.set()

    def run(self) -> None:
        """Announce the URL once, as soon as `/healthz` answers."""
        self._may_ask.wait()
        while not self._stopping.is_set():
            if self._answers():
                self._announce(self._url)
                return
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Ask no more."""
        self._stopping.set()
        self._may_ask.set()

    def _answers(self) -> bool:
        connection = self._connection()
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.address, self.address)  # noqa: S104 - nothing is bound
        if not self._tls:
            return HTTPConnection(address, self.port, timeout=2)
        # It is the server itself that is asked, over loopback; its certificate is made out to another name.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return HTTPSConnection(address, self.port, timeout=2, context=context)
