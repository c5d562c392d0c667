"""granian's supervisor, made to outlast workers that die again and again, and to keep a housekeeper beside them."""

import logging
import multiprocessing
import signal
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from multiprocessing.util import register_after_fork
from typing import Any

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from ss_admin.backend.server.claims import Listener
from ss_admin.backend.server.housekeeper import Housekeeper
from ss_admin.backend.server.restart_pause import RestartPause
from ss_admin.backend.server.worker import AppLoader

__all__ = ["BLOCKING_THREADS", "DRAIN_SECONDS", "MAX_CONNECTIONS", "Supervisor", "WorkersCannotStart"]

Target = Callable[..., Any] | None

_log = logging.getLogger(__name__)

BLOCKING_THREADS = 1024
"""Threads of a worker that run requests, made as needed: as many as there are requests at once.

Decision: whoever sends a body slowly holds a thread, since granian waits for a body in no other way, and takes no
answer once the thread that it gave the request to has come back. So there are so many that a few hundred slow clients
leave some free for everybody else, until they are cut off (`slow_clients`). Each takes 0.1 to 0.2 MB once it is in
use; how many there may be costs a call nothing: measured with the worker alone on a core and 32 connections, 4, 8, 16,
32 and 256 take the same processor time, as does an event loop of our own with llhttp. granian's RSGI interface, where a
loop awaits bodies, takes a fifth more: each request passes between three threads.
"""

MAX_CONNECTIONS = 100_000
"""granian's backpressure: it counts live connections, idle ones too, so it must lie above any number of clients."""

LISTEN_BACKLOG = 1024
DRAIN_SECONDS = 30
"""How long calls in flight may take after SIGTERM before the worker is killed."""

HEADER_SECONDS = 30
"""How long a request's head may take, and a connection stay idle before the next one."""

MAX_HEAD_BYTES = 64 * 1024
_SPARE_FILES = 256
"""Of the files that a process may open, what is left to other things than connections."""

_LOOK_SECONDS = 0.25
_VAIN_STARTS = 3


class WorkersCannotStart(Exception):
    """Workers end before they have loaded, and not one ever has."""


