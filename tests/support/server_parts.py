"""The processes of a running server, told apart from outside: its workers, its housekeeper, who holds a connection."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.benchmarks.processes import descendants, workers_among
from tests.support.server_process import RawConnection, ServerProcess
from tests.support.watching import eventually

__all__ = ["connection_to", "holder_of", "housekeeper_of", "is_running", "workers_of"]

_PROC = Path("/proc")
_TRIES = 200


def workers_of(server: ServerProcess) -> list[int]:
    """The processes that answer."""
    return workers_among(descendants(server.process.pid))


def housekeeper_of(server: ServerProcess) -> int | None:
    """The process that writes what calls have left; None while there is none."""
    for pid in descendants(server.process.pid):
        with suppress(OSError):
            if b"housekeeping.process" in (_PROC / str(pid) / "cmdline").read_bytes():
                return pid
    return None


def holder_of(connection: RawConnection, workers: Sequence[int]) -> int:
    """Which of the workers has the other end of a connection; waits until one has accepted it."""
    ours, theirs = connection.socket.getsockname()[1], connection.socket.getpeername()[1]
    found: list[int] = []

    def is_found() -> bool:
        link = _link_of_socket(local=theirs, remote=ours)
        found.extend(pid for pid in workers if link in _open_files(pid))
        return bool(found)

    eventually(is_found)
    return found[0]


def connection_to(address: tuple[str, int], worker: int, workers: Sequence[int]) -> RawConnection:
    """A new connection that this one of the workers holds."""
    for _ in range(_TRIES):
        connection = RawConnection(address)
        if holder_of(connection, workers) == worker:
            return connection
        connection.socket.close()
    raise AssertionError(f"worker {worker} takes no connection")


def is_running(pid: int) -> bool:
    """Whether a process lives; one that has ended and was not waited for does not."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _link_of_socket(*, local: int, remote: int) -> str | None:
    """What a descriptor of this connection's end links to; a connection that nobody has accepted has no number."""
    wanted = (f":{local:04X}", f":{remote:04X}")
    for line in (_PROC / "net" / "tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if (fields[1][-5:], fields[2][-5:]) == wanted:
            return f"socket:[{fields[9]}]"
    return None


def _open_files(pid: int) -> set[str]:
    links = set()
    with suppress(OSError):
        for entry in (_PROC / str(pid) / "fd").iterdir():
            with suppress(OSError):
                links.add(str(entry.readlink()))
    return links
