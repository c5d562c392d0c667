"""Serves the backend: one line on standard output when it answers, a drain and a flush when it stops.

A supervising process keeps the workers, in each of which the app lives, and the housekeeper, which writes what they
have journaled. It stops in this order: the workers answer the calls in flight, then the housekeeper writes the rest.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.server.announcer import Announcer
from ss_admin.backend.server.checks import check_app, check_listener, check_redis, check_workers
from ss_admin.backend.server.claims import Listener, claimed, claimed_database
from ss_admin.backend.server.housekeeper import Housekeeper
from ss_admin.backend.server.refusals import EXIT_FAILED, CannotStart
from ss_admin.backend.server.supervisor import BLOCKING_THREADS, Supervisor, WorkersCannotStart
from ss_admin.backend.server.worker import AppLoader
from ss_admin.backend.settings import Settings, spool_folder
from ss_admin.backend.telemetry.events import let_events_out

__all__ = ["serve"]


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

    The database must be up to date (`store.migrate`). Every log line of its processes goes to standard error, events
    to standard output behind the URL.
    `announce` is given the URL, once, as soon as the workers answer there; by default it is printed.
    """
    try:
        check_workers(settings, workers)
        listener = Listener(host, port, tls_cert, tls_key)
        check_listener(listener)
        check_redis(settings)
        check_app(settings)
        with claimed(listener) as place, claimed_database(settings), _claimed_spool(settings) as spool:
            announcer = Announcer(listener, *place, _then_events(announce or _print_line, spool))
            _run(settings, listener, spool, announcer, workers)
    except WorkersCannotStart:
        return _told("the workers end before they can answer; why stands in the lines above", EXIT_FAILED)
    except CannotStart as reason:
        return _told(str(reason), reason.status)
    return 0


def _told(sentence: str, status: int) -> int:
    print(f"ss-backend: {sentence}", file=sys.stderr)  # noqa: T201 - a command's own words
    return status


@contextmanager
def _claimed_spool(settings: Settings) -> Iterator[Spool]:
    """The folder that the workers journal in. It must be on a disk of this host: it is mapped into memory."""
    base = spool_folder(settings)
    try:
        spool = Spool.claim(base)
    except OSError as fault:
        raise CannotStart(f"the spool folder {base} cannot be used: {fault.strerror or fault}") from None
    try:
        yield spool
    finally:
        spool.close()


def _run(settings: Settings, listener: Listener, spool: Spool, announcer: Announcer, workers: int) -> None:
    place = (announcer.address, announcer.port)
    housekeeper = Housekeeper(settings, spool.folder)
    supervisor = Supervisor(
        listener, place, workers=workers, housekeeper=housekeeper, all_loaded=announcer.ask_from_now_on
    )

    def loader(loaded: Connection) -> AppLoader:
        return AppLoader(settings, spool.folder, BLOCKING_THREADS, loaded)

    housekeeper.start()
    announcer.start()
    try:
        supervisor.run(loader)
    finally:
        announcer.stop()
        housekeeper.stop()


def _then_events(announce: Callable[[str], None], spool: Spool) -> Callable[[str], None]:
    """Nothing of the server's other processes stands on standard output before the URL."""

    def announced(url: str) -> None:
        announce(url)
        let_events_out(spool.folder)

    return announced


def _print_line(url: str) -> None:
    print(url, flush=True)  # noqa: T201 - the one line that the command promises
