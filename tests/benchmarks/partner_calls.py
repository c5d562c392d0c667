"""A partner's call, admitted and refused, compared with an empty Flask route on the same kind of server."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import NewApiKey, RateLimit
from ss_admin.contract.demo import DemoReady
from ss_admin.desktop.demo import start_demo_backend
from tests.benchmarks.measuring import Row, medians

__all__ = ["measure_partner_calls"]

ROUNDS = 600
AT_ONCE = 8
CALLS_EACH = 25
CROWD_ROUNDS = 20


def measure_partner_calls(folder: Path) -> list[Row]:
    """One connection, one call after the other; then several at once, whose executions share transactions."""
    with start_demo_backend(folder / "demo") as backend, _empty_flask() as empty_port:
        ready = backend.ready
        path, payload = f"/rulechains/{ready.rulechain_id}/execute", json.dumps(ready.payload).encode()
        free, limited = _keys(ready, backend.credentials[0], backend.credentials[1].get_secret_value())
        port = urlsplit(ready.url).port or 0
        subjects = {
            "empty Flask route": _caller(empty_port, "/", payload, "", 200),
            "partner's call, 200": _caller(port, path, payload, free, 200),
            "partner's call, 429": _caller(port, path, payload, limited, 429),
            "partner's call, 401": _caller(port, path, payload, new_api_key(), 401),
        }
        found = medians(subjects, rounds=ROUNDS, warm_up=50)
        crowds = _measure_crowds(
            lambda: _caller(empty_port, "/", payload, "", 200), lambda: _caller(port, path, payload, free, 200)
        )
    base = found.pop("empty Flask route")
    return [*(Row(what, median, "empty Flask route", base) for what, median in found.items()), crowds]


def _measure_crowds(new_base: Callable[[], Callable[[], None]], new_call: Callable[[], Callable[[], None]]) -> Row:
    """How long one call takes up where several partners call without a pause."""
    with ThreadPoolExecutor(2 * AT_ONCE) as pool:

        def crowd(callers: list[Callable[[], None]]) -> Callable[[], object]:
            return lambda: list(pool.map(_repeat, callers))

        bases, calls = ([new() for _ in range(AT_ONCE)] for new in (new_base, new_call))
        found = medians({"base": crowd(bases), "call": crowd(calls)}, rounds=CROWD_ROUNDS)
    each = AT_ONCE * CALLS_EACH
    what = f"partner's call, 200, one of {AT_ONCE} at once"
    return Row(what, found["call"] / each, "empty Flask route", found["base"] / each)


def _repeat(call: Callable[[], None]) -> None:
    for _ in range(CALLS_EACH):
        call()


def _keys(ready: DemoReady, username: str, password: str) -> tuple[str, str]:
    """A key without a limit, and one that has used up its limit."""
    connection = Connection(ready.url)
    grant = AccountsClient(connection).sign_in(username, password)
    connection.token = grant.token
    client, user_id = ApiKeysClient(connection), grant.session.user.id
    free = client.create(NewApiKey(name="Free", user_id=user_id, rate_limit=None)).secret
    limit = RateLimit(max_requests=1, window_seconds=86_400)
    limited = client.create(NewApiKey(name="Limited", user_id=user_id, rate_limit=limit)).secret
    connection.close()
    port, path = urlsplit(ready.url).port or 0, f"/rulechains/{ready.rulechain_id}/execute"
    _caller(port, path, json.dumps(ready.payload).encode(), limited, 200)()
    return free, limited


def _caller(port: int, path: str, body: bytes, api_key: str, status: int) -> Callable[[], None]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Content-Type": "application/json", **({"x-api-key": api_key} if api_key else {})}

    def call() -> None:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != status:
            raise RuntimeError(f"{answer.status} came where {status} was expected")

    return call


@contextmanager
def _empty_flask() -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.empty_flask"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    port = int(process.stdout.readline())
    while True:
        try:
            _caller(port, "/", b"{}", "", 200)()
            break
        except OSError:
            time.sleep(0.05)
    yield port
    process.stdin.close()
    process.wait(30)
    process.stdout.close()
