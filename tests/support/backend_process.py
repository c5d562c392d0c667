"""`ss-backend serve` as a process of its own, on a given database and port."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["serve_database"]


@contextmanager
def serve_database(database: Path, *, port: int = 0, log: Path | None = None, **settings: str) -> Iterator[str]:
    """Serves an SQLite file until the block is left; gives its URL.

    `log`: where its log goes; `settings`: more `SS_…` variables.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SS_")}
    environment |= {"SS_DATABASE_URL": f"sqlite:///{database}", **settings}
    with (log or Path(os.devnull)).open("a") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", "from ss_admin.backend.cli import main; main()", "serve", "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=environment,
        )
    assert process.stdout is not None
    with process.stdout:
        try:
            url = process.stdout.readline().strip()
            assert url, "the backend did not start" if log is None else log.read_text()
            yield url
        finally:
            process.terminate()
            process.wait(40)