class Supervisor(MPServer):
    """Starts the workers and the housekeeper, and starts each again that dies.

    granian's own loop gives up when a worker dies twice within seconds. Here such a worker waits a growing pause while
    the others go on, and only workers of which not one ever came up are fatal (`WorkersCannotStart`).
    `all_loaded` is called once, when every worker has made its app.
    """

    def __init__(
        self,
        listener: Listener,
        place: tuple[str, int],
        *,
        workers: int,
        housekeeper: Housekeeper,
        all_loaded: Callable[[], None],
    ) -> None:
        super().__init__(
            "ss-backend",
            address=place[0],
            port=place[1],
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=BLOCKING_THREADS,
            runtime_threads=1,
            # HTTP/1.1 alone: clients of an API use it, and only with it is a silent connection ended.
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=MAX_HEAD_BYTES),
            websockets=False,
            backlog=LISTEN_BACKLOG,
            backpressure=_raise_open_files(),
            log_level=LogLevels.warning,
            # Incremental: granian keeps no handlers of its own, its lines go where ours go.
            log_dictconfig={"incremental": True, "formatters": {}, "handlers": {}, "loggers": {"_granian": {}}},
            ssl_cert=listener.tls_cert,
            ssl_key=listener.tls_key,
            ssl_protocol_min=SSLProtocols.tls12,
        )
        self._housekeeper = housekeeper
        self._all_loaded = all_loaded
        self._loads, self._tell_loaded = multiprocessing.Pipe(duplex=False)
        self._loaded = 0
        self._vain_starts = 0
        self._restart_pauses = [RestartPause() for _ in range(workers)]
        self._due: dict[int, float] = {}
        register_after_fork(self, _obey_stop_while_loading)
        logging.getLogger("_granian").addFilter(_is_news)

    def run(self, make_loader: Callable[[Any], AppLoader]) -> None:
        """Serve until SIGTERM or SIGINT. `make_loader` is given where a worker tells that it has loaded.

        Raises `WorkersCannotStart`.
        """
        try:
            self.serve(target_loader=make_loader(self._tell_loaded), wrap_loader=False)
        except SystemExit:
            # granian's way to say that a worker ended by itself: of no interest once a stop was asked for.
            pass
        finally:
            logging.getLogger("_granian").removeFilter(_is_news)
        if self._vain_starts >= _VAIN_STARTS:
            raise WorkersCannotStart

    def _serve_loop(self, spawn_target: Target, target_loader: Target) -> None:
        """Looks up four times a second, which also lets signal handlers run.

        Of two signals that come together the kernel may hand both to another thread. Python notes them there, but its
        handlers run in the main thread, which would sleep on: a stop would be lost.
        """
        while True:
            self.main_loop_interrupt.wait(_LOOK_SECONDS)
            if self.interrupt_signal or self._vain_starts >= _VAIN_STARTS:
                return
            self.main_loop_interrupt.clear()
            self._hear_loaded()
            self._note_deaths()
            self._start_those_due(spawn_target, target_loader)
            self._housekeeper.look()

    def _stop_workers(self) -> None:
        """Ask them to end, and kill those that do not.

        Granian's own takes a worker that its watching thread buries at that moment for one that refuses to end.
        """
        workers: Sequence[Any] = self.wrks  # granian's class is not typed throughout
        for worker in workers:
            worker.terminate()
        until = time.monotonic() + DRAIN_SECONDS
        for number, worker in enumerate(workers):
            if not wait([worker.inner.sentinel], max(0.0, until - time.monotonic())):
                _log.warning("a worker does not end by itself; it is killed", extra={"worker": number + 1})
                worker.kill()
            worker.join()
        self.wrks.clear()

    def _hear_loaded(self) -> None:
        while self._loads.poll():
            self._loads.recv_bytes()
            self._vain_starts = 0
            self._loaded += 1
            if self._loaded == self.workers:
                self._all_loaded()

    def _note_deaths(self) -> None:
        """Granian's watching threads note each worker that ended by itself."""
        dead = [self.interrupt_children.pop() for _ in range(len(self.interrupt_children))]
        for number in dead:
            _log.error(
                "a worker ended unexpectedly; it is started again",
                extra={"worker": number + 1, "exit_status": self.wrks[number].inner.exitcode},
            )
            if not self._loaded:
                self._vain_starts += 1
            self._due[number] = self._restart_pauses[number].next_start()

    def _start_those_due(self, spawn_target: Target, target_loader: Target) -> None:
        now = time.monotonic()
        for number in [number for number, moment in self._due.items() if moment <= now]:
            del self._due[number]
            worker = self._spawn_worker(idx=number, target=spawn_target, callback_loader=target_loader)
            self._restart_pauses[number].born()
            worker.start()  # type: ignore[no-untyped-call]
            self.wrks[number] = worker


def _raise_open_files() -> int:
    """Let this process and its workers open as many files as the system allows; how many connections that makes.

    A worker that accepted more could not open its own files, and would spin over connections it cannot take.
    """
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return MAX_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, OSError):  # macOS takes no endless number
        hard = soft
    if hard == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return min(MAX_CONNECTIONS, max(hard - _SPARE_FILES, hard // 2))


def _obey_stop_while_loading(_supervisor: object) -> None:
    """In a worker just forked: until granian sets the worker's own handlers, a stop ends it at once.

    It would inherit the supervisor's handlers otherwise, which note the signal where nobody looks, and be killed when
    the drain is over. Nothing is lost: it has answered nothing yet.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _is_news(record: logging.LogRecord) -> bool:
    """What granian says of its threads is known, and what it says of an ended worker is said here, with more."""
    return not record.getMessage().startswith(("Configuration allows spawning", "Unexpected exit from worker"))
