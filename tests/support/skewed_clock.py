"""A host whose time of day is wrong, for whole processes with all that they start, by Debian's `faketime`.

Its monotonic clock stays right, as on a real host. One thing must be mended for that: since Python 3.11 `time.sleep`
sleeps until a moment of the monotonic clock, which faketime takes for one of the time of day and moves as well. The
processes find a `sitecustomize` that makes it wait as locks do, which faketime leaves alone.
"""

import os
import subprocess
from pathlib import Path

__all__ = ["forget_clock", "under_clock"]

_SITECUSTOMIZE = """\
import threading
import time

def sleep(seconds):
    threading.Event().wait(seconds)

time.sleep = sleep
"""


def under_clock(clock: str, folder: Path) -> list[str]:
    """What to put before a command, so that it runs with a time of day that is off: `+1h`, `-3d`.

    The command's process is its own, not a wrapper's, so that signals reach it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(_SITECUSTOMIZE)
    asked = ["faketime", "-m", "-f", clock, "printenv", "LD_PRELOAD"]
    library = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    variables = {
        "LD_PRELOAD": library,
        "FAKETIME": clock,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_CACHE_DURATION": "86400",  # read once: it forgets for a moment what it re-reads, every 10 s otherwise
        "PYTHONPATH": os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")])),
    }
    return ["env", *(f"{name}={value}" for name, value in variables.items())]


def forget_clock(pid: int) -> None:
    """Remove what faketime has left in shared memory where the process was killed."""
    for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
        Path("/dev/shm", name).unlink(missing_ok=True)
