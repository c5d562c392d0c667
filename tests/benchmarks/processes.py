"""Which process of a server does what, on which core it may run and what memory it holds. Linux: from `/proc`."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["anonymous_bytes", "cpu_seconds", "descendants", "held_still", "pin", "workers_among"]

_PROC = Path("/proc")
_GRANIAN_THREAD = "tokio-rt-worker"  # its runtime runs in workers only, not in the supervisor


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and theirs."""
    parents: dict[int, list[int]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                parents.setdefault(int(_stat(int(folder.name))[1]), []).append(int(folder.name))
    found, left = [], [pid]
    while left:
        children = parents.get(left.pop(), [])
        found += children
        left += children
    return sorted(found)


def workers_among(pids: Iterable[int]) -> list[int]:
    """Those in which granian answers calls."""
    return [pid for pid in pids if _GRANIAN_THREAD in _thread_names(pid)]


def pin(pid: int, cores: Iterable[int]) -> None:
    """Let the process, and every thread it will start, run on these cores only."""
    chosen = set(cores)
    for task in _tasks(pid):
        with suppress(ProcessLookupError):
            os.sched_setaffinity(task, chosen)


@contextmanager
def held_still(pids: Iterable[int]) -> Iterator[None]:
    """The processes do nothing meanwhile, and go on afterwards."""
    held = list(pids)
    try:
        for pid in held:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in held:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def anonymous_bytes(pid: int) -> int:
    """Memory that is the process's own: pages of mapped files, such as its journal's, are left out."""
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"process {pid} has no memory")


def cpu_seconds(pid: int) -> float:
    """Processor time that the process has used, its ended children left out."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    # The name before stands in brackets and may hold anything.
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _tasks(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(folder.name) for folder in (_PROC / str(pid) / "task").iterdir()]
    return []


def _thread_names(pid: int) -> set[str]:
    names = set()
    for task in _tasks(pid):
        with suppress(OSError):
            names.add((_PROC / str(pid) / "task" / str(task) / "comm").read_text().strip())
    return names
