"""The demo: a backend of its own, started as a process, with the desktop app signed in to it or with no window."""

import contextlib
import importlib.util
import json
import os
import queue
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import IO, Final

from pydantic import SecretStr, ValidationError

from ss_admin.contract.accounts import Role
from ss_admin.contract.demo import DemoReady, DemoUser

__all__ = ["DemoBackend", "DemoFailed", "serve_without_window", "start_demo_backend"]

_READY_WITHIN_SECONDS: Final = 60.0
_STOP_WITHIN_SECONDS: Final = 15.0
_LOOK_SECONDS: Final = 0.5
_BACKEND_NEEDS: Final = ("flask", "granian", "sqlalchemy", "zen")


class DemoFailed(Exception):
    """The demo's backend could not be started, or ended by itself; the text is for the person who started it."""


class DemoBackend:
    """A running backend with sample data. It ends with `stop`, and by itself when this process is gone."""

    def __init__(self, process: "subprocess.Popen[str]", ready: DemoReady, complaints: "_LastLines") -> None:
        self._process = process
        self._complaints = complaints
        self.ready = ready

    @property
    def administrator(self) -> DemoUser:
        """The first Tenant Administrator to sign in as."""
        return next(user for user in self.ready.users if user.role is Role.TENANT_ADMIN)

    @property
    def credentials(self) -> tuple[str, SecretStr]:
        """User name and password of `administrator`."""
        return self.administrator.username, SecretStr(self.administrator.password)

    def wait(self) -> None:
        """Waits until the backend ends by itself, which it should not; then raises `DemoFailed`.

        It looks up now and then: Ctrl+C that comes just before a sleep without end would be slept over.
        """
        while not self._complaints.have_ended(_LOOK_SECONDS):
            pass
        code = self._process.wait()
        raise DemoFailed(f"The sample backend ended by itself (exit code {code}).{self._complaints.as_text()}")

    def stop(self) -> None:
        """Ends the backend: calls under way are finished, data that is not to be kept is removed."""
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(_STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._complaints.close()
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextlib.contextmanager
def start_demo_backend(data: Path | None) -> Iterator[DemoBackend]:
    """A backend with sample data for the time of the `with` block. `data`: the folder to keep it in.

    Raises `DemoFailed`.
    """
    if any(importlib.util.find_spec(name) is None for name in _BACKEND_NEEDS):
        raise DemoFailed('The demo needs the backend; pip install ".[backend]" in the project\'s folder brings it.')
    process = _start_process(data)
    complaints = _LastLines(_stream(process.stderr))
    try:
        ready = _read_ready_line(process, complaints)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    backend = DemoBackend(process, ready, complaints)
    try:
        yield backend
    finally:
        backend.stop()


def serve_without_window(data: Path | None, *, out: IO[str], words: IO[str]) -> None:
    """Serves sample data until interrupted: one line of JSON on `out`, then the same for people on `words`.

    Raises `DemoFailed` where the backend cannot start or ends by itself.
    """
    with contextlib.suppress(KeyboardInterrupt), _interrupted_by(signal.SIGTERM), start_demo_backend(data) as backend:
        out.write(backend.ready.model_dump_json() + "\n")
        out.flush()
        words.write(in_words(backend.ready, is_kept=data is not None))
        words.flush()
        backend.wait()


def in_words(ready: DemoReady, *, is_kept: bool) -> str:
    """What the JSON line says, for people, with a call ready to paste."""
    fate = "kept in the folder you named" if is_kept else "thrown away at the end"
    widths = [max(len(text) for text in column) for column in zip(*map(_columns, ready.users), strict=True)]
    people = [
        "  ".join(text.ljust(width) for text, width in zip(_columns(user), widths, strict=True)) for user in ready.users
    ]
    endpoint = f"{ready.url}/rulechains/{ready.rulechain_id}/execute"
    lines = [
        f"SignalSync Admin with sample data ({fate}): {ready.url}",
        "",
        "Sign in as (password, role, tenant; passwords are new at each start):",
        *(f"  {line.rstrip()}" for line in people),
        "",
        "Call the building alarm as a partner does:",
        f"  export SS_API_KEY={ready.api_key}",
        f"  printf 'x-api-key: %s' \"$SS_API_KEY\" | curl -sS -X POST {endpoint} \\",
        "    -H @- -H 'Content-Type: application/json' \\",
        f"    -d {shlex.quote(json.dumps(ready.payload, ensure_ascii=False))}",
        "",
        "Ctrl+C ends it.",
        "",
    ]
    return "\n".join(lines)


def _columns(user: DemoUser) -> tuple[str, ...]:
    return user.username, user.password, user.role.value.replace("_", " "), user.tenant


def _start_process(data: Path | None) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "ss_admin.backend.demo"]
    if data is not None:
        command += ["--data", str(data)]
    try:
        return subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env=_without_settings(os.environ),
            # Ctrl+C in the terminal is for this process, which then stops the backend in order.
            start_new_session=True,
        )
    except OSError as error:
        raise DemoFailed(f"The sample backend cannot be started: {error.strerror}") from error


def _without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without the operator's settings: the demo must never touch a real database."""
    kept = {name: value for name, value in environment.items() if not name.upper().startswith("SS_")}
    return {**kept, "PYTHONUTF8": "1"}


def _stream(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise DemoFailed("The sample backend has no output.")
    return stream


def _read_ready_line(process: "subprocess.Popen[str]", complaints: "_LastLines") -> DemoReady:
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    output = _stream(process.stdout)
    threading.Thread(target=lambda: lines.put(output.readline()), daemon=True).start()
    try:
        line = lines.get(timeout=_READY_WITHIN_SECONDS)
    except queue.Empty:
        raise DemoFailed(f"The sample backend was not ready within {_READY_WITHIN_SECONDS:.0f} s.") from None
    try:
        return DemoReady.model_validate_json(line)
    except ValidationError:
        # The cause would quote the line, and the line holds passwords.
        raise DemoFailed(f"The sample backend could not start.{complaints.as_text()}") from None


class _LastLines:
    """Reads a stream to its end, so that its writer never waits, and remembers the last lines."""

    def __init__(self, stream: IO[str], count: int = 8) -> None:
        self._lines: list[str] = []
        self._count = count
        self._stream = stream
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def as_text(self) -> str:
        """What was said last, on lines of its own; empty where nothing was said."""
        self._thread.join(2)
        return "".join(f"\n{line}" for line in list(self._lines))

    def have_ended(self, seconds: float) -> bool:
        """Whether the writer has ended, by now or within so many seconds."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def close(self) -> None:
        """Once the writer has ended."""
        self._thread.join(2)
        if not self._thread.is_alive():
            self._stream.close()

    def _read(self) -> None:
        for line in self._stream:
            self._lines = [*self._lines, line.rstrip()][-self._count :]


@contextlib.contextmanager
def _interrupted_by(number: signal.Signals) -> Iterator[None]:
    """Lets a signal end the block as Ctrl+C does. Outside the main thread nothing can be set, and nothing is."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before: Callable[[int, FrameType | None], object] | int | None = signal.signal(number, interrupt)
    try:
        yield
    finally:
        signal.signal(number, before)
