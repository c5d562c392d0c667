"""`python -m ss_admin.backend.demo`: seeds, serves on a free loopback port, and prints one line of JSON when ready.

It ends on SIGTERM, and when whoever started it is gone: then the pipe on its standard input closes.
"""

import _thread
import os
import signal
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from ss_admin.backend.accounts.passwords import Passwords
from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.demo.fresh_secrets import make_sample_call, new_password, renew_passwords
from ss_admin.backend.demo.seeding import is_seeded, seed
from ss_admin.backend.server import serve
from ss_admin.backend.settings import ConfigurationError, Settings, resolve_pepper
from ss_admin.backend.signals.evaluation import Evaluation
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.migrate import SchemaNewer, upgrade
from ss_admin.contract.demo import DemoReady

DATABASE_NAME = "signalsync.db"


@click.command()
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Keep the data in this folder.")
def main(data: Path | None) -> NoReturn:
    """Serve sample data until SIGTERM, or until the pipe on standard input closes."""
    signal.signal(signal.SIGTERM, _leave)
    _forget_settings()
    _end_with_parent()
    with _folder(data) as folder:
        try:
            # Standard output is for the one line that says where the demo is.
            database_url = f"sqlite:///{folder / DATABASE_NAME}"
            settings = Settings(_env_file=None, database_url=database_url, event_stream="off")
            ready = _prepare(settings)
        except (ConfigurationError, StoreUnavailable, SchemaNewer) as fault:
            click.echo(f"The sample data cannot be prepared: {fault}", err=True)
            sys.exit(1)
        sys.exit(serve(settings, port=0, announce=lambda url: _announce(ready, url)))


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


def _forget_settings() -> None:
    """The operator's settings may name a real database; the demo never looks at them."""
    for name in [name for name in os.environ if name.upper().startswith("SS_") and name != "SS_LOG_LEVEL"]:
        del os.environ[name]


def _end_with_parent() -> None:
    """Watches the pipe on standard input, where there is one; a terminal or a file is left alone."""
    try:
        is_pipe = stat.S_ISFIFO(os.fstat(0).st_mode)
    except OSError:
        return
    if is_pipe:
        threading.Thread(target=_wait_for_parents_end, name="parent-watch", daemon=True).start()


def _wait_for_parents_end() -> None:
    while os.read(0, 4096):
        pass
    if os.name == "posix":
        os.kill(os.getpid(), signal.SIGTERM)
    else:
        _thread.interrupt_main(signal.SIGTERM)


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="ss-admin-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _prepare(settings: Settings) -> DemoReady:
    """Sample data where there is none yet, and everything that is made anew at each start; the URL comes later."""
    store = Store.open(settings.database_url)
    try:
        upgrade(store)
        passwords = Passwords()
        with store.writing() as session:
            if not is_seeded(session):
                seed(session, datetime.now(UTC), unusable_password_hash=passwords.hash(new_password()))
        users = renew_passwords(store, passwords)
        call = make_sample_call(store, ApiKeysService(store, resolve_pepper(settings)))
        Evaluation(store).look()  # the first screen shows what there is to see
    finally:
        store.close()
    return DemoReady(url="", users=users, api_key=call.api_key, rulechain_id=call.rulechain_id, payload=call.payload)


def _announce(ready: DemoReady, url: str) -> None:
    sys.stdout.write(ready.model_copy(update={"url": url}).model_dump_json() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
