"""An empty Flask route on granian, set up as the backend is: what everything else is compared with.

Run as a program it prints its port and serves until its standard input closes.
"""

import os
import signal
import socket
import sys
import threading

from flask import Flask, request
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from ss_admin.backend.server import BLOCKING_THREADS, MAX_CONNECTIONS

app = Flask(__name__)


@app.post("/")
def empty() -> dict[str, str]:
    """Nothing but reading the body: an answer over an unread one would break the connection."""
    request.get_data()
    return {}


def _stop_with_parent() -> None:
    # Not sys.stdin.read(): its lock would be held for ever in the forked worker.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serves."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    Granian(
        "tests.benchmarks.empty_flask:app",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        runtime_threads=1,
        backpressure=MAX_CONNECTIONS,
        log_level=LogLevels.error,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    main()
