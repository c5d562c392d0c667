"""Steady traffic of a partner's over a few connections, each call noted in a ledger."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ss_admin.contract.api_keys import ApiKeyCreated
from tests.support.ledger import Call, Ledger
from tests.support.rule_chains import ANY_OBJECT, a_definition
from tests.support.server_process import RawConnection, execute_request

__all__ = ["COUNTER_CHAIN", "BegunCall", "Traffic", "begin_call", "call_once", "next_number", "traffic"]

COUNTER_CHAIN: dict[str, Any] = {
    "input_schema": ANY_OBJECT,
    "definition": a_definition(),
    "sample_payload": {"n": 1},
}
"""What the chain that is called is made of: it answers with the next number."""

_NO_SERVER_SECONDS = 0.02
_BEFORE_REPEAT_SECONDS = 0.05
"""Who connects again within the same millisecond may still meet the worker that is dying."""

Address = tuple[str, int]


def next_number(number: int) -> dict[str, int]:
    """The result of the chain's run on a number."""
    return {"next": number + 1}


class Traffic:
    """Lanes of calls, each with a connection of its own and all keys in turn, while it is entered.

    A lane whose connection breaks makes a new one and, after a moment, repeats that call once, as partners do
    (`repeats`); while no server listens it waits. `pause`: between two calls of a lane, seconds. `connections`: of each
    lane, may be given open before the start. `keys` may be replaced at any time.
    """

    def __init__(
        self,
        addresses: Sequence[Address],
        rulechain_id: str,
        keys: Sequence[ApiKeyCreated],
        *,
        lanes: int = 4,
        pause: float = 0.01,
        repeats: bool = False,
    ) -> None:
        self.ledger = Ledger()
        self.connections: list[RawConnection | None] = [None] * lanes
        self._addresses = [addresses[lane % len(addresses)] for lane in range(lanes)]
        self._rulechain_id = rulechain_id
        self.keys = list(keys)
        self._pause = pause
        self._repeats = repeats
        self._numbers = itertools.count(1)
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(lane,), daemon=True) for lane in range(lanes)]
        self._faults: list[BaseException] = []

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> Ledger:
        """End, when each lane has its answer; all that was called. Raises what failed in a lane."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(60)
        for connection in self.connections:
            if connection is not None:
                connection.socket.close()
        if self._faults:
            raise self._faults[0]
        return self.ledger

    def wait_for_calls(self, count: int, *, is_counted: Callable[[Call], bool] = lambda _call: True) -> None:
        """Return when every lane has ended so many more calls of a kind."""
        seen = len(self.ledger.calls)
        until = time.monotonic() + 30
        while True:
            counted = [call.lane for call in self.ledger.calls[seen:] if is_counted(call)]
            if all(counted.count(lane) >= count for lane in range(len(self._threads))):
                return
            assert time.monotonic() < until, "the traffic stands still"
            assert not self._faults, self._faults
            time.sleep(0.005)

    def _run(self, lane: int) -> None:
        try:
            for turn in itertools.count(lane):
                if self._stopped.is_set():
                    return
                keys = self.keys
                key = keys[turn % len(keys)]
                call = self._call(lane, key)
                if call is not None and call.is_broken and self._repeats:
                    self._stopped.wait(_BEFORE_REPEAT_SECONDS)
                    self._call(lane, key, is_repeated=True)
                self._stopped.wait(self._pause)
        except Exception as fault:  # noqa: BLE001 - told by stop(), in the test's thread
            self._faults.append(fault)

    def _call(self, lane: int, key: ApiKeyCreated, *, is_repeated: bool = False) -> Call | None:
        """One call, noted; None where the traffic was stopped before a server listened."""
        connection = self.connections[lane] or self._connected(lane)
        if connection is None:
            return None
        self.connections[lane] = connection
        call, closed = call_once(
            connection, self._rulechain_id, key, next(self._numbers), lane=lane, is_repeated=is_repeated
        )
        if closed:
            self.connections[lane] = None
            connection.socket.close()
        self.ledger.calls.append(call)
        return call

    def _connected(self, lane: int) -> RawConnection | None:
        while not self._stopped.is_set():
            try:
                return RawConnection(self._addresses[lane])
            except OSError:
                self._stopped.wait(_NO_SERVER_SECONDS)
        return None


@contextmanager
def traffic(
    addresses: Sequence[Address], rulechain_id: str, keys: Sequence[ApiKeyCreated], **options: Any
) -> Iterator[Traffic]:
    """Traffic for one block; it is ended, whatever happens."""
    driver = Traffic(addresses, rulechain_id, keys, **options)
    try:
        yield driver
    finally:
        driver.stop()


def call_once(
    connection: RawConnection,
    rulechain_id: str,
    key: ApiKeyCreated,
    number: int,
    *,
    lane: int = 0,
    is_repeated: bool = False,
) -> tuple[Call, bool]:
    """One call of the counting chain, and whether its connection is closed behind it."""
    begun = begin_call(connection, rulechain_id, key, number, lane=lane, is_repeated=is_repeated, held_back=0)
    return begun.finish()


@dataclass(frozen=True)
class BegunCall:
    """A call whose last bytes are still to be sent."""

    call: Call
    connection: RawConnection
    rest: bytes
    is_broken: bool

    def finish(self) -> tuple[Call, bool]:
        """Send the rest; the call as it ended, and whether its connection is closed behind it."""
        try:
            if self.is_broken:
                raise ConnectionError
            answer = self.connection.answer(self.rest)
        except OSError:
            return replace(self.call, ended=time.monotonic()), True
        document = answer.document()
        told = {"status": answer.status, "headers": answer.headers, "document": document}
        code = "succeeded" if answer.status == 200 else document["code"]
        return replace(self.call, ended=time.monotonic(), code=code, **told), answer.closed


def begin_call(
    connection: RawConnection,
    rulechain_id: str,
    key: ApiKeyCreated,
    number: int,
    *,
    lane: int = 0,
    is_repeated: bool = False,
    held_back: int = 1,
) -> BegunCall:
    """Send a call of the counting chain but for so many of its last bytes."""
    body = json.dumps({"n": number}).encode()
    request = execute_request(rulechain_id, body, b"x-api-key: " + key.secret.encode())
    sent = time.monotonic()
    call = Call(number, key.api_key.id, lane, sent, sent, is_repeated=is_repeated)
    middle = len(request) - held_back
    is_broken = False
    try:
        connection.send(request[:middle])
    except OSError:
        is_broken = True
    return BegunCall(call, connection, request[middle:], is_broken)
