"""`ss-admin demo` as a person starts it: a process, a window on the screen, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def wait_for(condition: Callable[[], object], what: str, seconds: float = 40) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, f"waited in vain: {what}"
        time.sleep(0.05)


def windows_called(title: str) -> list[str]:
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"], capture_output=True, text=True, check=False
    )
    return found.stdout.split()


def processes_in(folder: Path) -> list[int]:
    """Processes that were started with this folder for their temporary files."""
    mark = f"TMPDIR={folder}".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environ.read_bytes().split(b"\0"):
                found.append(int(environ.parent.name))
        except OSError:
            continue
    return found


@pytest.fixture
def demo(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "ss_admin.desktop.cli", "demo"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.mark.parametrize("end_with", [signal.SIGTERM, signal.SIGINT])
def test_the_window_opens_signed_in_and_leaves_nothing_behind(demo, tmp_path, end_with):
    wait_for(lambda: windows_called("SignalSync Admin"), "the window")
    # Keys work from the first moment on: Ctrl+N opens the dialog, which the list behind it had to be there for.
    wait_for(lambda: press("ctrl+n") and windows_called("New API Key"), "the dialog")
    press("Escape")
    wait_for(lambda: not windows_called("New API Key"), "the dialog is closed")
    demo.send_signal(end_with)
    out, errors = demo.communicate(timeout=30)
    assert demo.returncode == 0
    assert out == ""
    assert "Traceback" not in errors
    wait_for(lambda: not processes_in(tmp_path), "no process is left", 10)
    assert list(tmp_path.glob("ss-admin-demo-*")) == []


def test_closing_the_window_ends_the_command(demo, tmp_path):
    wait_for(lambda: windows_called("SignalSync Admin"), "the window")
    wait_for(lambda: press("ctrl+n") and windows_called("New API Key"), "the dialog")
    press("Escape")
    wait_for(lambda: not windows_called("New API Key"), "the dialog is closed")
    press("alt+F4")
    demo.communicate(timeout=30)
    assert demo.returncode == 0
    wait_for(lambda: not processes_in(tmp_path), "no process is left", 10)


def press(keys: str) -> bool:
    subprocess.run(["xdotool", "key", "--clearmodifiers", keys], check=True)
    time.sleep(0.4)
    return True
