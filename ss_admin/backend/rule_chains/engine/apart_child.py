"""One process for long runs as the worker sees it: started, asked, and ended where it does not answer in time.

A thread of its own writes to the process and reads from it. Whoever asks only waits for that thread, so that nothing
depends on pipes that can be waited for, which not every system has.
"""

import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType

import ss_admin
from ss_admin.backend.rule_chains.engine.apart_process import EXIT_OUT_OF_MEMORY
from ss_admin.backend.rule_chains.engine.outcomes import OUT_OF_MEMORY
from ss_admin.backend.rule_chains.engine.wire import Message, read_message

__all__ = ["ApartChild", "ChildEnded", "ChildNotStarted", "ChildTimedOut"]

_log = logging.getLogger(__name__)

START_SECONDS = 30.0
_MODULE = "ss_admin.backend.rule_chains.engine.apart_process"
_ENDED = "The process that ran it ended unexpectedly."
_CAUSES: Mapping[int, str] = MappingProxyType(
    {
        # signals: SIGABRT, SIGBUS, SIGSEGV; then what Windows calls them
        **dict.fromkeys((-6, -7, -10, -11), OUT_OF_MEMORY),
        EXIT_OUT_OF_MEMORY: OUT_OF_MEMORY,
        **dict.fromkeys((0xC0000005, 0xC00000FD, 0xC0000409, 0xC0000017), OUT_OF_MEMORY),
    }
)


class ChildNotStarted(Exception):
    """It never came to the point where it could be asked."""


class ChildTimedOut(Exception):
    """It did not answer in time, and was ended."""


class ChildEnded(Exception):
    """It ended before it answered; the message says why, as far as that is known."""


class ApartChild:
    """A process, which gets one request at a time. `knows`: the keys of the chains that it has compiled."""

    def __init__(self) -> None:
        self.knows: frozenset[str] = frozenset()
        self._ended = False
        self._process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
            [sys.executable, "-P", "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        self._requests: SimpleQueue[tuple[bytes, Future[Message]] | None] = SimpleQueue()
        self._ready: Future[Message] = Future()
        threading.Thread(target=self._converse, name="rule-chain-process", daemon=True).start()

    @property
    def pid(self) -> int:
        """The system's number for it."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return not self._ended and self._process.poll() is None

    def ask(self, request: bytes, seconds: float) -> Message:
        """Its answer. Raises `ChildTimedOut` (then it is ended), `ChildEnded` and `ChildNotStarted`.

        The time that it takes to start does not count.
        """
        try:
            self._ready.result(START_SECONDS)
        except (TimeoutError, ChildEnded):
            self.end()
            raise ChildNotStarted from None
        answer: Future[Message] = Future()
        self._requests.put((request, answer))
        try:
            message = answer.result(seconds)
        except TimeoutError:
            self.end()
            raise ChildTimedOut from None
        self.knows = frozenset(message["knows"])
        return message

    def end(self) -> None:
        """End it at once, whatever it does. Idempotent."""
        self._ended = True
        self._process.kill()
        self._requests.put(None)

    def _converse(self) -> None:
        awaited = self._ready
        try:
            with contextlib.suppress(OSError), self._process as process:
                while (message := self._read()) is not None:
                    awaited.set_result(message)
                    item = self._requests.get()
                    if item is None:
                        break
                    request, awaited = item
                    if not self._write(request):
                        break
                process.kill()
        finally:
            self._settle(awaited)

    def _read(self) -> Message | None:
        try:
            return None if self._process.stdout is None else read_message(self._process.stdout)
        except (OSError, ValueError):
            return None

    def _write(self, request: bytes) -> bool:
        if self._process.stdin is None:
            return False
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def _settle(self, awaited: "Future[Message]") -> None:
        """Nobody waits for ever: neither for the answer that did not come nor for one that was asked for since."""
        _log.info("a process for rule chains ended: %s", self._process.returncode)
        ended = ChildEnded(_CAUSES.get(self._process.returncode, _ENDED))
        if not awaited.done():
            awaited.set_exception(ended)
        while not self._requests.empty():
            item = self._requests.get()
            if item is not None:
                item[1].set_exception(ended)


def _environment() -> dict[str, str]:
    """Ours without the settings: a chain's process has no business with the pepper or the database."""
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("SS_")}
    places = [str(Path(ss_admin.__file__).parent.parent), environment.get("PYTHONPATH", "")]
    environment["RUST_BACKTRACE"] = environment["RUST_LIB_BACKTRACE"] = "0"  # the engine would write one per failure
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, places))
    return environment
