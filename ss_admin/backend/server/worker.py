"""What each worker process does before it answers, and at its end."""

import gc
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from granian.server import mp

from ss_admin.backend.app import create_app
from ss_admin.backend.gateway.middleware import Gateway
from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.server.direct_answers import DirectAnswers
from ss_admin.backend.server.slow_clients import SlowClients
from ss_admin.backend.settings import Settings
from ss_admin.backend.telemetry.events import begin_events
from ss_admin.backend.telemetry.logs import configure_logging

__all__ = ["AppLoader"]

_log = logging.getLogger(__name__)

_WAY_INTO_WSGI = "_wsgi_call_wrap"
"""A name of granian's own, which a worker looks up once. It is replaced in the worker's process alone."""


@dataclass(frozen=True)
class AppLoader:
    """Makes the app in the worker process, and sees to its end. `loaded` is sent the process's number then.

    `threads`: how many requests the worker answers at once.
    """

    settings: Settings
    spool_folder: Path
    threads: int
    loaded: Connection

    def __call__(self) -> Callable[..., Any]:
        """The WSGI callable."""
        _leave_interrupts_to_the_supervisor()
        configure_logging(self.settings.log_level)  # a worker that was not forked knows nothing of it yet
        events = begin_events(self.settings.event_stream, self.settings.otlp_endpoint, self.spool_folder)
        Finalize(None, events.close, exitpriority=5)  # the app ends before, at 10
        app = create_app(self.settings, spool=Spool.join(self.spool_folder), events=events)
        backend = app.extensions["ss_backend"]
        # Runs when granian has drained the worker: calls in flight are answered, nothing more is coming.
        Finalize(None, backend.close, exitpriority=10)
        _forget_environment()
        backend.start()
        SlowClients(
            backend.gateway.body_reads,
            threads=self.threads,
            max_body_bytes=self.settings.max_body_bytes,
            trusted=self.settings.trusted_proxies,
        ).start()
        _answer_calls_directly(backend.gateway)
        _collect_seldom()
        threading.Thread(target=_stop_with_parent, name="parent-watch", daemon=True).start()
        _let_no_stop_be_slept_over()
        with suppress(OSError):  # nobody is left to hear it
            self.loaded.send_bytes(str(os.getpid()).encode("ascii"))
        return app.wsgi_app


def _answer_calls_directly(gateway: Gateway) -> None:
    """Put `DirectAnswers` before granian's own way into WSGI; a granian without this place goes by WSGI alone."""
    by_wsgi = getattr(mp, _WAY_INTO_WSGI, None)
    if by_wsgi is None:
        return

    def wrap(*given: Any) -> DirectAnswers:  # noqa: ANN401 - what granian hands on to its own
        return DirectAnswers(gateway.answer_call, by_wsgi(*given))

    setattr(mp, _WAY_INTO_WSGI, wrap)


def _leave_interrupts_to_the_supervisor() -> None:
    """Ctrl-C reaches every process of the terminal; a worker that ended by itself would be taken for a crash."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _forget_environment() -> None:
    """Leave no secret and no invented header in the environment, which granian lays under every request."""
    for name in list(os.environ):
        if name.upper().startswith(("SS_", "HTTP_")):
            del os.environ[name]


def _collect_seldom() -> None:
    """What the app is made of stays, so the collector need not look at it; and calls leave hardly anything to collect.

    Else it looks through all known keys again and again, and the call that it stops waits for it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _let_no_stop_be_slept_over() -> None:
    """The kernel may hand a signal to any thread. Python notes it there, but its handlers run in the main thread.

    That one sleeps in granian until a handler wakes it, so it is woken by a signal of its own, whose handler does
    nothing.
    """
    if not hasattr(signal, "pthread_kill"):
        return
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.signal(signal.SIGURG, lambda _number, _frame: None)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    main = threading.main_thread().ident or 0
    threading.Thread(target=_wake_main, args=(told, main), name="stop-watch", daemon=True).start()


def _wake_main(told: int, main: int) -> None:
    while numbers := os.read(told, 64):
        if signal.SIGTERM in numbers:
            signal.pthread_kill(main, signal.SIGURG)


def _stop_with_parent() -> None:
    """If the supervising process is killed, the worker must not go on and hold the port."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
