"""Watches over changes for tests: one that remembers what it was told, and one in a process of its own."""

import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ss_admin.backend.propagation.changes import Change
from ss_admin.backend.propagation.presence import worker_name
from ss_admin.backend.propagation.watch import ChangeWatch
from ss_admin.backend.store.engine import Store

__all__ = ["Watching", "eventually", "watching_process"]

_ROOT = Path(__file__).parent.parent.parent


class Watching:
    """A watch, and all that it told. `resets`: how many changes had been told before each of them."""

    def __init__(self, store: Store, *, name: str | None = None) -> None:
        self.watch = ChangeWatch(store, worker_id=str(uuid.uuid4()), worker_name=name or worker_name())
        self.changes: list[Change] = []
        self.resets: list[int] = []
        self.watch.subscribe(self._take, lambda: self.resets.append(len(self.changes)))

    @property
    def revisions(self) -> list[int]:
        """The revisions that it was told, in the order in which it was."""
        return [change.revision for change in self.changes]

    def start(self) -> "Watching":
        """Start, and wait until it watches and is counted."""
        self.watch.start()
        eventually(lambda: self.watch.is_fresh and self.watch.is_counted)
        return self

    def _take(self, changes: Sequence[Change]) -> None:
        self.changes.extend(changes)


def eventually(holds: Callable[[], object], *, seconds: float = 20) -> float:
    """Wait until something holds; how many seconds that took, to a 40th of a second. It asks less and less often."""
    began = time.monotonic()
    pause = 0.001
    while not holds():
        assert time.monotonic() - began < seconds, f"it does not hold within {seconds} s"
        time.sleep(pause)
        pause = min(pause * 1.5, 0.025)
    return time.monotonic() - began


@contextmanager
def watching_process(url: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that watches as a serving worker does, counted among the live ones."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.watching", url],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "watching\n"
            yield process
        finally:
            process.kill()


def _watch_until_told_to_end(url: str) -> None:
    store = Store.open(url)
    watching = Watching(store).start()
    sys.stdout.write("watching\n")
    sys.stdout.flush()
    sys.stdin.read()
    watching.watch.close()
    store.close()


if __name__ == "__main__":
    _watch_until_told_to_end(sys.argv[1])
