"""`python -m tests.benchmarks.serve_target MODULE:APP WORKERS`: any WSGI app on granian, set up as the backend is.

It prints its port and serves until its standard input closes.
"""

import os
import signal
import socket
import sys
import threading

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from ss_admin.backend.server.supervisor import (
    BLOCKING_THREADS,
    HEADER_SECONDS,
    LISTEN_BACKLOG,
    MAX_CONNECTIONS,
    MAX_HEAD_BYTES,
)


def main(target: str, workers: int) -> None:
    """Serves."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    Granian(
        target,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=int(os.environ.get("BENCH_THREADS", BLOCKING_THREADS)),
        runtime_threads=1,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=MAX_HEAD_BYTES),
        backlog=LISTEN_BACKLOG,
        backpressure=MAX_CONNECTIONS,
        log_level=LogLevels.error,
        websockets=False,
    ).serve()


def _stop_with_parent() -> None:
    # Not sys.stdin.read(): its lock would be held for ever in the forked worker.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
