"""A housekeeping in a process of its own, to be killed: `python -m tests.support.housekeeping_process URL FOLDER`."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from ss_admin.backend.housekeeping.housekeeping import create_housekeeping
from ss_admin.backend.journal.spool import Spool
from tests.support.backend import test_settings

__all__ = ["start_housekeeping_process"]


def start_housekeeping_process(url: str, folder: Path) -> subprocess.Popen[bytes]:
    """It drains the spool in `folder` until it is killed; it has begun when this returns."""
    command = [sys.executable, "-m", "tests.support.housekeeping_process", url, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    return process


def _main() -> None:
    url, folder = sys.argv[1:]
    create_housekeeping(test_settings(url), spool=Spool.join(Path(folder))).start()
    print("begun", flush=True)  # noqa: T201 - told to who started this
    threading.Event().wait()


if __name__ == "__main__":
    _main()
