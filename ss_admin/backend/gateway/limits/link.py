"""The way to Redis: a few connections with short time-outs, and the one script that they call.

The `redis` package opens a connection (URL, TLS, password, database) and ends it; the script's call and its one-line
answer go over the connection's socket as they are, which halves the processor time of a call. A new connection tells
which run of Redis it met: a connection that a restart had closed is never replaced in silence.
"""

import socket
import threading
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Any, cast

import redis
from pydantic import SecretStr
from redis.backoff import NoBackoff
from redis.exceptions import NoPermissionError
from redis.retry import Retry

__all__ = ["CONNECT_SECONDS", "RedisGone", "RedisLink"]

CONNECT_SECONDS = 0.25
ANSWER_SECONDS = 0.25
_MERGE_SECONDS = 5.0
_SCRIPT = resources.files(__package__).joinpath("window.lua").read_bytes()


class RedisGone(Exception):
    """Redis cannot be reached, does not answer in time, or refuses to work. The message names neither URL nor key."""


class _Refused(RedisGone):
    """Redis answered with an error; `code` is its first word."""

    def __init__(self, line: bytes) -> None:
        self.code = line[1:].split(b" ", 1)[0].decode("ascii", "replace").strip()
        super().__init__(f"it answers {self.code}")


class RedisLink:
    """Asks the window script. Safe under threads; each call has a connection of its own.

    `run`: a number for the run of the Redis server that is trusted to hold the counts, 0 before the first connection
    (and where Redis does not tell). To `ask`, another run is a Redis that is gone, until it is trusted.
    """

    def __init__(self, url: SecretStr, client_name: str) -> None:
        self._pool = redis.ConnectionPool.from_url(
            url.get_secret_value(),
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
            client_name=client_name,
            protocol=2,
        )
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()
        self._epoch = 0
        self.run = 0
        self._first = True
        self.questions = 0

    def ask(self, key: bytes, arguments: Iterable[int | bytes]) -> bytes:
        """The script's answer for one key. Raises RedisGone."""
        self.questions += 1
        return self._asked([(key, arguments)], ANSWER_SECONDS)[0]

    def ask_many(self, questions: Sequence[tuple[bytes, Iterable[int | bytes]]]) -> list[bytes]:
        """The script's answers for many keys, in one go and with more patience. Raises RedisGone."""
        return self._asked(questions, _MERGE_SECONDS)

    def probe(self, key: bytes, arguments: Iterable[int | bytes]) -> int:
        """Ask over a new connection, whichever run it meets; the number of that run. Raises RedisGone."""
        connection = _Connection(self._pool)
        try:
            self._exchange(connection, [(key, arguments)], ANSWER_SECONDS)
        finally:
            connection.close()
        return connection.run

    def trust(self, run: int) -> None:
        """Let that run of Redis hold the counts from now on."""
        self._first, self.run = False, run

    def drop_connections(self) -> None:
        """Close those that rest; those in use are closed after their call."""
        with self._lock:
            self._epoch += 1
            resting, self._idle = self._idle, []
        for connection in resting:
            connection.close()

    def _asked(self, questions: Sequence[tuple[bytes, Iterable[int | bytes]]], seconds: float) -> list[bytes]:
        epoch = self._epoch
        connection = self._rested()
        if connection is not None:
            try:
                answers = self._exchange(connection, questions, seconds)
            except _Closed:
                connection = None  # Redis closes connections that rest too long: a new one may go on
        if connection is None:
            connection = self._connect()
            answers = self._exchange(connection, questions, seconds)
        self._put_back(connection, epoch)
        return answers

    def _rested(self) -> "_Connection | None":
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _put_back(self, connection: "_Connection", epoch: int) -> None:
        with self._lock:
            if epoch == self._epoch:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self) -> "_Connection":
        connection = _Connection(self._pool)
        if self._first:
            self._first, self.run = False, connection.run
        elif connection.run != self.run:
            connection.close()
            raise RedisGone("it was started anew")
        return connection

    def _exchange(
        self, connection: "_Connection", questions: Sequence[tuple[bytes, Iterable[int | bytes]]], seconds: float
    ) -> list[bytes]:
        command = b"".join([connection.command(key, arguments) for key, arguments in questions])
        try:
            try:
                return connection.exchange(command, len(questions), seconds)
            except _Refused as refused:
                if refused.code != "NOSCRIPT":
                    raise
                connection.load_script()
                return connection.exchange(command, len(questions), seconds)
        except RedisGone:
            connection.close()
            raise


class _Closed(RedisGone):
    """The other side had closed the connection before it answered anything."""


class _Connection:
    """One open connection. `run`: the server's run. Raises RedisGone."""

    def __init__(self, pool: redis.ConnectionPool) -> None:
        self._connection = cast("Any", pool.make_connection())
        try:
            self._connection.connect()
            self.run = self._server_run()
            self.load_script()
        except (redis.RedisError, OSError) as error:
            self.close()
            raise RedisGone(f"{type(error).__name__} when connecting") from None
        # The package gives no socket away; it stands there once connected, and nothing is unread.
        self._socket: socket.socket = self._connection._sock  # noqa: SLF001

    def load_script(self) -> None:
        """Bring the script to the server."""
        try:
            self._connection.send_command("SCRIPT LOAD", _SCRIPT)
            self._sha: bytes = self._connection.read_response()
        except (redis.RedisError, OSError) as error:
            raise RedisGone(f"{type(error).__name__} when loading the script") from None

    def command(self, key: bytes, arguments: Iterable[int | bytes]) -> bytes:
        """The script's call as Redis' protocol has it; the run that this connection met is the first argument."""
        words = [key, b"%d" % self.run, *[word if isinstance(word, bytes) else b"%d" % word for word in arguments]]
        body = b"".join([b"$%d\r\n%b\r\n" % (len(word), word) for word in words])
        return b"*%d\r\n$7\r\nEVALSHA\r\n$40\r\n%b\r\n$1\r\n1\r\n%b" % (3 + len(words), self._sha, body)

    def exchange(self, command: bytes, number: int, seconds: float) -> list[bytes]:
        """Send, and read that many one-line answers; the first error among them is raised after all were read."""
        try:
            self._socket.settimeout(seconds)
            self._socket.sendall(command)
            answers = self._read(number)
        except TimeoutError:
            raise RedisGone("it does not answer in time") from None
        except OSError as error:
            raise _Closed(type(error).__name__) from None
        for answer in answers:
            if answer[:1] == b"-":
                raise _Refused(answer)
        return answers

    def close(self) -> None:
        """Close it, whatever state it is in."""
        self._connection.disconnect()

    def _read(self, number: int) -> list[bytes]:
        """The answers as lines: those of the script are short strings without line breaks, an error is one line."""
        data = self._socket.recv(65_536)
        while True:
            lines = data.split(b"\r\n")
            answers = [line for line in lines[:-1] if line[:1] != b"$"]
            if len(answers) >= number and not lines[-1]:
                return answers
            more = self._socket.recv(65_536) if data else b""
            if not more:
                raise ConnectionResetError
            data += more

    def _server_run(self) -> int:
        try:
            self._connection.send_command("INFO", "server")
            told: bytes = self._connection.read_response()
        except NoPermissionError:
            return 0
        for line in told.splitlines():
            if line.startswith(b"run_id:"):
                return int(line[7:19], 16)
        return 0
