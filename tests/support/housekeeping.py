"""What calls have left in journals, brought into the database: for tests that read it right after a call."""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from ss_admin.backend.housekeeping.access_log import AccessLog
from ss_admin.backend.housekeeping.batches import BatchWriter
from ss_admin.backend.housekeeping.dead_letters import DeadLetters
from ss_admin.backend.housekeeping.housekeeping import Housekeeping, create_housekeeping
from ss_admin.backend.housekeeping.positions import read_positions
from ss_admin.backend.housekeeping.sources import Sources
from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.store.engine import Store
from tests.support.backend import test_settings

__all__ = ["drain_spool", "keeping_house", "settle", "wait_until_drained"]

_ENTRIES = 1000


def settle(app: Flask, *, access_log: io.StringIO | None = None) -> None:
    """Write all that the app has journaled into its database, here and now."""
    backend = app.extensions["ss_backend"]
    drain_spool(backend.store, backend.spool.folder, access_log=access_log)


@contextmanager
def keeping_house(app: Flask, **changes: object) -> Iterator[Housekeeping]:
    """The whole housekeeping of an app, in this process: its webhooks are sent; other settings as told."""
    backend = app.extensions["ss_backend"]
    settings = test_settings(str(backend.store.engine.url.render_as_string(hide_password=False)), **changes)
    spool = Spool.join(backend.spool.folder)
    housekeeping = create_housekeeping(settings, store=backend.store, spool=spool)
    housekeeping.start()
    try:
        yield housekeeping
    finally:
        housekeeping.close()


def drain_spool(store: Store, folder: Path, *, access_log: io.StringIO | None = None) -> None:
    """Write all that stands in a spool into the store, here and now, and send nothing."""
    spool = Spool.join(folder)
    sources = Sources(store, spool)
    writer = BatchWriter(
        store,
        access_log=AccessLog(None if access_log is None else lambda lines: access_log.write(b"".join(lines).decode())),
        dead_letters=DeadLetters(folder.parent),
        deliveries_written=lambda: None,
    )
    is_all = False
    while not is_all:
        readings, is_all = sources.read(_ENTRIES)
        if readings:
            writer.write(readings)
            sources.advance(readings)
    sources.close()
    spool.close()


def wait_until_drained(store: Store, base: Path, seconds: float = 20) -> None:
    """Wait for the housekeeping of servers whose spools stand in this folder: all that is journaled is written."""
    until = time.monotonic() + seconds
    while _is_left(store, base):
        assert time.monotonic() < until, "calls are still not written"
        time.sleep(0.01)


def _is_left(store: Store, base: Path) -> bool:
    for folder in base.iterdir() if base.is_dir() else ():
        if not folder.is_dir():
            continue
        spool = Spool.join(folder)
        readers = spool.readers()
        places = read_positions(store, [reader.id for reader in readers])
        try:
            if any(reader.read(*places.get(reader.id, (0, 0)), limit=1).entries for reader in readers):
                return True
        finally:
            spool.close()
    return False
