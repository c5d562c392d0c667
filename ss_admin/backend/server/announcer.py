"""Says where the server is, once, as soon as all of its workers answer."""

import ssl
import threading
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection

from ss_admin.backend.server.claims import Listener

__all__ = ["Announcer"]

_POLL_SECONDS = 0.05


class Announcer(threading.Thread):
    """Asks the server itself whether it answers, then announces its URL.

    Not before every worker was forked and has loaded: a lock of OpenSSL's that this thread held just then would stay
    locked for ever in the worker, which makes a TLS context of its own for webhooks and would never come up.
    """

    def __init__(self, listener: Listener, address: str, port: int, announce: Callable[[str], None]) -> None:
        super().__init__(name="ready-announcer", daemon=True)
        host = f"[{listener.host}]" if ":" in listener.host else listener.host
        self._tls = listener.tls_cert is not None
        self._url = f"{'https' if self._tls else 'http'}://{host}:{port}"
        self._announce = announce
        self.address = address
        self.port = port
        self._stopping = threading.Event()
        self._may_ask = threading.Event()

    def ask_from_now_on(self) -> None:
        """The workers have loaded; each listens in a moment."""
        self._may_ask.set()

    def run(self) -> None:
        """Announce the URL once, as soon as `/healthz` answers."""
        self._may_ask.wait()
        while not self._stopping.is_set():
            if self._answers():
                self._announce(self._url)
                return
            self._stopping.wait(_POLL_SECONDS)

    def stop(self) -> None:
        """Ask no more."""
        self._stopping.set()
        self._may_ask.set()

    def _answers(self) -> bool:
        connection = self._connection()
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound
        address = reached.get(self.address, self.address)
        if not self._tls:
            return HTTPConnection(address, self.port, timeout=2)
        # It is the server itself that is asked, over loopback; its certificate is made out to another name.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return HTTPSConnection(address, self.port, timeout=2, context=context)
